// The page: the view that the address names, and the parts shared by all views.

import { call, setKeyDialog } from "./api.js";
import { ClipView } from "./clip.js";
import { askForKey, notify, showHelp } from "./dialogs.js";
import { debounced, h, icon, isTyping, show } from "./dom.js";
import { LibraryView } from "./library.js";
import { SearchView } from "./search.js";
import { Uploads } from "./uploads.js";

setKeyDialog(askForKey);
const main = document.getElementById("main");
const field = document.getElementById("q");

/** State in the address: `clip`, `track`, `t` (seconds), `q` and the filters of a search. */
const placeOf = (address) => Object.fromEntries(new URL(address, location.href).searchParams);

/** The address of a place, without empty parameters. */
function addressOf(place) {
  const query = new URLSearchParams(Object.entries(place).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  return query.size ? `/?${query}` : "/";
}

const app = {
  status: null,
  place: placeOf(location.href),
  addressOf,
  /** Goes to a place; with `replace`, going back skips the current one. */
  go(place, replace = false) {
    const address = addressOf(place);
    if (address !== location.pathname + location.search) history[replace ? "replaceState" : "pushState"](null, "", address);
    app.place = placeOf(location.href);
    update();
  },
  /** Updates the address to the state of the view, without showing it again. */
  note(changes) {
    app.place = { ...app.place, ...changes };
    history.replaceState(null, "", addressOf(app.place));
    app.place = placeOf(location.href);
  },
};
app.uploads = new Uploads(app);

let view = null;

function kindOf(place) {
  if (place.clip) return `clip ${place.clip}`;
  return ["q", "label", "camera", "from", "to"].some((name) => place[name]) || "search" in place ? "search" : "library";
}

function made(kind, place) {
  if (kind === "library") return new LibraryView(app);
  return kind === "search" ? new SearchView(app) : new ClipView(app, place.clip);
}

function update() {
  const kind = kindOf(app.place);
  if (document.activeElement !== field) field.value = app.place.q ?? "";
  if (view?.kind === kind) return view.moved?.(app.place);
  view?.leave();
  view = Object.assign(made(kind, app.place), { kind });
  main.replaceChildren(view.element);
  document.body.dataset.view = kind.split(" ")[0];
  window.scrollTo(0, 0);
  // The focused element was removed with the previous view: the focus moves to the new one, for keys and screen readers.
  if (document.activeElement === document.body) main.focus({ preventScroll: true });
  view.enter?.(app.place);
}

// Links to places of this page change the view instead of loading it again.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/?'], a[href='/']");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.download) return;
  event.preventDefault();
  app.go(placeOf(link.href));
});
window.addEventListener("popstate", () => {
  app.place = placeOf(location.href);
  update();
});

// Search, from anywhere.
function search(replace) {
  const { label, camera, from, to } = app.place.clip ? {} : app.place;
  const q = field.value.trim();
  app.go(q || !app.place.clip ? { q, label, camera, from, to } : app.place, replace);
}
const searchSoon = debounced(250, () => search(kindOf(app.place) === "search"));
field.addEventListener("input", searchSoon);
document.getElementById("find").addEventListener("submit", (event) => {
  event.preventDefault();
  searchSoon.cancel();
  search(kindOf(app.place) === "search");
  view.focusFirst?.();
});
field.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") view.element.querySelector("a.moment, a.card")?.focus();
  if (event.key === "Escape") field.value ? ((field.value = ""), searchSoon()) : field.blur();
});

document.getElementById("help").addEventListener("click", showHelp);
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
  if (isTyping(event.target)) return;
  if (!event.ctrlKey && !event.metaKey) {
    if (event.key === "/") {
      event.preventDefault();
      return field.select();
    }
    if (event.key === "?") return showHelp();
  }
  view?.key?.(event);
});

// Files dropped anywhere.
const dropping = document.getElementById("dropping");
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
let depth = 0;
document.addEventListener("dragenter", (event) => hasFiles(event) && ++depth && show(dropping, true));
document.addEventListener("dragleave", (event) => hasFiles(event) && --depth <= 0 && show(dropping, false));
document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  depth = 0;
  show(dropping, false);
  app.uploads.add([...event.dataTransfer.files]);
});

const chip = document.getElementById("model");

function sayModel(state, text, title = "") {
  chip.dataset.state = state;
  chip.textContent = text;
  chip.title = title;
  show(chip, true);
}

/** Requests the server's status until it is ready, and notifies the views that show it. */
async function readStatus() {
  try {
    app.status = await call("/api/status");
  } catch (error) {
    if (error.status === 404) return withoutLibrary();
    if (error.status !== 503 && error.status !== 0) return notify(error, readStatus);
    sayModel("waiting", error.status ? "Loading the model" : "No answer");
    return void setTimeout(readStatus, 1000);
  }
  sayModel("ready", app.status.model, `Model; damvideo ${app.status.version}`);
  view?.statusRead?.();
}

/** A server without a library. */
function withoutLibrary() {
  view.leave();
  main.replaceChildren(h("div", { class: "empty" }, icon("film"), h("h2", {}, "This server keeps no clips"),
    h("p", { class: "muted" }, "It answers programs. To drop clips here and search them, start it with a folder to keep them in:"),
    h("p", {}, h("code", {}, "damvideo serve --library clips")),
    h("p", { class: "muted" }, "Its programming interface is described in ", h("a", { href: "/openapi.yaml" }, "openapi.yaml"), ".")));
}

update();
readStatus();
