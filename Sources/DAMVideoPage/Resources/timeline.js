// The timeline: a bar for each track with its sampled frames and parts, and the current position.

import { colourOf, inkOn } from "./colours.js";
import { h } from "./dom.js";
import { clock as clockText, trackName } from "./words.js";

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const NARROWEST_TICK = 64;
/** Pixels that the text of a tick takes. */
const ROOM_FOR_TEXT = 36;

const percent = (share) => `${(share * 100).toFixed(3)}%`;

export class Timeline {
  /** @param seek called with a frame; @param choose called with a track and a frame */
  constructor(seek, choose) {
    Object.assign(this, { seek, choose, lanes: new Map() });
    this.ticks = h("div", { class: "ticks", "aria-hidden": "true" });
    this.ruler = h("div", { class: "ruler", role: "slider", tabindex: 0, "aria-label": "Time", "aria-valuemin": 0 }, this.ticks);
    this.list = h("ul", { class: "lanes", "aria-label": "Objects in time" });
    this.head = h("div", { class: "playhead", "aria-hidden": "true" });
    this.body = h("div", { class: "timeline-body" }, this.ruler, this.list, h("div", { class: "playhead-area" }, this.head));
    this.element = h("section", { class: "timeline", "aria-label": "Timeline" }, this.body);
    this.listen();
    this.observer = new ResizeObserver(() => this.drawTicks());
    this.observer.observe(this.list);
  }

  listen() {
    const frameAt = (event) => {
      const { left, width } = this.ruler.getBoundingClientRect();
      return Math.round(Math.min(1, Math.max(0, (event.clientX - left) / width)) * this.clock.frames - 0.5);
    };
    this.ruler.addEventListener("pointerdown", (event) => {
      if (event.button || !this.clock) return;
      this.ruler.setPointerCapture(event.pointerId);
      this.seek(frameAt(event));
    });
    this.ruler.addEventListener("pointermove", (event) => this.ruler.hasPointerCapture(event.pointerId) && this.seek(frameAt(event)));
    this.list.addEventListener("click", (event) => {
      const lane = event.target.closest(".lane");
      if (!lane) return;
      const track = this.lanes.get(lane.dataset.id).track;
      const within = event.target.closest(".bar");
      // A click made by the keyboard has no position.
      const frame = event.detail === 0 || !within ? track.first_frame : frameAt(event);
      this.choose(track.id, Math.min(track.last_frame, Math.max(track.first_frame, frame)));
    });
  }

  set(clip, clock) {
    Object.assign(this, { clip, clock });
    this.ruler.setAttribute("aria-valuemax", clock.last);
    this.drawTicks();
  }

  drawTicks() {
    if (!this.clock) return;
    this.element.style.setProperty("--gutter", `${this.list.offsetWidth - this.list.clientWidth}px`);
    const length = this.clock.time(this.clock.frames), width = this.ruler.clientWidth;
    const step = STEPS.find((value) => (value / length) * width >= NARROWEST_TICK) ?? STEPS.at(-1);
    const places = [];
    const end = length * (1 - ROOM_FOR_TEXT / Math.max(width, 1));
    for (let index = 0; index * step < end && places.length < 60; index += 1) places.push(index * step);
    this.ticks.replaceChildren(...places.map((time) =>
      h("span", { class: "tick figures", style: { left: percent(time / length) } }, clockText(time, step < 1))));
  }

  draw(tracks, chosen) {
    const lanes = tracks.filter((track) => track.first_frame !== undefined).map((track) => {
      const lane = this.lanes.get(String(track.id));
      return lane?.track === track && lane.frames === this.clock.frames ? lane : this.lane(track);
    });
    this.lanes = new Map(lanes.map((lane) => [String(lane.track.id), lane]));
    const elements = lanes.map((lane) => lane.element);
    if (elements.length !== this.list.children.length || elements.some((item, at) => item !== this.list.children[at])) {
      this.list.replaceChildren(...elements);
    }
    for (const { element, track } of lanes) {
      const isChosen = track.id === chosen;
      if (isChosen && !element.classList.contains("chosen")) this.reveal(element);
      element.classList.toggle("chosen", isChosen);
      element.querySelector(".bar").setAttribute("aria-pressed", isChosen);
    }
  }

  reveal(element) {
    const { offsetTop, offsetHeight } = element;
    const { scrollTop, clientHeight } = this.list;
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight) this.list.scrollTop = offsetTop - clientHeight / 2;
  }

  lane(track) {
    const { frames } = this.clock;
    const first = track.first_frame, last = track.last_frame, length = last + 1 - first;
    const inBar = (frame) => percent((frame - first) / length);
    const parts = (track.segments ?? []).map((part) =>
      h("span", { class: "part", title: `${clockText(part.start, true)} – ${clockText(part.end, true)}: ${part.caption}`,
        style: { left: inBar(part.first_frame), width: percent((part.last_frame + 1 - part.first_frame) / length) } }));
    const ticks = (track.sampled ?? []).map(({ frame }) => h("span", { class: "sample", style: { left: inBar(frame + 0.5) } }));
    const said = `${trackName(track)} ${track.id}, seen ${clockText(track.start, true)} to ${clockText(track.end, true)}`;
    const bar = h("button", { type: "button", class: "bar", "aria-label": said, title: said,
      style: { left: percent(first / frames), width: percent(length / frames), "--track": colourOf(track.id) } }, parts, ticks);
    const element = h("li", { class: "lane", "data-id": track.id },
      h("span", { class: "lane-name" }, h("span", { class: "id", style: { "--track": colourOf(track.id), "--ink": inkOn(track.id) } }, String(track.id)),
        h("span", { class: "lane-label" }, track.name || track.label || "")),
      h("div", { class: "lane-track" }, bar));
    return { track, frames, element };
  }

  /** Moves the line to a frame. */
  at(frame) {
    if (!this.clock) return;
    const share = (frame + 0.5) / this.clock.frames;
    this.head.style.left = percent(share);
    this.ruler.setAttribute("aria-valuenow", frame);
    this.ruler.setAttribute("aria-valuetext", `${clockText(this.clock.time(frame), true)}, frame ${frame}`);
  }

  leave() {
    this.observer.disconnect();
  }
}
