// Plays a clip: the browser does, or, where it cannot, the server's frames one after the other.

import { clipPath, fetched } from "./api.js";
import { h, icon, show, showPicture } from "./dom.js";

/** Frames and seconds of a clip. Times of known tracks take precedence over an even rate. */
export class FrameClock {
  constructor(clip, tracks = []) {
    this.fps = clip.fps || 25;
    this.frames = clip.frames ?? Math.max(1, Math.round((clip.duration ?? 0) * this.fps));
    const known = new Map();
    for (const { frame, time } of tracks.flatMap((track) => track.sampled ?? [])) known.set(frame, time);
    const isEven = [...known].every(([frame, time]) => Math.abs(frame / this.fps - time) < 0.6 / this.fps);
    this.known = isEven ? [] : [[0, 0], ...[...known].sort((a, b) => a[0] - b[0]).filter(([frame]) => frame > 0)];
  }

  get last() {
    return this.frames - 1;
  }

  time(frame) {
    return this.mapped(frame, 0, 1, 1 / this.fps);
  }

  frame(time) {
    const frame = Math.floor(this.mapped(time, 1, 0, this.fps) + 0.02);
    return Math.min(this.last, Math.max(0, frame));
  }

  /** Linear interpolation between two known pairs; beyond the last one, the even rate. */
  mapped(value, from, to, rate) {
    if (!this.known.length) return value * rate;
    const after = this.known.findIndex((pair) => pair[from] > value);
    if (after <= 0) {
      const end = this.known.at(-1);
      return end[to] + (value - end[from]) * rate;
    }
    const [low, high] = [this.known[after - 1], this.known[after]];
    return low[to] + ((value - low[from]) / (high[from] - low[from])) * (high[to] - low[to]);
  }
}

const READY_AHEAD = 3;

export class Player {
  /** @param shown called with each frame that is seen; @param changed called when it plays, pauses, or what it can do changes */
  constructor(shown, changed) {
    Object.assign(this, { shown, changed, mode: "waiting", frame: 0, rate: 1, playing: false });
    this.video = h("video", { playsinline: true, muted: true, preload: "auto", tabindex: -1, "aria-hidden": "true", disablepictureinpicture: true });
    this.video.muted = true;
    this.still = h("img", { class: "still", alt: "", hidden: true });
    this.note = h("p", { class: "stage-note" }, icon("film"), h("span", {}, "Loading the clip"));
    this.elements = [this.video, this.still, this.note];
    const { video } = this;
    video.addEventListener("error", () => this.fallBack());
    video.addEventListener("loadedmetadata", () => {
      if (this.mode !== "waiting") return;
      if (!video.videoWidth) return this.fallBack();
      this.mode = "video";
      show(this.note, false);
      this.seek(this.frame);
      this.changed();
    });
    for (const name of ["play", "pause", "ended", "ratechange"]) video.addEventListener(name, () => this.changed());
    video.addEventListener("seeked", () => this.mode === "video" && this.see(this.clock.frame(video.currentTime)));
    // Browsers report sound only once some has been decoded.
    video.addEventListener("timeupdate", () => {
      if (this.hasSound || !(video.mozHasAudio || video.webkitAudioDecodedByteCount || video.audioTracks?.length)) return;
      this.hasSound = true;
      this.changed();
    });
    this.watch();
  }

  /** Sound is off until the user turns it on. */
  toggleSound() {
    this.video.muted = !this.video.muted;
    this.changed();
  }

  /** Sets a clip's facts, which may come late; begins to load once they suffice. */
  set(clip, clock) {
    const isNew = this.clip?.id !== clip.id;
    Object.assign(this, { clip, clock });
    if (clip.frames === 1) return this.mode === "picture" || this.showStills("picture");
    if (isNew) this.video.src = clipPath(clip.id, "video");
    else if (this.failed && this.mode === "waiting" && clip.frames) this.showStills("frames");
  }

  fallBack() {
    if (this.left || this.mode === "frames" || this.mode === "picture") return;
    this.failed = true;
    this.note.querySelector("span").textContent = "The picture comes when the clip has been read";
    if (this.clip.frames) this.showStills(this.clip.frames === 1 ? "picture" : "frames");
  }

  showStills(mode) {
    this.mode = mode;
    show(this.video, false);
    show(this.still, true);
    show(this.note, false);
    this.still.addEventListener("error", () => {
      show(this.note, true);
      this.note.querySelector("span").textContent = "This frame cannot be shown";
    });
    this.still.addEventListener("load", () => show(this.note, false));
    this.seek(this.frame);
    this.changed();
  }

  /** Width in pixels of the requested frames: that of the screen, in steps so that the browser can cache them. */
  get stillPath() {
    const wanted = Math.ceil((this.still.parentElement?.clientWidth || 960) * Math.min(2, devicePixelRatio) / 320) * 320;
    return (frame) => clipPath(this.clip.id, `frames/${frame}.jpg?width=${Math.min(1920, wanted)}`);
  }

  watch() {
    const { video } = this;
    if (video.requestVideoFrameCallback) {
      const seen = (_, { mediaTime }) => {
        if (this.mode === "video" && !video.seeking) this.see(this.clock.frame(mediaTime + 0.25 / this.clock.fps));
        if (!this.left) video.requestVideoFrameCallback(seen);
      };
      video.requestVideoFrameCallback(seen);
      return;
    }
    const look = () => {
      if (this.mode === "video" && !video.paused) this.see(this.clock.frame(video.currentTime));
      if (!this.left) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }

  /** The picture around a box of the frame that is shown, as a canvas; null where nothing is shown. */
  cutOut({ left, top, width, height }) {
    const source = this.mode === "video" ? this.video : this.still;
    const scale = (source.videoWidth ?? source.naturalWidth) / this.clip.width;
    if (!scale) return null;
    const side = Math.max(width, height, 8) * 1.4;
    const canvas = h("canvas", { width: 152, height: 152 });
    const [x, y] = [left + width / 2 - side / 2, top + height / 2 - side / 2];
    canvas.getContext("2d").drawImage(source, x * scale, y * scale, side * scale, side * scale, 0, 0, 152, 152);
    return canvas;
  }

  see(frame) {
    this.frame = frame;
    this.shown(frame);
  }

  get time() {
    return this.clock ? this.clock.time(this.frame) : 0;
  }

  get paused() {
    return this.mode === "video" ? this.video.paused : !this.playing;
  }

  get canPlay() {
    return this.mode === "video" || this.mode === "frames";
  }

  /** Shows a frame; the middle of its time, so that rounding cannot show the one before. */
  seek(frame) {
    if (!this.clock) return void (this.frame = frame);
    this.frame = Math.min(this.clock.last, Math.max(0, Math.round(frame)));
    if (this.mode === "video") {
      const [start, end] = [this.clock.time(this.frame), this.clock.time(this.frame + 1)];
      this.video.currentTime = (start + end) / 2;
    } else if (this.mode !== "waiting") showPicture(this.still, this.stillPath(this.frame));
    this.shown(this.frame);
  }

  step(frames) {
    this.pause();
    this.seek(this.frame + frames);
  }

  toggle() {
    this.paused ? this.play() : this.pause();
  }

  play() {
    if (this.frame >= this.clock?.last) this.seek(0);
    if (this.mode === "video") this.video.play().catch(() => {});
    else if (this.mode === "frames" && !this.playing) this.playStills();
  }

  pause() {
    if (this.mode === "video") this.video.pause();
    this.playing = false;
    this.changed();
  }

  setRate(rate) {
    this.rate = rate;
    this.video.playbackRate = rate;
    this.changed();
  }

  /** Shows each frame at its time, or as soon as it is loaded; a few are requested ahead. */
  async playStills() {
    this.playing = true;
    this.changed();
    const path = this.stillPath;
    const ready = new Map();
    const load = (frame) => {
      if (!ready.has(frame)) ready.set(frame, fetched(path(frame)).then((response) => response.blob()).catch(() => null));
      return ready.get(frame);
    };
    while (this.playing && !this.left && this.frame < this.clock.last) {
      const due = performance.now() + 1000 / this.clock.fps / this.rate;
      const next = this.frame + 1;
      for (let ahead = 0; ahead < READY_AHEAD; ahead += 1) if (next + ahead <= this.clock.last) load(next + ahead);
      const blob = await load(next);
      ready.delete(next);
      await new Promise((done) => setTimeout(done, Math.max(0, due - performance.now())));
      if (!this.playing || !blob) break;
      const url = URL.createObjectURL(blob);
      this.still.src = url;
      await this.still.decode().catch(() => {});
      URL.revokeObjectURL(url);
      this.see(next);
    }
    this.playing = false;
    this.changed();
  }

  leave() {
    this.left = true;
    this.playing = false;
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }
}
