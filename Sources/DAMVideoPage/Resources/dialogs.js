// Dialogs and notices.

import { button, h, icon, iconButton } from "./dom.js";

/** Opens a dialog and waits until it closes; the value of the button that closed it, "" after Esc. */
function opened(content, properties = {}) {
  return new Promise((resolve) => {
    const dialog = h("dialog", properties, content);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** True if the user agrees. */
export async function confirmed(title, text, action) {
  const answer = await opened(
    h("form", { method: "dialog" },
      h("h2", {}, title),
      h("p", {}, text),
      h("div", { class: "dialog-end" },
        h("button", { value: "", autofocus: true }, "Keep"),
        h("button", { value: "yes", class: "danger" }, action))),
    { "aria-label": title });
  return answer === "yes";
}

/** Asks for the server's key; null when none is given. */
export async function askForKey(reason) {
  const field = h("input", { type: "password", name: "key", autocomplete: "current-password", required: true, autofocus: true, id: "key" });
  const answer = await opened(
    h("form", { method: "dialog" },
      h("h2", {}, icon("key"), "This server wants a key"),
      h("p", {}, "It was set with ", h("code", {}, "--api-key"), " or ", h("code", {}, "DAMVIDEO_API_KEY"),
        ". It is kept until you close the browser."),
      h("label", { for: "key" }, "Key"),
      field,
      reason && h("p", { class: "fault", role: "alert" }, icon("warn"), reason),
      h("div", { class: "dialog-end" }, h("button", { value: "yes", class: "primary" }, "Continue"))),
    { "aria-label": "Key" });
  return answer === "yes" ? field.value.trim() : null;
}

const SHORTCUTS = [
  ["Space", "Play or pause"], ["← →", "One frame back or on; with Shift one second"], ["Home End", "First or last frame"],
  ["j k", "Next or previous object"], ["d", "Describe an object of this frame"], ["e", "Edit the caption of the chosen object"],
  ["o", "Outlines on or off"], ["c", "Captions on or off"], ["m", "Sound on or off"], ["/", "Search"], ["Esc", "Leave what you are in"], ["?", "This list"],
];
const MARKING = [
  ["← → ↑ ↓", "Move the cross; with Shift by one pixel"], ["Enter", "Add a point, corner or line"], ["x", "Point that does not belong to it"],
  ["Backspace", "Take the last one back"], ["Ctrl Enter", "Follow and describe"],
];

export function showHelp() {
  const list = (items) =>
    h("dl", { class: "shortcuts" }, items.map(([keys, text]) =>
      [h("dt", {}, keys.split(" ").map((name) => h("kbd", {}, name))), h("dd", {}, text)]));
  return opened(
    h("form", { method: "dialog" },
      h("div", { class: "dialog-top" }, h("h2", {}, "Keyboard"),
        h("button", { value: "", class: "quiet round", "aria-label": "Close" }, icon("x"))),
      list(SHORTCUTS),
      h("h3", {}, "While you mark an object"),
      list(MARKING)),
    { class: "wide", "aria-label": "Keyboard shortcuts" });
}

/** Shows an error that belongs to no part of the page; `again` offers to retry. */
export function notify(error, again = null) {
  const close = () => notice.remove();
  const notice = h("div", { class: "notice", role: "alert" },
    icon("warn"),
    h("div", {}, h("p", {}, error.message), error.advice && h("p", { class: "muted" }, error.advice)),
    again && button("Try again", () => (close(), again()), { class: "small" }),
    iconButton("x", "Dismiss", close));
  const all = document.getElementById("notices");
  all.append(notice);
  while (all.childElementCount > 3) all.firstElementChild.remove();
}

/** An error shown beside its control. */
export function fault(error, again = null, label = "Try again") {
  return h("div", { class: "fault", role: "alert" },
    icon("warn"),
    h("div", {}, h("p", {}, error.message), error.advice && h("p", { class: "muted" }, error.advice)),
    again && button(label, again, { class: "small" }));
}
