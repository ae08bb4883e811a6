// The list of tracks: thumbnails, captions as they are written, and the actions on them.

import { call, clipPath } from "./api.js";
import { colourOf, inkOn } from "./colours.js";
import { confirmed, fault } from "./dialogs.js";
import { button, h, iconButton, setText, show, showPicture } from "./dom.js";
import { clock, share, stage, timeLeft, trackName } from "./words.js";

/** The frame that shows a track best: the one on which it is largest. */
export const bestFrame = (track) => (track.sampled ?? []).reduce((best, sample) => (sample.area > (best?.area ?? -1) ? sample : best), null)?.frame;

export class TrackList {
  /** @param view the clip's view: `choose`, `changed`, `removed`, `abandon` */
  constructor(view) {
    Object.assign(this, { view, cards: new Map() });
    this.element = h("ol", { class: "tracks", id: "tracks", "aria-label": "Objects" });
  }

  /** Entries in the order they are shown: tracks, and drafts of captions that are being written. */
  draw(entries, chosen, seen) {
    const cards = entries.map((entry) => {
      const card = this.cards.get(entry.key) ?? new TrackCard(this.view, entry.key);
      card.draw(entry, entry.id !== null && entry.id === chosen, seen.has(entry.id));
      return card;
    });
    this.cards = new Map(cards.map((card) => [card.key, card]));
    const elements = cards.map((card) => card.element);
    const { children } = this.element;
    if (elements.length !== children.length || elements.some((item, at) => item !== children[at])) this.element.replaceChildren(...elements);
  }

  card(key) {
    return this.cards.get(key);
  }
}

class TrackCard {
  constructor(view, key) {
    Object.assign(this, { view, key });
    this.image = h("img", { alt: "", decoding: "async" });
    this.image.addEventListener("load", () => this.image.classList.add("here"));
    this.image.addEventListener("error", () => this.image.classList.remove("here"));
    this.number = h("span", { class: "id" });
    this.title = h("button", { type: "button", class: "track-title", onclick: () => this.choose() });
    this.times = h("span", { class: "muted figures times" });
    this.mark = h("span", { class: "badge", hidden: true }, "edited");
    this.caption = h("p", { class: "caption" });
    this.parts = h("ul", { class: "parts" });
    this.work = h("div", { class: "work", hidden: true });
    this.said = h("div", {});
    this.edits = h("div", { class: "track-actions" },
      iconButton("edit", "Edit the caption", () => this.edit("caption")),
      iconButton("tag", "Rename", () => this.edit("name")),
      iconButton("trash", "Delete", () => this.remove()));
    this.text = h("div", { class: "track-text" }, this.caption, this.parts);
    this.element = h("li", { class: "track" },
      h("div", { class: "thumb" }, this.image, this.number),
      h("div", { class: "track-body" },
        h("div", { class: "track-top" }, this.title, this.mark, this.times), this.text, this.edits, this.work, this.said));
    this.element.addEventListener("click", (event) => event.target.closest("button, input, textarea, form") || getSelection().toString() || this.choose());
    this.element.addEventListener("pointerenter", () => this.entry?.track && view.hover(this.entry.id));
    this.element.addEventListener("pointerleave", () => view.hover(null));
  }

  choose() {
    if (this.entry.track) this.view.choose(this.entry.id);
  }

  draw(entry, isChosen, isSeen) {
    const isNew = this.entry?.track !== entry.track;
    this.entry = entry;
    const { track, draft, id } = entry;
    this.element.classList.toggle("chosen", isChosen);
    this.element.classList.toggle("now", isSeen);
    this.element.classList.toggle("writing", !track);
    this.title.setAttribute("aria-pressed", isChosen);
    this.title.disabled = !track;
    show(this.edits, Boolean(track));
    if (id !== null) {
      this.element.style.setProperty("--track", colourOf(id));
      this.element.style.setProperty("--ink", inkOn(id));
    }
    show(this.number, id !== null);
    setText(this.number, id === null ? "" : String(id));
    track ? isNew && this.drawTrack(track) : this.drawDraft(draft);
  }

  drawTrack(track) {
    setText(this.title, trackName(track) === "Object" ? `Object ${track.id}` : trackName(track));
    setText(this.times, `${clock(track.start, true)} – ${clock(track.end, true)}`);
    show(this.times, this.view.clip.frames !== 1 && track.start !== undefined);
    show(this.mark, Boolean(track.edited));
    if (!this.form) {
      this.caption.replaceChildren(track.caption || h("span", { class: "muted" }, "No caption"));
      this.caption.classList.remove("live");
    }
    this.parts.replaceChildren(...(track.segments ?? []).map((part) => this.part(part)));
    show(this.work, false);
    this.image.parentElement.querySelector("canvas")?.remove();
    const frame = bestFrame(track) ?? track.first_frame;
    if (frame !== undefined) showPicture(this.image, clipPath(this.view.clip.id, `frames/${frame}.jpg?track=${track.id}&width=240`));
  }

  part(part) {
    const time = button(clock(part.start, true), () => this.view.choose(this.entry.id, part.first_frame), { class: "time figures", title: "Jump there" });
    return h("li", {}, time, h("span", {}, part.caption));
  }

  drawDraft(draft) {
    setText(this.title, draft.name || (this.entry.id === null ? "New object" : `Object ${this.entry.id}`));
    setText(this.caption, draft.caption);
    this.caption.classList.toggle("live", !draft.error);
    const parts = [...draft.parts];
    this.parts.replaceChildren(...parts.map(([number, text]) => h("li", {}, h("span", { class: "time figures" }, `part ${number}`), h("span", {}, text))));
    show(this.work, !draft.caption && !draft.error);
    this.drawWork(draft);
    if (draft.error && this.shownError !== draft.error) {
      this.said.replaceChildren(fault(draft.error, draft.again, "Change the marks"),
        button("Dismiss", () => this.view.abandon(this.entry.key), { class: "small quiet" }));
    }
    this.shownError = draft.error;
    if (draft.picture && !draft.picture.isConnected) this.image.before(draft.picture);
  }

  drawWork({ progress, abort }) {
    this.workText ??= h("span", {});
    this.workBar ??= h("progress", { max: 1, class: "thin", "aria-label": "Progress" });
    if (!this.work.firstChild) {
      this.work.append(h("div", { class: "work-top" }, this.workText, abort && button("Cancel", () => abort.abort(), { class: "small quiet" })), this.workBar);
    }
    setText(this.workText, [progress ? stage(progress) : "Waits for its turn", timeLeft(progress?.seconds_left)].filter(Boolean).join(", "));
    const done = share(progress);
    done === null ? this.workBar.removeAttribute("value") : (this.workBar.value = done);
  }

  /** Replaces the caption or the name by a text field. */
  edit(what) {
    if (this.form || !this.entry.track) return;
    const { track } = this.entry;
    const isCaption = what === "caption";
    const field = isCaption
      ? h("textarea", { rows: 4, "aria-label": "Caption", maxlength: 8000, value: track.caption ?? "" })
      : h("input", { type: "text", "aria-label": "Name", maxlength: 120, placeholder: track.label ?? "a name, such as “postman”", value: track.name ?? "" });
    const close = () => {
      this.form?.remove();
      this.form = null;
      show(this.caption, true);
      this.said.replaceChildren();
      this.drawTrack(this.entry.track);
      this.title.focus();
    };
    const save = async (event) => {
      event?.preventDefault();
      this.said.replaceChildren();
      try {
        const changed = await call(clipPath(this.view.clip.id, `tracks/${track.id}`), { method: "PATCH", json: { [what]: field.value.trim() } });
        this.view.changed({ ...track, ...changed });
        close();
      } catch (error) {
        this.said.replaceChildren(fault(error));
      }
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") (event.stopPropagation(), close());
      if (event.key === "Enter" && (!isCaption || event.ctrlKey || event.metaKey)) save(event);
    });
    this.form = h("form", { class: "edit", onsubmit: save }, field,
      h("div", { class: "edit-end" }, button("Cancel", close, { class: "small quiet" }), button("Save", null, { type: "submit", class: "small primary" })));
    show(this.caption, !isCaption);
    this.text.prepend(this.form);
    field.focus();
    field.select?.();
  }

  async remove() {
    const { track } = this.entry;
    const name = trackName(track) === "Object" ? `object ${track.id}` : trackName(track);
    if (!(await confirmed(`Delete ${name}?`, "Its caption, outlines and place in the search go; the clip stays.", "Delete"))) return;
    try {
      await call(clipPath(this.view.clip.id, `tracks/${track.id}`), { method: "DELETE" });
      this.view.removed(track.id);
    } catch (error) {
      this.said.replaceChildren(fault(error, () => this.remove()));
    }
  }
}
