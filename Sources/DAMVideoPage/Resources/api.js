// The server's paths as openapi.yaml describes them: answers, errors, events, uploads, and the key.

const KEY = "damvideo.key";
/** Cookie with the key, for clips and pictures: the browser requests these itself and sets no header. */
const COOKIE = "damvideo-key";
let key = sessionStorage.getItem(KEY);
if (key !== null) keep(key);
let asking = null;
let askForKey = async () => null;

/** An error of the server (with its message), or of the connection. */
export class ServerError extends Error {
  constructor(status, message, code = null, retryAfter = null) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }

  /** The message and, where there is one, what to do about it. */
  get advice() {
    switch (this.status) {
      case 0: return "Is damvideo serve still running? This page goes on when it answers.";
      case 401: return "Reload the page to give another key.";
      case 413: return "Cut the clip, or put it into the server's media folder and give its path.";
      case 415: return "Choose a clip or picture in another format.";
      case 429: return this.retryAfter ? `Try again in ${this.retryAfter} s.` : "Try again in a moment.";
      case 503: return "The model is still loading: try again in a moment.";
      default: return "";
    }
  }
}

/** Sets the function that asks the user for a key; it gets the reason and returns a key, or null. */
export function setKeyDialog(dialog) {
  askForKey = dialog;
}

function keep(value) {
  key = value;
  sessionStorage.setItem(KEY, value);
  document.cookie = `${COOKIE}=${encodeURIComponent(value)}; path=/api; samesite=strict`;
}

const headers = () => (key === null ? {} : { authorization: `Bearer ${key}` });

/** Asks once, however many requests were refused. */
async function renewKey(refused) {
  if (key !== refused) return true;
  asking ??= askForKey(refused === null ? "" : "The server does not take this key.").finally(() => (asking = null));
  const answer = await asking;
  if (!answer) return false;
  keep(answer);
  return true;
}

function failure(status, text, retryAfter = null) {
  try {
    const { message, code } = JSON.parse(text).error;
    return new ServerError(status, message, code, retryAfter);
  } catch {
    return new ServerError(status, `The server answered with status ${status}.`);
  }
}

/** A successful response. Throws `ServerError`; asks for a key if one is required. */
export async function fetched(path, options = {}) {
  const used = key;
  const { json, ...rest } = options;
  const init = { ...rest, headers: { ...headers(), ...(json === undefined ? {} : { "content-type": "application/json" }) } };
  if (json !== undefined) init.body = JSON.stringify(json);
  let response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(0, "The server does not answer.");
  }
  if (response.ok) return response;
  if (response.status === 401 && (await renewKey(used))) return fetched(path, options);
  throw failure(response.status, await response.text(), Number(response.headers.get("retry-after")) || null);
}

/** The decoded answer; null if there is none. */
export async function call(path, options) {
  const response = await fetched(path, options);
  return response.status === 204 ? null : response.json();
}

/** Server-sent events as `{name, data}`, decoded, until the stream ends. */
export async function* events(path, options = {}) {
  const response = await fetched(path, options);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", name = "message", data = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === "") {
          if (data.length) yield { name, data: JSON.parse(data.join("\n")) };
          [name, data] = ["message", []];
        } else if (line.startsWith("event:")) name = line.slice(6).trim();
        else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Sends a form; `onprogress(sent, all)`. Returns the decoded answer. Throws `ServerError`, or `AbortError` after `signal`. */
export async function upload(path, form, onprogress, signal) {
  const used = key;
  const { status, text, retryAfter } = await new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    Object.entries(headers()).forEach(([name, value]) => request.setRequestHeader(name, value));
    request.upload.onprogress = (event) => onprogress(event.loaded, event.total);
    request.onload = () =>
      resolve({ status: request.status, text: request.responseText, retryAfter: Number(request.getResponseHeader("retry-after")) || null });
    request.onerror = () => reject(new ServerError(0, "The connection to the server broke off."));
    request.onabort = () => reject(new DOMException("Cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    if (signal.aborted) return reject(new DOMException("Cancelled", "AbortError"));
    request.send(form);
  });
  if (status >= 200 && status < 300) return JSON.parse(text);
  if (status === 401 && (await renewKey(used))) return upload(path, form, onprogress, signal);
  throw failure(status, text, retryAfter);
}

/** A whole file; `onprogress(received, all or null)`. */
export async function fileOf(path, onprogress = () => {}, signal = undefined) {
  const response = await fetched(path, { signal });
  const all = Number(response.headers.get("content-length")) || null;
  const reader = response.body.getReader();
  const pieces = [];
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    received += value.length;
    onprogress(received, all);
  }
  return new Blob(pieces, { type: response.headers.get("content-type") ?? "" });
}

export const clipPath = (id, rest = "") => `/api/clips/${encodeURIComponent(id)}${rest && `/${rest}`}`;
