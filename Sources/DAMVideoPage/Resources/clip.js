// One clip: the picture with its overlay, the timeline, and the list of objects.

import { call, clipPath, events } from "./api.js";
import { ClipHead } from "./cliphead.js";
import { colourOf, inkOn } from "./colours.js";
import { fault } from "./dialogs.js";
import { announce, debounced, h, icon, iconButton, setText, show } from "./dom.js";
import { Outlines, Overlay, boundsOf, pathOf } from "./overlay.js";
import { Picker } from "./picker.js";
import { FrameClock, Player } from "./player.js";
import { Timeline } from "./timeline.js";
import { TrackList, bestFrame } from "./tracks.js";
import { clock as clockText, plural, share, stage, timeLeft, timeOfDay, trackName } from "./words.js";

const RATES = [0.25, 0.5, 1, 2, 4];
const SHOWN = "damvideo.shown";

export class ClipView {
  constructor(app, id) {
    Object.assign(this, { app, id, clip: null, tracks: new Map(), drafts: new Map(), fresh: [], problems: [], chosen: null, hovered: null });
    try {
      this.shown = { outlines: true, captions: true, ...JSON.parse(localStorage.getItem(SHOWN)) };
    } catch {
      this.shown = { outlines: true, captions: true };
    }
    this.stop = new AbortController();
    this.player = new Player((frame) => this.frameShown(frame), () => this.playerChanged());
    this.overlay = new Overlay();
    this.overlay.redraw = () => this.redraw();
    this.outlines = new Outlines(id, () => this.frameShown(this.player.frame));
    this.picker = new Picker(this);
    this.timeline = new Timeline((frame) => this.seek(frame), (track, frame) => this.choose(track, frame));
    this.list = new TrackList(this);
    this.head = new ClipHead(this);
    this.note = debounced(300, () => this.left || app.note({ t: this.clip ? this.player.time.toFixed(2) : app.place.t }));
    this.build();
    this.listen();
  }

  build() {
    this.subtitle = h("p", { class: "subtitle", hidden: true });
    this.stage = h("div", { class: "stage" }, this.player.elements, this.overlay.canvas, this.subtitle);
    this.playButton = iconButton("play", "Play (Space)", () => this.player.toggle(), { class: "play round" });
    this.time = h("span", { class: "figures time-now" });
    this.rate = h("select", { class: "rate", "aria-label": "Speed", onchange: () => this.player.setRate(Number(this.rate.value)) },
      RATES.map((rate) => h("option", { value: rate, selected: rate === 1 }, `${rate}×`)));
    this.toggles = {
      outlines: iconButton("outline", "Outlines (o)", () => this.toggle("outlines")),
      captions: iconButton("caption", "Captions (c)", () => this.toggle("captions")),
    };
    this.soundButton = iconButton("mute", "Sound (m)", () => this.player.toggleSound(), { hidden: true });
    this.describeButton = h("button", { type: "button", class: "describe", title: "Describe an object (d)", onclick: () => this.startPicking() },
      icon("target"), h("span", {}, "Describe an object"));
    this.moving = h("div", { class: "moving" }, iconButton("back", "One frame back (←)", () => this.player.step(-1)), this.playButton,
      iconButton("next", "One frame on (→)", () => this.player.step(1)), this.time);
    this.transport = h("div", { class: "transport" }, this.moving,
      h("div", { class: "transport-end" }, this.rate, this.soundButton, this.toggles.outlines, this.toggles.captions, this.describeButton));
    this.panelTitle = h("h2", { class: "section" }, "Objects");
    this.progress = h("div", { class: "work", hidden: true });
    this.said = h("div", {});
    this.notes = h("div", { class: "track-notes" });
    this.panel = h("section", { class: "panel", "aria-label": "Objects" }, h("div", { class: "section-top" }, this.panelTitle), this.progress, this.said, this.list.element, this.notes);
    this.element = h("div", { class: "clip" }, this.head.element,
      h("div", { class: "left" }, h("div", { class: "stage-area" }, this.stage), this.picker.element, this.transport, this.timeline.element),
      this.panel);
    this.drawToggles();
  }

  listen() {
    const { canvas } = this.overlay;
    let downPlaying = false;
    canvas.addEventListener("pointerdown", () => (downPlaying = !this.player.paused));
    canvas.addEventListener("click", (event) => {
      if (this.picker.active || !this.clip) return;
      if (downPlaying) return this.player.pause();
      const place = this.overlay.place(event);
      const hit = this.overlay.hit(this.visible(), place);
      if (hit) return this.choose(hit.id, this.player.frame);
      if (this.chosen !== null) return this.choose(null);
      this.startPicking(this.app.status?.segmentation ? place : null);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.picker.active) return;
      const hit = this.shown.outlines ? this.overlay.hit(this.visible(), this.overlay.place(event)) : null;
      canvas.classList.toggle("over", Boolean(hit));
      this.hover(hit?.id ?? null);
    });
    canvas.addEventListener("pointerleave", () => this.hover(null));
  }

  // Opening and closing

  enter(place) {
    this.wanted = place;
    this.follow();
  }

  moved(place) {
    const track = place.track === undefined ? null : this.idOf(place.track);
    if (track !== this.chosen) this.chosen = track;
    if (place.t !== undefined && this.clip?.fps) this.player.seek(this.clock.frame(Number(place.t) + 0.001));
    this.draw();
  }

  leave() {
    this.left = true;
    this.stop.abort();
    this.note.cancel();
    for (const part of [this.player, this.overlay, this.timeline, this.head]) part.leave();
  }

  statusRead() {
    this.drawPanel();
  }

  /** Ids are numbers in the document, but text in an address. */
  idOf(text) {
    return [...this.tracks.keys()].find((id) => String(id) === text) ?? (/^\d+$/.test(text) ? Number(text) : text);
  }

  // Events of the server

  async follow() {
    for (let pause = 500; !this.left; pause = Math.min(8000, pause * 2)) {
      try {
        for await (const event of events(clipPath(this.id, "events"), { signal: this.stop.signal })) {
          pause = 500;
          this.said.replaceChildren();
          this.take(event);
          if (event.name === "end") return await this.ended();
        }
      } catch (error) {
        if (error.name === "AbortError" || this.left) return;
        if (error.status === 404) return this.gone(error);
        this.said.replaceChildren(fault(error));
      }
      await new Promise((done) => setTimeout(done, pause));
    }
  }

  take({ name, data }, draft = null) {
    switch (name) {
      case "clip": return draft ? undefined : this.begun(data);
      case "end": return draft ? undefined : this.setClip(data);
      case "track": return this.trackCame(data, draft);
      case "token": return this.tokenCame(data, draft);
      case "progress": return draft ? this.draftProgress(draft, data) : this.progressCame(data);
      case "problem": return this.problemCame(data, draft);
      default: return undefined;
    }
  }

  /** A stream of events begins, perhaps again: it repeats the captions being written, and the errors. */
  begun(clip) {
    this.problems = [];
    this.drafts.forEach((draft, key) => draft.abort || this.drafts.delete(key));
    this.setClip(clip);
  }

  setClip(clip) {
    const isFirst = !this.clip;
    this.clip = clip;
    this.clock = new FrameClock(clip, [...this.tracks.values()]);
    if (clip.width) {
      this.overlay.size = { width: clip.width, height: clip.height };
      this.element.style.setProperty("--ratio", clip.width / clip.height);
    }
    document.title = `${clip.name} · damvideo`;
    if (clip.frames) this.timeline.set(clip, this.clock);
    this.element.classList.toggle("picture", clip.frames === 1);
    if (this.wanted && clip.fps) this.goToWanted();
    this.player.set(clip, this.clock);
    this.head.draw();
    this.draw();
    if (isFirst) this.frameShown(this.player.frame);
  }

  /** Goes where the address says, once the clip is known. */
  goToWanted() {
    const { t, track } = this.wanted;
    this.wanted = null;
    if (track !== undefined) this.chosen = this.idOf(track);
    if (t !== undefined) this.player.seek(this.clock.frame(Number(t) + 0.001));
  }

  trackCame(track, draft) {
    const isNew = !this.tracks.has(track.id);
    const wasWritten = this.drafts.get(track.id) ?? draft;
    this.tracks.set(track.id, track);
    this.drafts.delete(track.id);
    if (draft) this.drafts.delete(draft.key);
    if (isNew) this.outlines.renew();
    if (wasWritten) announce(`${trackName(track)} ${track.id}: ${track.caption}`);
    this.clock = new FrameClock(this.clip, [...this.tracks.values()]);
    this.player.clock = this.clock;
    if (this.clip.frames) this.timeline.set(this.clip, this.clock);
    if (draft) {
      this.fresh.unshift(track.id);
      this.choose(track.id);
    }
    this.draw();
    this.readOutlines();
  }

  readOutlines = debounced(150, () => this.left || this.frameShown(this.player.frame));

  tokenCame({ track, part, text }, draft) {
    if (!draft && this.tracks.has(track)) return;
    let written = draft ?? this.drafts.get(track);
    if (!written) this.drafts.set(track, (written = { key: track, id: track, caption: "", parts: new Map(), progress: null }));
    written.id = track;
    if (part === null || part === undefined) written.caption = (written.caption + text).replace(/^\s+/, "");
    else written.parts.set(part, ((written.parts.get(part) ?? "") + text).replace(/^\s+/, ""));
    this.drawList();
  }

  progressCame(progress) {
    const wasWaiting = this.clip.state === "queued";
    this.clip = { ...this.clip, state: "running", progress };
    if (wasWaiting || !this.clip.fps) this.refreshSoon();
    this.drawPanel();
  }

  /** Facts of the clip that are known once it has been opened. */
  refreshSoon = debounced(200, async () => {
    try {
      const clip = await call(clipPath(this.id), { signal: this.stop.signal });
      if (!this.left) this.setClip({ ...clip, progress: clip.progress ?? this.clip.progress });
    } catch {
      // If it matters, an event reports it.
    }
  });

  problemCame(problem, draft) {
    if (draft) return this.draftFailed(draft, new Error(problem.message));
    this.problems.push(problem);
    if (problem.track !== null) this.drafts.delete(problem.track);
    this.draw();
  }

  async ended() {
    this.drafts.forEach((draft, key) => draft.abort || this.drafts.delete(key));
    this.outlines.renew();
    this.frameShown(this.player.frame);
    this.draw();
    try {
      const document = await call(clipPath(this.id, "document.json"), { signal: this.stop.signal });
      this.problems = document.errors ?? [];
      this.leftOut = document.left_out ?? [];
      this.draw();
    } catch {
      // A clip without a document: its state says why.
    }
  }

  gone(error) {
    this.element.replaceChildren(h("div", { class: "empty" }, icon("film"), h("h2", {}, "This clip is not in the library"),
      h("p", { class: "muted" }, error.message), h("a", { class: "button primary", href: "/" }, icon("back"), h("span", {}, "Library"))));
  }

  // Objects that the user points at

  startPicking(place = null) {
    if (!this.clip?.fps && this.clip?.frames !== 1) return;
    this.picker.start();
    if (place) this.picker.mark(place);
  }

  pickingChanged() {
    this.stage.classList.toggle("picking", this.picker.active);
    show(this.describeButton, !this.picker.active);
    this.hover(null);
    this.drawSubtitle();
  }

  async describe(prompt, outline, earlier) {
    const key = `new-${(this.counter = (this.counter ?? 0) + 1)}`;
    const abort = new AbortController();
    const draft = { key, id: null, name: prompt.name, caption: "", parts: new Map(), progress: null, abort, outline, frame: prompt.frame,
      picture: this.player.cutOut(boundsOf(outline)) };
    draft.again = () => (this.abandon(key), this.picker.start(earlier));
    this.drafts.set(key, draft);
    this.draw();
    this.list.card(key).element.scrollIntoView({ block: "nearest" });
    this.stop.signal.addEventListener("abort", () => abort.abort());
    try {
      for await (const event of events(clipPath(this.id, "describe"), { method: "POST", json: prompt, signal: abort.signal })) {
        if (event.name === "error") throw Object.assign(new Error(event.data.message), { advice: "" });
        this.take(event, draft);
      }
      if (this.drafts.has(key) && !draft.error) throw new Error("The server ended without an answer.");
    } catch (error) {
      if (error.name === "AbortError") this.abandon(key);
      else this.draftFailed(draft, error);
    }
  }

  draftProgress(draft, progress) {
    draft.progress = progress;
    this.drawList();
  }

  draftFailed(draft, error) {
    draft.error = error;
    this.drawList();
    this.redraw();
  }

  abandon(key) {
    this.drafts.delete(key);
    this.draw();
  }

  changed(track) {
    this.tracks.set(track.id, track);
    this.draw();
  }

  removed(id) {
    this.tracks.delete(id);
    this.outlines.renew();
    if (this.chosen === id) this.choose(null);
    this.frameShown(this.player.frame);
    this.draw();
  }

  // State of the clip

  seek(frame) {
    this.player.seek(frame);
    this.note();
  }

  /** Chooses a track, and goes to a frame of it unless it is seen already. */
  choose(id, frame = null) {
    const track = this.tracks.get(id);
    this.chosen = track ? id : null;
    this.app.note({ track: track ? id : null });
    if (track && frame !== null) this.seek(frame);
    else if (track && (this.player.frame < track.first_frame || this.player.frame > track.last_frame)) this.seek(track.first_frame);
    this.draw();
    if (track) this.reveal(id);
  }

  /** Scrolls only the list, so that a track is visible. */
  reveal(id) {
    const card = this.list.card(id)?.element;
    if (!card || getComputedStyle(this.panel).overflowY !== "auto") return;
    const [own, all] = [card.getBoundingClientRect(), this.panel.getBoundingClientRect()];
    if (own.top < all.top + 60) this.panel.scrollBy({ top: own.top - all.top - 60 });
    else if (own.bottom > all.bottom) this.panel.scrollBy({ top: own.bottom - all.bottom + 12 });
  }

  hover(id) {
    if (id === this.hovered) return;
    this.hovered = id;
    this.redraw();
    this.drawSubtitle();
  }

  frameShown(frame) {
    if (!this.clip || this.left) return;
    this.outlines.need(frame, !this.player.paused);
    this.picker.frameChanged(frame);
    this.timeline.at(frame);
    this.drawTime();
    this.redraw();
    this.drawSubtitle();
    const seen = [...this.seenNow()].join();
    if (seen !== this.seenBefore) {
      this.seenBefore = seen;
      this.drawList();
    }
    if (this.player.paused) this.note();
  }

  playerChanged() {
    const { paused } = this.player;
    if (this.playButton.dataset.paused !== String(paused)) {
      this.playButton.dataset.paused = paused;
      this.playButton.replaceChildren(icon(paused ? "play" : "pause"));
      this.playButton.setAttribute("aria-label", paused ? "Play" : "Pause");
      this.playButton.title = `${paused ? "Play" : "Pause"} (Space)`;
    }
    if (!paused && this.picker.active) this.picker.stop();
    this.playButton.disabled = !this.player.canPlay;
    const isLoud = !this.player.video.muted;
    show(this.soundButton, Boolean(this.player.hasSound));
    this.soundButton.setAttribute("aria-pressed", isLoud);
    this.soundButton.replaceChildren(icon(isLoud ? "sound" : "mute"));
    this.stage.classList.toggle("playing", !paused);
    if (paused) this.note();
  }

  /** Tracks with an outline on the frame that is shown. */
  visible() {
    return (this.outlines.at(this.player.frame) ?? []).map(({ id, outline }) => {
      const track = this.tracks.get(id);
      return { id, outline, name: track?.name || track?.label };
    });
  }

  seenNow() {
    const { frame } = this.player;
    const known = this.outlines.at(frame);
    const inside = [...this.tracks.values()].filter((track) => track.first_frame <= frame && frame <= track.last_frame).map(({ id }) => id);
    return new Set(known?.length ? inside.filter((id) => known.some((track) => track.id === id)) : inside);
  }

  // Drawing

  draw() {
    if (!this.clip) return;
    this.drawPanel();
    this.drawList();
    const tracks = this.ordered();
    this.element.style.setProperty("--lanes", Math.max(tracks.length, this.clip.tracks ?? 0));
    this.element.classList.toggle("unnamed", !tracks.some((track) => track.name || track.label));
    this.timeline.draw(tracks, this.chosen);
    this.timeline.at(this.player.frame);
    this.drawTime();
    this.head.draw();
    this.redraw();
    this.drawSubtitle();
  }

  ordered() {
    return [...this.tracks.values()].sort((a, b) => (typeof a.id === "number" && typeof b.id === "number" ? a.id - b.id : String(a.id).localeCompare(String(b.id))));
  }

  drawList() {
    const drafts = [...this.drafts.values()].map((draft) => ({ key: draft.key, id: draft.id, draft }));
    const tracks = this.ordered().map((track) => ({ key: track.id, id: track.id, track }));
    const isFresh = ({ id }) => this.fresh.includes(id);
    const own = drafts.filter(({ draft }) => draft.abort), others = drafts.filter(({ draft }) => !draft.abort);
    const fresh = tracks.filter(isFresh).sort((a, b) => this.fresh.indexOf(a.id) - this.fresh.indexOf(b.id));
    const rest = [...tracks.filter((entry) => !isFresh(entry)), ...others].sort((a, b) => (typeof a.id === "number" && typeof b.id === "number" ? a.id - b.id : 0));
    this.list.draw([...own.reverse(), ...fresh, ...rest], this.chosen, this.seenNow());
  }

  drawPanel() {
    if (!this.clip) return;
    const { state, progress, tracks } = this.clip;
    const count = this.tracks.size;
    setText(this.panelTitle, count ? plural(count, "object") : "Objects");
    const isActive = state === "queued" || state === "running";
    show(this.progress, isActive);
    if (isActive) this.drawProgress(state, progress, tracks);
    this.drawNotes(isActive);
  }

  drawProgress(state, progress, tracks) {
    this.progressText ??= h("span", {});
    this.progressBar ??= h("progress", { max: 1, class: "thin", "aria-label": "Progress of the clip" });
    if (!this.progress.firstChild) this.progress.append(h("div", { class: "work-top" }, this.progressText), this.progressBar);
    const isWriting = ["encoding", "reading", "captioning"].includes(progress?.stage) && tracks;
    const step = isWriting ? `Writing captions, ${this.tracks.size} of ${plural(tracks, "object")}` : stage(progress);
    setText(this.progressText, state === "queued" ? "Waits for its turn" : [step, timeLeft(progress?.seconds_left)].filter(Boolean).join(", "));
    const done = share(progress);
    done === null ? this.progressBar.removeAttribute("value") : (this.progressBar.value = done);
  }

  drawNotes(isActive) {
    const { state, error, options } = this.clip;
    const notes = [];
    if (state === "failed") notes.push(fault({ message: error ?? "The clip could not be captioned.", advice: "Delete it, and add it again once this is mended." }));
    if (state === "cancelled") notes.push(h("p", { class: "muted" }, "Cancelled. What was captioned before stays."));
    const isEmpty = !this.tracks.size && !this.drafts.size && !isActive && state !== "failed";
    if (isEmpty) {
      const isPicture = this.clip.frames === 1;
      const title = options?.find === "none" || isPicture ? "Point at an object" : "Nothing was found by itself";
      notes.push(h("div", { class: "empty small" }, icon("target"), h("h3", {}, title),
        h("p", { class: "muted" }, isPicture ? "Click it in the picture, and it is described." : "Pause where it is seen well, click it in the picture, and it is followed and described.")));
    }
    for (const { track, message } of this.problems) {
      notes.push(h("div", { class: track === null ? "note" : "fault" }, icon("warn"), h("p", {}, track === null ? message : `Object ${track}: ${message}`)));
    }
    if (this.leftOut?.length) notes.push(h("div", { class: "note" }, icon("warn"), h("p", {}, `${plural(this.leftOut.length, "more object")} found and not captioned: ${this.leftOut[0].reason}.`)));
    this.notes.replaceChildren(...notes);
  }

  drawTime() {
    if (!this.clock) return;
    const { frame, time } = this.player;
    const wall = this.clip.recorded ? timeOfDay(new Date(new Date(this.clip.recorded).getTime() + time * 1000), true) : null;
    const parts = [h("strong", {}, clockText(time, true)), h("span", { class: "muted" }, ` / ${clockText(this.clock.time(this.clock.frames), true)}`),
      h("span", { class: "muted frame-number" }, `frame ${frame}`), wall && h("span", { class: "muted wall" }, icon("clock"), wall)];
    this.time.replaceChildren(...parts.filter(Boolean));
  }

  redraw() {
    if (!this.clip || this.left) return;
    this.overlay.begin();
    if (this.shown.outlines) this.overlay.drawTracks(this.visible(), this.picker.active ? undefined : this.chosen, this.hovered);
    for (const draft of this.drafts.values()) {
      if (draft.outline && !draft.error && draft.frame === this.player.frame) this.drawDraft(draft.outline);
    }
    if (this.picker.active) this.picker.draw();
  }

  drawDraft(outline) {
    const { context, unit } = this.overlay;
    context.strokeStyle = "#35e0c2";
    context.lineWidth = 2 * unit;
    context.setLineDash([6 * unit, 4 * unit]);
    context.stroke(pathOf(outline));
    context.setLineDash([]);
  }

  /** The caption under the picture: of the object under the pointer, else the chosen one, else a visible one while it is visible. */
  drawSubtitle() {
    const seen = this.seenNow();
    const holds = (id) => id !== null && seen.has(id) && this.tracks.get(id)?.caption;
    if (!holds(this.told)) this.told = this.ordered().find(({ id }) => holds(id))?.id ?? null;
    const id = [this.hovered, this.chosen, this.told].find(holds) ?? null;
    const isShown = this.shown.captions && id !== null && !this.picker.active;
    show(this.subtitle, isShown);
    if (!isShown) return;
    const track = this.tracks.get(id), { frame } = this.player;
    const part = (track.segments ?? []).findLast((segment) => segment.first_frame <= frame && frame <= segment.last_frame);
    const text = part?.caption ?? track.caption;
    if (this.subtitle.dataset.said === `${id} ${text}`) return;
    this.subtitle.dataset.said = `${id} ${text}`;
    this.subtitle.replaceChildren(h("span", { class: "id", style: { "--track": colourOf(id), "--ink": inkOn(id) } }, String(id)), h("span", {}, text));
  }

  toggle(what) {
    this.shown[what] = !this.shown[what];
    localStorage.setItem(SHOWN, JSON.stringify(this.shown));
    this.drawToggles();
    this.redraw();
    this.drawSubtitle();
  }

  drawToggles() {
    for (const [name, button] of Object.entries(this.toggles)) button.setAttribute("aria-pressed", this.shown[name]);
  }

  // Keys

  key(event) {
    const { key, target, ctrlKey, metaKey, shiftKey } = event;
    if (this.picker.active && this.picker.key(event)) return event.preventDefault();
    if (ctrlKey || metaKey || !this.clip) return;
    const isControl = target.closest?.("button, summary, a, input, select");
    const actions = {
      " ": () => this.player.toggle(), k: () => this.next(-1), j: () => this.next(1), d: () => this.startPicking(), o: () => this.toggle("outlines"),
      c: () => this.toggle("captions"), m: () => this.player.toggleSound(), e: () => this.list.card(this.chosen)?.edit("caption"),
      ArrowLeft: () => this.stepBy(-1, shiftKey), ArrowRight: () => this.stepBy(1, shiftKey),
      Home: () => this.seek(0), End: () => this.seek(this.clock.last),
      Escape: () => this.choose(null),
    };
    const action = actions[key];
    if (!action || (key === " " && isControl)) return;
    event.preventDefault();
    action();
  }

  stepBy(direction, isSecond) {
    this.player.step(direction * (isSecond ? Math.max(1, Math.round(this.clock.fps)) : 1));
    this.note();
  }

  /** The next track of the list, at the frame that shows it best unless it is visible now. */
  next(by) {
    const ids = this.ordered().map(({ id }) => id);
    if (!ids.length) return;
    const at = ids.indexOf(this.chosen);
    const id = ids[at < 0 ? (by > 0 ? 0 : ids.length - 1) : (at + by + ids.length) % ids.length];
    const track = this.tracks.get(id);
    this.choose(id, this.seenNow().has(id) ? null : bestFrame(track) ?? track.first_frame);
    announce(`${trackName(track)} ${id}: ${track.caption}`);
  }
}
