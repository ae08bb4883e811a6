// The drop area for clips, and their caption options.

import { call } from "./api.js";
import { fault } from "./dialogs.js";
import { button, h, icon, iconButton } from "./dom.js";
import { bytes } from "./words.js";

const WAYS = [
  ["motion", "What moves", "People, animals and things that move before a camera that stands still."],
  ["detector", "What the detector finds", "All that the server's detector knows, still or moving."],
  ["none", "Only what I click", "Nothing by itself: open the clip, pause, and point at an object."],
];
const PARTS = [["", "In one caption"], ["auto", "In parts, by what it does"], ["5", "In parts of 5 s"], ["15", "In parts of 15 s"]];

export class AddPanel {
  constructor(app, onadded) {
    Object.assign(this, { app, onadded });
    this.input = h("input", { type: "file", id: "file", class: "unseen", multiple: true, accept: "video/*,image/*,.mkv,.ts,.avi",
      onchange: () => {
        app.uploads.add([...this.input.files]);
        this.input.value = "";
      } });
    this.options = h("div", {});
    this.element = h("section", { class: "add", "aria-label": "Add clips" },
      h("div", { class: "drop" },
        icon("drop"),
        h("div", {}, h("h1", {}, "What is in your footage?"),
          h("p", { class: "muted" }, "Drop clips or pictures anywhere. Every object in them is followed and described.")),
        this.input, h("label", { class: "button primary", for: "file" }, icon("plus"), "Choose files")),
      this.options);
    this.draw();
  }

  draw() {
    const { uploads, status } = this.app;
    const { settings } = uploads;
    const chosen = uploads.masks ? "masks" : settings.find ?? "motion";
    const ways = WAYS.filter(([name]) => name !== "detector" || status?.detector);
    const known = ways.some(([name]) => name === chosen) || chosen === "masks" ? chosen : "motion";
    const isOpen = this.options.querySelector("details")?.open ?? false;
    const way = ([name, label, hint]) =>
      h("label", { class: "way" },
        h("input", { type: "radio", name: "find", value: name, checked: name === known, onchange: () => this.choose(name) }),
        h("span", {}, h("strong", {}, label), h("small", {}, hint)));
    this.options.replaceChildren(h("details", { class: "options", open: isOpen },
      h("summary", {}, icon("sliders"), h("span", {}, "How to caption"), h("span", { class: "muted summary" }, this.summary(known)), icon("down", "turns")),
      h("div", { class: "options-body" },
        h("fieldset", { class: "ways" }, h("legend", {}, "Which objects"), ways.map(way), this.maskWay(known)),
        h("div", { class: "fields" },
          this.choice("Long tracks", "segment", PARTS),
          this.text("Camera", "camera", "none", { maxlength: 100 }),
          this.text("At most", "max_tracks", "20 objects", { type: "number", min: 1, max: 1000, inputmode: "numeric" }),
          this.text("Ask", "query", "Describe the object in detail", { class: "long", maxlength: 2000 })),
        status?.media_root && this.pathField())));
  }

  choose(find) {
    this.app.uploads.masks = null;
    this.app.uploads.set({ find });
    this.draw();
    this.options.querySelector(`input[value=${find}]`)?.focus();
  }

  maskWay(known) {
    const { uploads } = this.app;
    const input = h("input", { type: "file", class: "unseen", id: "masks", onchange: () => {
      uploads.masks = input.files[0] ?? null;
      this.draw();
    } });
    if (!uploads.masks) return h("label", { class: "way file", for: "masks" }, input, icon("plus"), h("span", {}, h("strong", {}, "Objects of a mask file"), h("small", {}, "COCO, YouTube-VIS, MOTS, CVAT and other layouts; for the next clip.")));
    return h("div", { class: `way file ${known === "masks" ? "on" : ""}` }, icon("check"),
      h("span", {}, h("strong", {}, uploads.masks.name), h("small", {}, `${bytes(uploads.masks.size)}, for the next clip`)),
      iconButton("x", "Use no mask file", () => ((uploads.masks = null), this.draw())));
  }

  choice(label, name, items) {
    const { uploads } = this.app;
    return h("label", { class: "field" }, h("span", {}, label),
      h("select", { onchange: (event) => (uploads.set({ [name]: event.target.value }), this.refresh()) },
        items.map(([value, text]) => h("option", { value, selected: value === (uploads.settings[name] ?? "") }, text))));
  }

  text(label, name, placeholder, properties) {
    const { uploads } = this.app;
    const { class: kind = "", ...rest } = properties;
    return h("label", { class: `field ${kind}` }, h("span", {}, label),
      h("input", { type: "text", placeholder, value: uploads.settings[name] ?? "", ...rest,
        oninput: (event) => (uploads.set({ [name]: event.target.value }), this.refresh()) }));
  }

  pathField() {
    const said = h("div", {});
    const field = h("input", { type: "text", name: "path", placeholder: "2026/11/30/gate.mp4", required: true, spellcheck: "false", autocapitalize: "off" });
    const send = async (event) => {
      event?.preventDefault();
      said.replaceChildren();
      try {
        const { uploads } = this.app;
        const camera = uploads.settings.camera?.trim();
        this.onadded(await call("/api/clips", { method: "POST", json: { path: field.value.trim(), options: uploads.options(), ...(camera ? { camera } : {}) } }));
      } catch (error) {
        said.replaceChildren(fault(error));
      }
    };
    return h("form", { class: "path", onsubmit: send },
      h("label", { class: "field long" }, h("span", {}, "Or a clip of the server's media folder"), field), button("Add", null, { type: "submit" }), said);
  }

  refresh() {
    const chosen = this.app.uploads.masks ? "masks" : this.app.uploads.settings.find ?? "motion";
    this.options.querySelector(".summary").textContent = this.summary(chosen);
  }

  summary(chosen) {
    const { settings, masks } = this.app.uploads;
    const way = WAYS.find(([name]) => name === chosen)?.[1] ?? `Objects of ${masks?.name}`;
    const parts = settings.segment ? "in parts" : null;
    return [way, parts, settings.camera?.trim(), settings.query?.trim() ? "own question" : null].filter(Boolean).join(" · ");
  }
}
