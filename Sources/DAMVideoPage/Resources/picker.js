// Marking an object on a frame: points, a box, a polygon; the mask that belongs to them; and its description.

import { call, clipPath } from "./api.js";
import { fault } from "./dialogs.js";
import { announce, button, debounced, h, icon, iconButton, setText, show } from "./dom.js";
import { pathOf } from "./overlay.js";

/** Screen pixels a pointer moves before a click becomes a box. */
const DRAG = 6;
/** Screen pixels around a polygon's first corner that close it. */
const CLOSING = 12;
const ACCENT = "#35e0c2", AWAY = "#ff6b5e";
const NOTHING = () => ({ points: [], box: null, polygon: [], isClosed: false });

export class Picker {
  /** @param view the clip's view: `app`, `clip`, `player`, `overlay`, `redraw`, `describe`, `pickingChanged` */
  constructor(view) {
    Object.assign(this, { view, active: false, marks: NOTHING(), mask: null, drag: null, cross: null, corner: null });
    this.find = debounced(60, () => this.readMask());
    this.tools = h("div", { class: "segmented", role: "radiogroup", "aria-label": "Tool" });
    this.hint = h("p", { class: "muted" });
    this.said = h("div", {});
    this.question = h("input", { type: "text", placeholder: "Ask something else (optional)", "aria-label": "Question", maxlength: 2000 });
    this.name = h("input", { type: "text", placeholder: "Name (optional)", "aria-label": "Name", maxlength: 120 });
    this.send = button("Follow and describe", null, { type: "submit", class: "primary" }, "target");
    this.undoButton = iconButton("undo", "Take the last mark back (Backspace)", () => this.undo());
    this.element = h("form", { class: "picker", hidden: true, "aria-label": "Describe an object", onsubmit: (event) => (event.preventDefault(), this.submit()) },
      h("div", { class: "picker-top" }, this.tools, this.undoButton, this.hint, iconButton("x", "Stop marking (Esc)", () => this.stop())),
      h("div", { class: "picker-fields" }, this.name, this.question, this.send),
      this.said);
    this.listen();
  }

  get hasSAM() {
    return this.view.app.status?.segmentation ?? false;
  }

  /** Begins to mark on the frame that is shown; with the marks of an earlier attempt if there are any. */
  start(earlier = null) {
    this.active = true;
    this.view.player.pause();
    if (earlier) this.view.player.seek(earlier.frame);
    this.frame = earlier?.frame ?? this.view.player.frame;
    this.marks = earlier?.marks ?? NOTHING();
    this.mask = null;
    const allowed = this.allowedTools().map(([name]) => name);
    if (!allowed.includes(this.tool)) this.tool = allowed[0];
    this.name.value = earlier?.name ?? "";
    this.question.value = earlier?.question ?? "";
    this.said.replaceChildren();
    this.drawTools();
    show(this.element, true);
    const { canvas } = this.view.overlay;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", "Frame. Arrow keys move the cross, Enter marks, Escape stops.");
    canvas.focus({ preventScroll: true });
    this.view.pickingChanged();
    if (earlier) this.changed();
    else this.refresh();
  }

  stop() {
    if (!this.active) return;
    this.active = false;
    this.find.cancel();
    this.running?.abort();
    Object.assign(this, { marks: NOTHING(), mask: null, drag: null, cross: null, corner: null });
    show(this.element, false);
    const { canvas } = this.view.overlay;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "The clip");
    this.view.pickingChanged();
    this.view.redraw();
  }

  /** Another frame: marks belong to the frame they were made on. */
  frameChanged(frame) {
    if (!this.active || frame === this.frame) return;
    this.frame = frame;
    if (!this.isEmpty) {
      this.marks = NOTHING();
      this.changed();
    }
  }

  allowedTools() {
    const all = [["add", "Click it", "plus"], ["away", "Leave out", "minus"], ["box", "Box", "box"], ["polygon", "Polygon", "polygon"]];
    return this.hasSAM ? all : all.slice(2);
  }

  drawTools() {
    const tools = this.allowedTools();
    this.tools.replaceChildren(...tools.map(([name, label, picture]) => {
      const chosen = name === this.tool;
      const choose = () => ((this.tool = name), this.drawTools(), this.tools.querySelector("[aria-checked=true]").focus());
      return h("button", { type: "button", role: "radio", "aria-checked": String(chosen), tabindex: chosen ? 0 : -1, title: label, onclick: choose,
        onkeydown: (event) => {
          const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (!by) return;
          event.preventDefault();
          event.stopPropagation();
          this.tool = tools[(tools.findIndex(([other]) => other === name) + by + tools.length) % tools.length][0];
          this.drawTools();
          this.tools.querySelector("[aria-checked=true]").focus();
        } }, icon(picture), h("span", {}, label));
    }));
    this.refresh();
  }

  get isEmpty() {
    const { points, box, polygon } = this.marks;
    return !points.length && !box && !polygon.length;
  }

  refresh() {
    const { points, polygon, isClosed } = this.marks;
    const hints = {
      add: points.length ? "Click more of it, or right-click what does not belong to it." : "Click the object; drag for a box.",
      away: "Click what does not belong to it.",
      box: "Drag a box around the object.",
      polygon: !polygon.length ? "Click around the object, corner by corner." : isClosed ? "" : "Click the first corner, or press Enter twice, to close it.",
    };
    setText(this.hint, this.isFinding ? "Finding its outline" : this.mask ? this.maskText() : hints[this.tool]);
    this.send.disabled = !this.mask;
    this.undoButton.disabled = this.isEmpty;
    this.view.redraw();
  }

  maskText() {
    const [, , width, height] = this.mask.box;
    return `Outline found, ${Math.round(width)} × ${Math.round(height)} pixels. ${this.tool === "add" || this.tool === "away" ? "Click to correct it." : ""}`;
  }

  /** `Prompt` of the marks; null while they are incomplete. */
  prompt() {
    const { points, box, polygon, isClosed } = this.marks;
    const rounded = (values) => values.map((value) => Math.round(value * 10) / 10);
    if (isClosed) return { frame: this.frame, polygon: [rounded(polygon.flat())] };
    if (!box && !points.some(([, , label]) => label === 1)) return null;
    return { frame: this.frame, ...(points.length ? { points: points.map(([x, y, label]) => [...rounded([x, y]), label]) } : {}), ...(box ? { box: rounded(box) } : {}) };
  }

  changed() {
    this.said.replaceChildren();
    this.running?.abort();
    const prompt = this.prompt();
    if (!prompt) this.mask = null;
    this.isFinding = Boolean(prompt);
    this.refresh();
    prompt ? this.find() : this.find.cancel();
  }

  async readMask() {
    const prompt = this.prompt();
    if (!prompt || !this.active) return;
    const running = (this.running = new AbortController());
    try {
      this.mask = await call(clipPath(this.view.clip.id, "mask"), { method: "POST", json: prompt, signal: running.signal });
      announce(`Outline found, ${Math.round(this.mask.box[2])} by ${Math.round(this.mask.box[3])} pixels.`);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.mask = null;
      this.said.replaceChildren(fault(error, error.status === 0 || error.status >= 429 ? () => this.changed() : null));
    }
    this.isFinding = false;
    this.refresh();
  }

  submit() {
    const prompt = this.prompt();
    if (!prompt || !this.mask) return;
    const [name, question] = [this.name.value.trim(), this.question.value.trim()];
    const earlier = { frame: this.frame, marks: this.marks, name, question };
    const outline = this.mask.outline;
    this.stop();
    this.view.describe({ ...prompt, ...(name ? { name } : {}), ...(question ? { question } : {}) }, outline, earlier);
  }

  undo() {
    const { marks } = this;
    if (marks.isClosed) marks.isClosed = false;
    else if (marks.polygon.length) marks.polygon.pop();
    else if (marks.points.length) marks.points.pop();
    else marks.box = null;
    this.corner = null;
    this.changed();
  }

  /** A mark of the tool at a position; `isAway` for a point that does not belong to the object. */
  mark([x, y], isAway = false) {
    const { marks } = this;
    if (this.tool === "polygon") return this.addCorner(x, y);
    if (this.tool === "box" || marks.polygon.length) this.marks = NOTHING();
    if (this.tool === "box") return;
    this.marks.points.push([x, y, isAway || this.tool === "away" ? 0 : 1]);
    this.changed();
  }

  addCorner(x, y) {
    if (this.marks.isClosed || this.marks.box || this.marks.points.length) this.marks = NOTHING();
    const { polygon } = this.marks;
    const near = ([a, b]) => Math.hypot(a - x, b - y) * this.view.overlay.scale < CLOSING;
    if (polygon.length >= 3 && (near(polygon[0]) || near(polygon.at(-1)))) this.marks.isClosed = true;
    else if (!polygon.length || !near(polygon.at(-1))) polygon.push([x, y]);
    this.changed();
  }

  boxed([x, y], [a, b]) {
    const box = [Math.min(x, a), Math.min(y, b), Math.abs(a - x), Math.abs(b - y)];
    if (box[2] < 2 || box[3] < 2) return;
    const points = this.hasSAM && this.tool !== "box" ? this.marks.points : [];
    this.marks = { ...NOTHING(), points, box };
    this.changed();
  }

  listen() {
    const { overlay } = this.view;
    const { canvas } = overlay;
    canvas.addEventListener("contextmenu", (event) => this.active && event.preventDefault());
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.active || event.button === 1) return;
      this.cross = null;
      this.drag = { from: overlay.place(event), to: overlay.place(event), x: event.clientX, y: event.clientY, isAway: event.button === 2 || event.ctrlKey, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.active) return;
      const at = overlay.place(event);
      if (this.drag) {
        this.drag.moved ||= Math.hypot(event.clientX - this.drag.x, event.clientY - this.drag.y) > DRAG && this.tool !== "polygon";
        this.drag.to = at;
      }
      this.pointer = at;
      if (this.drag || this.tool === "polygon") this.view.redraw();
    });
    canvas.addEventListener("pointerup", () => {
      const { drag } = this;
      this.drag = null;
      if (!this.active || !drag) return;
      drag.moved ? this.boxed(drag.from, drag.to) : this.mark(drag.from, drag.isAway);
    });
    canvas.addEventListener("pointercancel", () => (this.drag = null));
  }

  /** Keys while an object is marked. True if the key was one of them. */
  key(event) {
    if (event.key === "Escape") return this.stop(), true;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return this.submit(), true;
    if (event.target !== this.view.overlay.canvas) return false;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (by) return this.moveCross(by, event.shiftKey), true;
    if (event.key === "Backspace") return this.undo(), true;
    if ((event.key === "Enter" || event.key === " ") && this.cross) return this.markCross(), true;
    if (event.key === "x" && this.cross && this.hasSAM) return this.mark(this.cross, true), true;
    return event.key === "Enter" || event.key === " ";
  }

  moveCross([x, y], isFine) {
    const { width, height } = this.view.overlay.size;
    const step = isFine ? 1 : Math.max(2, Math.round(width / 64));
    const [a, b] = this.cross ?? [width / 2 - x * step, height / 2 - y * step];
    this.cross = [Math.min(width - 1, Math.max(0, a + x * step)), Math.min(height - 1, Math.max(0, b + y * step))];
    this.view.redraw();
  }

  markCross() {
    if (this.tool !== "box") return this.mark([...this.cross]);
    if (this.corner) {
      this.boxed(this.corner, this.cross);
      this.corner = null;
    } else {
      this.corner = [...this.cross];
      this.view.redraw();
    }
  }

  draw() {
    const { overlay } = this.view;
    const { context, unit } = overlay;
    const { points, box, polygon, isClosed } = this.marks;
    const line = (path, colour, dash = []) => {
      context.setLineDash([]);
      context.strokeStyle = "rgba(0, 0, 0, 0.6)";
      context.lineWidth = 4 * unit;
      context.stroke(path);
      context.setLineDash(dash.map((length) => length * unit));
      context.strokeStyle = colour;
      context.lineWidth = 2 * unit;
      context.stroke(path);
      context.setLineDash([]);
    };
    if (this.mask) {
      const path = pathOf(this.mask.outline);
      context.fillStyle = "rgba(53, 224, 194, 0.32)";
      context.fill(path, "evenodd");
      line(path, ACCENT);
    }
    const rectangle = (values) => {
      const path = new Path2D();
      path.rect(...values);
      line(path, ACCENT, [6, 4]);
    };
    if (box) rectangle(box);
    const open = this.drag?.moved ? [this.drag.from, this.drag.to] : this.corner && this.cross ? [this.corner, this.cross] : null;
    if (open) rectangle([open[0][0], open[0][1], open[1][0] - open[0][0], open[1][1] - open[0][1]]);
    if (polygon.length) {
      const path = new Path2D();
      polygon.forEach(([x, y], index) => (index ? path.lineTo(x, y) : path.moveTo(x, y)));
      const next = this.cross ?? this.pointer;
      if (isClosed) path.closePath();
      else if (next) path.lineTo(...next);
      line(path, ACCENT, isClosed ? [] : [6, 4]);
      polygon.forEach(([x, y], index) => this.dot(x, y, index ? 3.5 : 5.5, "#fff", ACCENT));
    }
    for (const [x, y, label] of points) this.drawPoint(x, y, label);
    if (this.cross) this.drawCross(line);
  }

  dot(x, y, radius, fill, rim) {
    const { context, unit } = this.view.overlay;
    context.beginPath();
    context.arc(x, y, radius * unit, 0, 7);
    context.fillStyle = fill;
    context.fill();
    context.strokeStyle = rim;
    context.lineWidth = 2 * unit;
    context.stroke();
  }

  drawPoint(x, y, label) {
    const { context, unit } = this.view.overlay;
    this.dot(x, y, 8, label ? "#06806d" : "#c5281c", "#fff");
    context.beginPath();
    context.moveTo(x - 3.5 * unit, y);
    context.lineTo(x + 3.5 * unit, y);
    if (label) {
      context.moveTo(x, y - 3.5 * unit);
      context.lineTo(x, y + 3.5 * unit);
    }
    context.strokeStyle = "#fff";
    context.lineWidth = 1.8 * unit;
    context.stroke();
  }

  drawCross(line) {
    const { unit } = this.view.overlay;
    const [x, y] = this.cross;
    const path = new Path2D();
    for (const [a, b] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      path.moveTo(x + a * 4 * unit, y + b * 4 * unit);
      path.lineTo(x + a * 16 * unit, y + b * 16 * unit);
    }
    line(path, this.tool === "away" ? AWAY : "#fff");
  }
}
