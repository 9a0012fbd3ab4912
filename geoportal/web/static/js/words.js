// Words of the page's language, and how numbers and dates are said in it.
import { h, readJson } from "./dom.js";

const catalogue = readJson("messages") || {};
const language = document.documentElement.dataset.language || "ja";

const READING = /([々〇\u3400-\u9fff]+)《([^》]+)》/;

/** A message as it is written, readings in 《》, to be put into another one. */
export function written(key, values = {}) {
  const text = catalogue[key];
  if (text === undefined) throw new Error(`no message ${key}`);
  return text.replace(/\{([a-z]+)\}/g, (whole, name) =>
    Object.prototype.hasOwnProperty.call(values, name) ? String(values[name]) : whole
  );
}

/** A text of ours without its readings: for attributes, announcements and what is copied. */
export const plain = (text) => text.replace(new RegExp(READING, "g"), "$1");

/** A text of ours, 漢字《かんじ》 with its reading above; for the page. Never for names of others. */
export function ruby(text) {
  const pieces = text.split(READING);
  if (pieces.length === 1) return text;
  return pieces.map((piece, at) => {
    if (at % 3 === 0) return piece;
    return at % 3 === 1 ? h("ruby", {}, piece, h("rp", {}, "（"), h("rt", {}, pieces[at + 1]), h("rp", {}, "）")) : null;
  });
}

/** A message as plain text. */
export const t = (key, values = {}) => plain(written(key, values));

/** A message for the page, with readings. */
export const w = (key, values = {}) => ruby(written(key, values));

export const number = (value) => value.toLocaleString(language === "en" ? "en" : "ja");

export function distance(metres) {
  if (metres < 1000) return `${Math.round(metres)} m`;
  return `${(metres / 1000).toFixed(metres % 1000 === 0 ? 0 : 1)} km`;
}

/** A distance said as surely as it is known; `error` is the sum of both, `say` is `t` or `w`. */
export function distanceWords(value, error, say = t) {
  if (error < 200) return say("distance", { distance: distance(value) });
  if (value <= error) return say("distance-within", { distance: distance(error) });
  return say("distance-about", { distance: distance(value) });
}

export const metres = (value) => number(Math.round(value));

export function month(isoDate) {
  const parts = /^(\d{4})-(\d{2})/.exec(isoDate || "");
  if (!parts) return "";
  if (language !== "en") return `${parts[1]}年${Number(parts[2])}月`;
  const name = new Date(Date.UTC(2000, Number(parts[2]) - 1, 1));
  return `${name.toLocaleString("en", { month: "short", timeZone: "UTC" })} ${parts[1]}`;
}

export function day(isoDate) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(isoDate || "");
  if (!parts) return "";
  if (language !== "en") return `${parts[1]}年${Number(parts[2])}月${Number(parts[3])}日`;
  return `${Number(parts[3])} ${month(isoDate)}`;
}

export const reasonWords = (reason) => (language === "en" ? reason.words_en : reason.words_ja);

export function moment(isoTime) {
  const date = new Date(isoTime);
  if (Number.isNaN(date.getTime())) return "";
  const zone = { timeZone: "Asia/Tokyo" };
  if (language === "en") {
    return date.toLocaleString("en-GB", {
      ...zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
    });
  }
  const parts = new Intl.DateTimeFormat("ja", {
    ...zone, month: "numeric", day: "numeric", weekday: "short", hour: "numeric", minute: "2-digit",
  }).formatToParts(date);
  const part = (type) => (parts.find((item) => item.type === type) || { value: "" }).value;
  return `${part("month")}月${part("day")}日（${part("weekday")}）${part("hour")}:${part("minute")}`;
}

export const dial = (phone) => phone.normalize("NFKC").replace(/[^0-9+]/g, "");

export const withLanguage = (path) => {
  const asked = new URLSearchParams(location.search).get("lang");
  return asked ? `${path}?lang=${encodeURIComponent(asked)}` : path;
};
