// Figures and states as readable text.

const pad = (number, digits = 2) => String(number).padStart(digits, "0");

/** "1:05", or "1:05.3" with tenths; hours where there are any. */
export function clock(seconds, tenths = false) {
  const all = Math.max(0, Math.round((seconds ?? 0) * 10));
  const whole = tenths ? Math.floor(all / 10) : Math.round(all / 10);
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  const head = hours ? `${hours}:${pad(minutes)}` : String(minutes);
  return `${head}:${pad(whole % 60)}${tenths ? `.${all % 10}` : ""}`;
}

/** "about 12 s", "about 3 min". */
export function timeLeft(seconds) {
  if (seconds === null || seconds === undefined || !isFinite(seconds)) return "";
  if (seconds < 1.5) return "almost done";
  if (seconds < 90) return `about ${Math.round(seconds)} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${(seconds / 3600).toFixed(1)} h left`;
}

export function bytes(count) {
  if (count < 1e3) return `${count} B`;
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  if (count < 1e9) return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB`;
  return `${(count / 1e9).toFixed(1)} GB`;
}

export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** A date and time in the user's locale; the year only if it is not the current one. */
export function day(date, withTime = true) {
  const value = new Date(date);
  if (isNaN(value)) return "";
  const now = new Date();
  const options = { day: "numeric", month: "short" };
  if (value.getFullYear() !== now.getFullYear()) options.year = "numeric";
  const text = value.toDateString() === now.toDateString() ? "Today" : value.toLocaleDateString(undefined, options);
  return withTime ? `${text}, ${timeOfDay(value)}` : text;
}

export const timeOfDay = (date, seconds = false) =>
  new Date(date).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) });

const STAGES = {
  waiting: "Waiting", finding: "Finding objects", following: "Following objects", decoding: "Decoding frames",
  encoding: "Looking at its frames", reading: "Reading the question", captioning: "Writing captions",
  rendering: "Rendering the clip", reporting: "Making the report",
};
const UNITS = { finding: "frames", following: "frames", decoding: "frames", captioning: "objects", rendering: "frames" };

/** "Following objects, 24 of 40 frames". */
export function stage(progress) {
  if (!progress) return "Starting";
  const name = STAGES[progress.stage] ?? progress.stage;
  if (!progress.total) return name;
  const unit = UNITS[progress.stage] ? ` ${UNITS[progress.stage]}` : "";
  return `${name}, ${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")}${unit}`;
}

/** Share of a stage that is done; null when it is not known. */
export const share = (progress) => (progress?.total ? Math.min(1, progress.done / progress.total) : null);

/** A track's name, else its label, else "Object". */
export const trackName = (track) => track.name || track.label || "Object";
