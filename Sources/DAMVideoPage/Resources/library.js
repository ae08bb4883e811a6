// The library: captioned, running and waiting clips, and the drop area.

import { call, clipPath } from "./api.js";
import { AddPanel } from "./add.js";
import { confirmed, fault } from "./dialogs.js";
import { button, h, icon, iconButton, setText, show, showPicture } from "./dom.js";
import { bytes, clock, day, plural, share, stage, timeLeft } from "./words.js";

const PAGE = 48;
const isActive = (clip) => clip.state === "queued" || clip.state === "running";

export class LibraryView {
  constructor(app) {
    this.app = app;
    this.cards = new Map();
    this.shown = PAGE;
    this.add = new AddPanel(app, (clip) => app.go({ clip: clip.id }));
    this.uploads = h("ul", { class: "grid", "aria-label": "Uploads" });
    this.grid = h("ul", { class: "grid", id: "clips", "aria-label": "Clips" });
    this.title = h("h2", { class: "section" }, "Library");
    this.count = h("span", { class: "muted" });
    this.problem = h("div", {});
    this.empty = this.emptyState();
    this.more = button("Show more", () => ((this.shown += PAGE), this.read()), { class: "more", hidden: true });
    this.element = h("div", { class: "home" }, this.add.element, this.problem, this.uploads,
      h("div", { class: "section-top" }, this.title, this.count), this.empty, this.grid, this.more);
    show(this.empty, false);
  }

  emptyState() {
    const step = (name, title, text) => h("li", {}, icon(name), h("div", {}, h("strong", {}, title), h("p", {}, text)));
    return h("div", { class: "empty" },
      h("h2", {}, "Nothing here yet"),
      h("ol", { class: "steps" },
        step("drop", "Drop a clip", "Surveillance footage, a phone video, a picture."),
        step("caption", "Read what was seen", "Each object that moves gets an outline, a place in time and a caption."),
        step("target", "Point at the rest", "Pause anywhere, click an object, and it is followed and described."),
        step("search", "Find it again", "Search the captions of all clips, and jump to the moment.")));
  }

  enter() {
    document.title = "damvideo";
    this.app.uploads.onchange = (clip) => (clip ? this.read() : this.drawUploads());
    this.drawUploads();
    this.read();
  }

  leave() {
    clearTimeout(this.timer);
    this.left = true;
    this.app.uploads.onchange = () => {};
  }

  statusRead() {
    this.add.draw();
  }

  async read() {
    clearTimeout(this.timer);
    let again = 2000;
    try {
      const { total, clips } = await call(`/api/clips?limit=${this.shown}`);
      this.problem.replaceChildren();
      this.said = null;
      this.draw(total, clips);
      again = clips.some(isActive) ? 1000 : 10000;
    } catch (error) {
      if (this.said !== error.message) this.problem.replaceChildren(fault(error, () => this.read()));
      this.said = error.message;
      again = error.status === 503 ? 1000 : 5000;
    }
    if (!this.left) this.timer = setTimeout(() => this.read(), again);
  }

  draw(total, clips) {
    this.drawUploads();
    show(this.empty, total === 0 && !this.app.uploads.items.length);
    this.element.classList.toggle("first", total === 0);
    show(this.title.parentElement, total > 0);
    setText(this.count, plural(total, "clip"));
    show(this.more, total > clips.length);
    const waiting = clips.filter((clip) => clip.state === "queued").reverse();
    const cards = clips.map((clip) => {
      const card = this.cards.get(clip.id) ?? new ClipCard(this.app, clip.id, () => this.read());
      card.draw(clip, waiting.indexOf(clip));
      return card;
    });
    this.cards = new Map(cards.map((card) => [card.id, card]));
    const elements = cards.map((card) => card.element);
    const same = elements.length === this.grid.children.length && elements.every((item, index) => item === this.grid.children[index]);
    if (!same) this.grid.replaceChildren(...elements);
  }

  drawUploads() {
    const { items } = this.app.uploads;
    this.rows ??= new Map();
    const rows = items.map((item) => this.rows.get(item) ?? new UploadCard(this.app.uploads, item));
    this.rows = new Map(rows.map((row) => [row.item, row]));
    rows.forEach((row) => row.draw());
    show(this.uploads, rows.length > 0);
    if (rows.length) show(this.empty, false);
    if (rows.length !== this.uploads.children.length || rows.some((row, at) => row.element !== this.uploads.children[at])) {
      this.uploads.replaceChildren(...rows.map((row) => row.element));
    }
  }
}

class UploadCard {
  constructor(uploads, item) {
    [this.uploads, this.item] = [uploads, item];
    this.bar = h("progress", { max: 1, "aria-label": `Upload of ${item.name}` });
    this.text = h("p", { class: "muted figures" });
    this.problem = h("div", {});
    this.element = h("li", { class: "card upload" },
      h("div", { class: "upload-top" }, icon("film"), h("strong", { class: "name" }, item.name),
        iconButton("x", `Cancel the upload of ${item.name}`, () => uploads.cancel(item))),
      this.bar, this.text, this.problem);
  }

  draw() {
    const { sent, all, started, error } = this.item;
    show(this.bar, !error);
    show(this.text, !error);
    if (error) {
      if (this.said !== error) this.problem.replaceChildren(fault(error, () => this.uploads.again(this.item)));
      this.said = error;
      return;
    }
    this.said = null;
    this.problem.replaceChildren();
    this.bar.value = all ? sent / all : 0;
    const speed = sent / (performance.now() - started) * 1000;
    const left = sent >= all ? "checking the file" : timeLeft((all - sent) / speed);
    setText(this.text, started === null ? "Waits for the uploads before it" : `${bytes(sent)} of ${bytes(all)}, ${left}`);
  }
}

const STATES = { queued: "Waiting", running: "Working", failed: "Failed", cancelled: "Cancelled" };

class ClipCard {
  constructor(app, id, changed) {
    Object.assign(this, { app, id, changed });
    this.image = h("img", { alt: "", loading: "lazy", decoding: "async" });
    this.image.addEventListener("error", () => {
      this.poster.classList.add("blank");
      this.failedIn = this.clip.state;
    });
    this.image.addEventListener("load", () => this.poster.classList.remove("blank"));
    this.length = h("span", { class: "length figures" });
    this.state = h("span", { class: "state" });
    this.bar = h("progress", { max: 1, class: "thin", "aria-label": "Progress" });
    this.poster = h("div", { class: "poster blank" }, icon("film"), this.image, this.state, this.length, this.bar);
    this.name = h("strong", { class: "name" });
    this.facts = h("p", { class: "muted facts" });
    this.link = h("a", { class: "card", href: app.addressOf({ clip: id }) }, this.poster, h("div", { class: "card-text" }, this.name, this.facts));
    this.remove = iconButton("trash", "", () => this.end());
    this.remove.classList.add("card-action");
    this.element = h("li", {}, this.link, this.remove);
  }

  draw(clip, position) {
    this.clip = clip;
    setText(this.name, clip.name);
    const label = isActive(clip) ? `Cancel ${clip.name}` : `Delete ${clip.name}`;
    this.remove.title = label;
    this.remove.setAttribute("aria-label", label);
    setText(this.length, clip.frames === 1 ? "Picture" : clip.duration ? clock(clip.duration) : "");
    show(this.length, this.length.textContent !== "");
    show(this.state, clip.state !== "finished");
    this.state.dataset.state = clip.state;
    const place = position > 0 ? `Waiting, ${plural(position, "clip")} before it` : STATES[clip.state];
    setText(this.state, clip.state === "queued" ? place : STATES[clip.state] ?? "");
    show(this.bar, clip.state === "running");
    const done = share(clip.progress);
    done === null ? this.bar.removeAttribute("value") : (this.bar.value = done);
    setText(this.facts, this.said(clip));
    // A preview that could not be loaded may exist in the clip's new state.
    if (this.failedIn && this.failedIn !== clip.state) {
      this.failedIn = null;
      this.image.removeAttribute("src");
    }
    if (clip.state !== "queued") showPicture(this.image, clipPath(this.id, `frames/${Math.floor((clip.frames ?? 1) / 2)}.jpg?width=480`));
  }

  said(clip) {
    if (clip.state === "failed") return clip.error ?? "Failed";
    if (clip.state === "running") return [stage(clip.progress), timeLeft(clip.progress?.seconds_left)].filter(Boolean).join(", ");
    const objects = clip.tracks_done ? plural(clip.tracks_done, "object") : clip.state === "finished" ? "No objects yet" : null;
    return [objects, clip.camera, day(clip.recorded ?? clip.created)].filter(Boolean).join(" · ");
  }

  async end() {
    const { clip } = this;
    const active = isActive(clip);
    const agreed = active
      ? await confirmed("Cancel this clip?", `Objects of ${clip.name} that are captioned already stay.`, "Cancel the clip")
      : await confirmed("Delete this clip?", `${clip.name}, its captions and masks are removed from the library.`, "Delete");
    if (!agreed) return;
    try {
      await call(clipPath(this.id), { method: "DELETE" });
      this.changed();
    } catch (error) {
      this.link.querySelector(".card-text").append(fault(error, () => this.end()));
    }
  }
}
