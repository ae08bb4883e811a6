// Search results: moments whose captions have the words.

import { call, clipPath } from "./api.js";
import { fault } from "./dialogs.js";
import { button, debounced, h, icon, setText, show, showPicture } from "./dom.js";
import { clock, day, plural } from "./words.js";

const PAGE = 60;
const FILTERS = ["label", "camera", "from", "to"];

/** A time in the format of a date and time field, in the user's time zone. */
const localOf = (instant) => {
  const date = new Date(instant);
  return isNaN(date) ? "" : new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
};

export class SearchView {
  constructor(app) {
    this.app = app;
    this.count = h("h1", { class: "section", "aria-live": "polite" }, "Searching");
    this.list = h("ol", { class: "moments" });
    this.said = h("div", {});
    this.more = button("Show more", () => this.read(this.list.childElementCount), { class: "more", hidden: true });
    this.cameras = h("datalist", { id: "cameras" });
    this.fields = Object.fromEntries(FILTERS.map((name) => [name, this.field(name)]));
    this.filters = h("details", { class: "filters" },
      h("summary", { class: "button" }, icon("sliders"), h("span", {}, "Filters"), icon("down", "turns")),
      h("form", { "aria-label": "Filters", onsubmit: (event) => event.preventDefault() },
        Object.values(this.fields).map(({ element }) => element), this.cameras));
    // Filters are always open in a wide window, and have no summary to close them with.
    this.filters.open = matchMedia("(min-width: 641px)").matches || FILTERS.some((name) => app.place[name]);
    this.element = h("div", { class: "home" },
      h("div", { class: "section-top" }, this.count, h("a", { class: "button", href: "/" }, icon("back"), h("span", {}, "Library"))),
      this.filters,
      this.said, this.list, this.more);
  }

  field(name) {
    const isTime = name === "from" || name === "to";
    const change = (value) => this.app.go({ ...this.app.place, [name]: value }, true);
    const soon = debounced(300, () => change(input.value.trim()));
    const input = h("input", isTime
      ? { type: "datetime-local", onchange: () => change(input.value ? new Date(input.value).toISOString() : "") }
      : { type: "text", oninput: soon, list: name === "camera" && "cameras", placeholder: "any", autocomplete: "off" });
    const label = { label: "Label", camera: "Camera", from: "Seen from", to: "Seen until" }[name];
    return { input, isTime, element: h("label", { class: "field" }, h("span", {}, label), input) };
  }

  enter(place) {
    this.moved(place);
    call("/api/clips?limit=200").then(({ clips }) => {
      const names = [...new Set(clips.map((clip) => clip.camera).filter(Boolean))];
      this.cameras.replaceChildren(...names.map((value) => h("option", { value })));
    }).catch(() => {});
  }

  leave() {
    this.running?.abort();
  }

  moved(place) {
    for (const [name, { input, isTime }] of Object.entries(this.fields)) {
      if (document.activeElement !== input) input.value = isTime ? localOf(place[name]) : place[name] ?? "";
    }
    document.title = place.q ? `${place.q} · damvideo` : "Search · damvideo";
    this.read(0);
  }

  /** Focuses the first moment, as soon as there is one. */
  focusFirst() {
    const first = this.running ? null : this.list.querySelector("a.moment");
    this.focuses = !first;
    first?.focus();
  }

  async read(offset) {
    this.running?.abort();
    const running = (this.running = new AbortController());
    const { q, label, camera, from, to } = this.app.place;
    const query = new URLSearchParams({ limit: PAGE, offset });
    for (const [name, value] of Object.entries({ q, label, camera, from, to })) if (value) query.set(name, value);
    try {
      const { total, results } = await call(`/api/search?${query}`, { signal: running.signal });
      this.running = null;
      this.draw(total, results, offset);
      if (this.focuses && results.length) this.focusFirst();
    } catch (error) {
      if (error.name === "AbortError") return;
      this.running = null;
      this.list.replaceChildren();
      setText(this.count, "Search");
      this.said.replaceChildren(fault(error, () => this.read(0)));
    }
  }

  draw(total, results, offset) {
    const { q } = this.app.place;
    setText(this.count, `${plural(total, "moment")}${q ? ` for “${q}”` : ""}`);
    const items = results.map((moment) => h("li", {}, this.moment(moment)));
    offset ? this.list.append(...items) : this.list.replaceChildren(...items);
    show(this.more, this.list.childElementCount < total);
    this.said.replaceChildren(...(total ? [] : [this.nothing(q)]));
  }

  nothing(q) {
    const filtered = FILTERS.some((name) => this.app.place[name]);
    return h("div", { class: "empty" }, icon("search"),
      h("h2", {}, q ? `No caption has all of these words` : "No captions yet"),
      h("p", { class: "muted" }, q ? "Use fewer words, or others: “coat” instead of “parka”. Singular and plural are the same." : "Add a clip in the library first."),
      filtered && button("Search without filters", () => this.app.go({ q })));
  }

  moment(moment) {
    const { clip, track, frame, start, end } = moment;
    const image = h("img", { alt: "", loading: "lazy", decoding: "async" });
    image.addEventListener("error", () => image.parentElement.classList.add("blank"));
    showPicture(image, clipPath(clip.id, `frames/${frame}.jpg?track=${track}&width=320`));
    const where = [moment.name || moment.label, clip.name, clip.camera, moment.seen ? day(moment.seen) : null].filter(Boolean);
    const address = this.app.addressOf({ clip: clip.id, track, t: start.toFixed(2), q: this.app.place.q });
    return h("a", { class: "moment", href: address },
      h("div", { class: "poster" }, icon("film"), image),
      h("div", {},
        h("p", { class: "snippet" }, (moment.snippet ?? [moment.caption]).map((piece, index) => (index % 2 ? h("mark", {}, piece) : piece))),
        h("p", { class: "muted facts" }, h("span", { class: "chip figures" }, `${clock(start)} – ${clock(end)}`), where.join(" · "))));
  }
}
