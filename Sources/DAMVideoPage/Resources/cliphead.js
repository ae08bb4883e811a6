// The head of a clip's view: its name and facts, and actions on the whole clip.

import { call, clipPath } from "./api.js";
import { confirmed, fault } from "./dialogs.js";
import { button, h, icon, iconButton, setText, show } from "./dom.js";
import { Downloads } from "./downloads.js";
import { clock, day } from "./words.js";

export class ClipHead {
  constructor(view) {
    this.view = view;
    this.downloads = new Downloads(view);
    this.back = h("a", { class: "back" });
    this.name = h("h1", { class: "clip-name" });
    this.facts = h("p", { class: "muted facts" });
    this.said = h("div", {});
    this.pencil = iconButton("edit", "Change name, camera and time", () => this.edit());
    this.end = iconButton("trash", "Delete the clip", () => this.remove());
    this.title = h("div", { class: "clip-title" }, h("div", { class: "clip-name-line" }, this.name, this.pencil), this.facts);
    this.element = h("div", { class: "clip-head" }, this.back, this.title, h("div", { class: "clip-actions" }, this.downloads.element, this.end), this.said);
  }

  draw() {
    const { clip, app } = this.view;
    const { q } = app.place;
    this.back.href = app.addressOf({ q });
    this.back.setAttribute("aria-label", q ? "Back to the search" : "Back to the library");
    this.back.title = q ? "Back to the search" : "Back to the library";
    if (!this.back.firstChild) this.back.append(icon("back"));
    setText(this.name, clip.name);
    const size = clip.width ? `${clip.width} × ${clip.height}` : null;
    const length = clip.frames === 1 ? "picture" : clip.duration ? `${clock(clip.duration)}, ${Math.round(clip.fps * 100) / 100} fps` : null;
    setText(this.facts, [clip.camera, clip.recorded ? day(clip.recorded) : `added ${day(clip.created)}`, length, size].filter(Boolean).join(" · "));
    const isActive = clip.state === "queued" || clip.state === "running";
    const label = isActive ? "Cancel the clip" : "Delete the clip";
    if (this.end.title !== label) {
      this.end.title = label;
      this.end.setAttribute("aria-label", label);
      this.end.replaceChildren(icon(isActive ? "x" : "trash"));
    }
    show(this.downloads.element, this.view.tracks.size > 0);
  }

  edit() {
    if (this.form) return;
    const { clip } = this.view;
    const local = clip.recorded ? new Date(new Date(clip.recorded) - new Date(clip.recorded).getTimezoneOffset() * 60000).toISOString().slice(0, 19) : "";
    const name = h("input", { type: "text", value: clip.name, maxlength: 200, required: true });
    const camera = h("input", { type: "text", value: clip.camera ?? "", maxlength: 100, placeholder: "none" });
    const recorded = h("input", { type: "datetime-local", step: 1, value: local });
    const close = () => {
      this.form.remove();
      this.form = null;
      show(this.title, true);
      this.said.replaceChildren();
      this.pencil.focus();
    };
    const save = async (event) => {
      event.preventDefault();
      const json = { name: name.value.trim(), camera: camera.value.trim() };
      if (recorded.value !== local) json.recorded = recorded.value ? new Date(recorded.value).toISOString() : null;
      try {
        const changed = await call(clipPath(clip.id), { method: "PATCH", json });
        close();
        this.view.setClip({ ...this.view.clip, ...changed });
      } catch (error) {
        this.said.replaceChildren(fault(error));
      }
    };
    this.form = h("form", { class: "clip-form", onsubmit: save, onkeydown: (event) => event.key === "Escape" && close() },
      h("label", { class: "field long" }, h("span", {}, "Name"), name),
      h("label", { class: "field" }, h("span", {}, "Camera"), camera),
      h("label", { class: "field" }, h("span", {}, "Time of the first frame"), recorded),
      h("div", { class: "edit-end" }, button("Cancel", close, { class: "quiet" }), button("Save", null, { type: "submit", class: "primary" })));
    show(this.title, false);
    this.title.after(this.form);
    name.focus();
  }

  async remove() {
    const { clip, app } = this.view;
    const isActive = clip.state === "queued" || clip.state === "running";
    const agreed = isActive
      ? await confirmed("Cancel this clip?", "Objects that are captioned already stay.", "Cancel the clip")
      : await confirmed("Delete this clip?", `${clip.name}, its captions and masks are removed from the library.`, "Delete");
    if (!agreed) return;
    try {
      const left = await call(clipPath(clip.id), { method: "DELETE" });
      if (left) this.view.setClip(left);
      else app.go({}, true);
    } catch (error) {
      this.said.replaceChildren(fault(error, () => this.remove()));
    }
  }

  leave() {
    this.downloads.leave();
  }
}
