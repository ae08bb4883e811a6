// The menu of a clip's downloads.

import { clipPath, fileOf } from "./api.js";
import { fault } from "./dialogs.js";
import { h, icon, setText, show } from "./dom.js";
import { bytes } from "./words.js";

const FILES = [
  ["document.json", "Document", "JSON, all there is to know", "damvideo.json"],
  ["captions.vtt", "Subtitles", "WebVTT, for a player", "vtt"],
  ["captions.csv", "Table", "CSV, a row for each object", "csv"],
  ["report.html", "Report", "One page with pictures", "html"],
  ["render.mp4", "Rendered clip", "MP4 with outlines and captions", "mp4"],
  ["masks.json", "Masks", "JSON, run lengths", "masks.json"],
];

export class Downloads {
  constructor(view) {
    this.view = view;
    this.said = h("div", {});
    this.element = h("details", { class: "menu" },
      h("summary", { class: "button", "aria-label": "Download" }, icon("download"), h("span", {}, "Download"), icon("down", "turns")),
      h("div", { class: "menu-body" }, FILES.map((file) => this.item(...file)), this.said));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.element.open) return;
      event.stopPropagation();
      this.close();
      this.element.querySelector("summary").focus();
    });
    this.outside = (event) => this.element.open && !this.element.contains(event.target) && this.close();
    document.addEventListener("pointerdown", this.outside);
  }

  close() {
    this.element.open = false;
    this.said.replaceChildren();
  }

  item(file, label, hint, ending) {
    const small = h("small", { class: "muted" }, hint);
    const bar = h("progress", { class: "thin", max: 1, hidden: true, "aria-label": `Download of ${label}` });
    const get = async () => {
      button.disabled = true;
      this.said.replaceChildren();
      bar.removeAttribute("value");
      show(bar, true);
      setText(small, "Being made");
      try {
        const blob = await fileOf(clipPath(this.view.clip.id, file), (got, all) => {
          setText(small, all ? `${bytes(got)} of ${bytes(all)}` : bytes(got));
          if (all) bar.value = got / all;
        });
        this.save(blob, `${this.view.clip.name.replace(/\.[a-z0-9]{2,4}$/i, "")}.${ending}`);
      } catch (error) {
        this.said.replaceChildren(fault(error, get));
      }
      setText(small, hint);
      show(bar, false);
      button.disabled = false;
    };
    const button = h("button", { type: "button", class: "menu-item", onclick: get, "data-file": file }, h("span", {}, label), small, bar);
    return button;
  }

  save(blob, name) {
    const url = URL.createObjectURL(blob);
    const link = h("a", { href: url, download: name.replace(/[/\\:*?"<>|]/g, "-") });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  leave() {
    document.removeEventListener("pointerdown", this.outside);
  }
}
