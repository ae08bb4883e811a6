// Outlines of tracks: read from the server in windows of frames, drawn over the clip.

import { call, clipPath } from "./api.js";
import { colourOf, inkOn } from "./colours.js";
import { h } from "./dom.js";

/** Frames per request: some seconds, some hundred kB. */
const WINDOW = 240;

export class Outlines {
  constructor(id, loaded) {
    Object.assign(this, { id, loaded, frames: new Map(), windows: new Map(), version: 0 });
  }

  /** Outlines of a frame, `{id, outline}` of each track; undefined until they are loaded. */
  at(frame) {
    return this.frames.get(frame);
  }

  /** Loads the window of a frame unless it is loaded or loading; while a clip plays, the next one as well. */
  need(frame, ahead = false) {
    const start = Math.floor(Math.max(0, frame) / WINDOW) * WINDOW;
    if (this.windows.get(start) !== this.version) this.read(start);
    else if (ahead && frame > start + WINDOW / 2 && this.windows.get(start + WINDOW) !== this.version) this.read(start + WINDOW);
  }

  async read(start) {
    const { version } = this;
    this.windows.set(start, version);
    try {
      const { frames } = await call(clipPath(this.id, `outlines.json?from=${start}&to=${start + WINDOW}`));
      if (version !== this.version) return;
      for (let frame = start; frame < start + WINDOW; frame += 1) this.frames.set(frame, []);
      for (const { frame, tracks } of frames) this.frames.set(frame, tracks);
      this.loaded();
    } catch {
      // Not known yet, as for a waiting clip: requested again with the next track.
      if (this.windows.get(start) === version) this.windows.delete(start);
    }
  }

  /** Loads outlines again, after a track was added or removed. Old outlines are shown until the new ones are loaded. */
  renew() {
    this.version += 1;
  }
}

/** A path of closed lines in a clip's pixels. */
export function pathOf(outline) {
  const path = new Path2D();
  for (const line of outline) {
    if (line.length < 6) continue;
    path.moveTo(line[0], line[1]);
    for (let index = 2; index < line.length; index += 2) path.lineTo(line[index], line[index + 1]);
    path.closePath();
  }
  return path;
}

export function boundsOf(outline) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const line of outline) {
    for (let index = 0; index + 1 < line.length; index += 2) {
      left = Math.min(left, line[index]);
      right = Math.max(right, line[index]);
      top = Math.min(top, line[index + 1]);
      bottom = Math.max(bottom, line[index + 1]);
    }
  }
  return { left, top, width: right - left, height: bottom - top };
}

export class Overlay {
  constructor() {
    this.canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": "The clip" });
    this.context = this.canvas.getContext("2d");
    this.family = getComputedStyle(document.body).fontFamily;
    this.size = { width: 1, height: 1 };
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.canvas);
    this.redraw = () => {};
  }

  fit() {
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(this.canvas.clientWidth * ratio);
    this.canvas.height = Math.round(this.canvas.clientHeight * ratio);
    this.redraw();
  }

  /** Screen pixels for each pixel of the clip. */
  get scale() {
    return this.canvas.clientWidth / this.size.width || 1;
  }

  /** Position of a pointer in the clip's pixels. */
  place(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const clamp = (value, most) => Math.min(most - 1, Math.max(0, value));
    return [clamp((event.clientX - left) / this.scale, this.size.width), clamp((event.clientY - top) / this.scale, this.size.height)];
  }

  begin() {
    const { context, canvas } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const ratio = canvas.width / this.size.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.lineJoin = "round";
    /** One pixel of the screen. */
    this.unit = 1 / this.scale;
  }

  /** Draws tracks: `{id, outline, name}`; the chosen one is emphasised, the others are dimmed. */
  drawTracks(tracks, chosen, hovered) {
    const { context, unit } = this;
    const order = [...tracks].sort((a, b) => (a.id === chosen) - (b.id === chosen));
    for (const { id, outline } of order) {
      const path = pathOf(outline);
      const stands = id === chosen || id === hovered;
      context.fillStyle = colourOf(id, stands ? 0.3 : chosen === null ? 0.14 : 0.06);
      context.fill(path, "evenodd");
      context.strokeStyle = "rgba(8, 12, 12, 0.55)";
      context.lineWidth = (stands ? 5.5 : 4) * unit;
      context.stroke(path);
      context.strokeStyle = colourOf(id, chosen === null || stands ? 1 : 0.75);
      context.lineWidth = (stands ? 3 : 2) * unit;
      context.stroke(path);
    }
    for (const track of order) this.drawTag(track);
  }

  drawTag({ id, outline, name }) {
    const { context, unit, size } = this;
    const { left, top } = boundsOf(outline);
    const text = name ? `${id} ${name.length > 24 ? `${name.slice(0, 23)}…` : name}` : String(id);
    context.font = `600 ${12 * unit}px ${this.family}`;
    const width = context.measureText(text).width + 11 * unit, height = 18 * unit;
    const x = Math.min(Math.max(left, 2 * unit), size.width - width - 2 * unit);
    const y = Math.max(top - height - 4 * unit, 2 * unit);
    context.fillStyle = colourOf(id);
    context.strokeStyle = "rgba(8, 12, 12, 0.5)";
    context.lineWidth = unit;
    context.beginPath();
    context.roundRect(x, y, width, height, 5 * unit);
    context.fill();
    context.stroke();
    context.fillStyle = inkOn(id);
    context.textBaseline = "middle";
    context.fillText(text, x + 5.5 * unit, y + height / 2 + 0.5 * unit);
  }

  /** The track at a position: the smallest of those that cover it. */
  hit(tracks, [x, y]) {
    const { context } = this;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    const found = tracks.filter(({ outline }) => context.isPointInPath(pathOf(outline), x, y, "evenodd"));
    context.restore();
    const area = ({ outline }) => boundsOf(outline).width * boundsOf(outline).height;
    return found.sort((a, b) => area(a) - area(b))[0] ?? null;
  }

  leave() {
    this.observer.disconnect();
  }
}
