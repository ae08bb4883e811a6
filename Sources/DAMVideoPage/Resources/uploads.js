// Uploads of clips. They continue while other views are open.

import { ServerError, upload } from "./api.js";
import { announce } from "./dom.js";
import { bytes } from "./words.js";

const SETTINGS = "damvideo.settings";
const AT_ONCE = 2;

export class Uploads {
  constructor(app) {
    this.app = app;
    this.items = [];
    this.onchange = () => {};
    /** A mask file for the next clip. */
    this.masks = null;
    try {
      this.settings = JSON.parse(localStorage.getItem(SETTINGS)) ?? {};
    } catch {
      this.settings = {};
    }
    window.addEventListener("beforeunload", (event) => this.items.some((item) => !item.error) && event.preventDefault());
  }

  /** Changes how the next clips are captioned; remembered by the browser. */
  set(changes) {
    this.settings = { ...this.settings, ...changes };
    localStorage.setItem(SETTINGS, JSON.stringify(this.settings));
  }

  /** `ClipOptions` of a file: a picture has no motion to find objects by. */
  options(isPicture = false) {
    const { find = "motion", segment, query, max_tracks } = this.settings;
    const options = { find: this.masks ? "masks" : find };
    if (options.find === "motion" && isPicture) options.find = this.app.status?.detector ? "detector" : "none";
    if (options.find === "detector" && this.app.status && !this.app.status.detector) options.find = "motion";
    if (segment) options.segment = segment;
    if (query?.trim()) options.query = query.trim();
    if (Number(max_tracks) >= 1) options.max_tracks = Number(max_tracks);
    return options;
  }

  add(files) {
    const items = files.map((file) => ({ file, name: file.name, sent: 0, all: file.size, started: null, error: null, masks: this.masks }));
    for (const item of items) {
      item.options = this.options(item.file.type.startsWith("image/"));
      item.camera = this.settings.camera?.trim();
      item.error = this.refusal(item.file);
    }
    this.items.unshift(...items);
    this.masks = null;
    this.opens = files.length === 1 && !this.app.place.clip ? items[0] : null;
    if (this.app.place.clip || this.app.place.q) this.app.go({});
    this.onchange();
    this.start();
  }

  refusal(file) {
    const limit = this.app.status?.upload_limit ?? Infinity;
    if (file.size > limit) return new ServerError(413, `${file.name} has ${bytes(file.size)}; this server takes ${bytes(limit)} at most.`);
    return file.size === 0 ? new ServerError(400, `${file.name} is empty.`) : null;
  }

  start() {
    const running = this.items.filter((item) => item.started && !item.error);
    const waiting = this.items.filter((item) => !item.started && !item.error).reverse();
    waiting.slice(0, Math.max(0, AT_ONCE - running.length)).forEach((item) => this.send(item));
  }

  async send(item) {
    const form = new FormData();
    form.append("options", JSON.stringify(item.options));
    form.append("name", item.name);
    if (item.camera) form.append("camera", item.camera);
    if (item.masks) form.append("masks", item.masks, item.masks.name);
    form.append("file", item.file, item.name);
    item.started = performance.now();
    item.abort = new AbortController();
    try {
      const clip = await upload("/api/clips", form, (sent, all) => this.progressed(item, sent, all), item.abort.signal);
      this.remove(item);
      announce(`${item.name} is uploaded.`);
      const isHome = !this.app.place.clip && !this.app.place.q;
      if (this.opens === item && isHome) this.app.go({ clip: clip.id });
      else this.onchange(clip);
    } catch (error) {
      if (error.name === "AbortError") this.remove(item);
      else item.error = error;
      this.onchange();
    }
    this.start();
  }

  progressed(item, sent, all) {
    [item.sent, item.all] = [sent, all];
    this.onchange();
  }

  cancel(item) {
    if (item.abort && !item.error) item.abort.abort();
    else {
      this.remove(item);
      this.onchange();
    }
  }

  again(item) {
    Object.assign(item, { error: this.refusal(item.file), started: null, sent: 0 });
    this.onchange();
    this.start();
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
  }
}
