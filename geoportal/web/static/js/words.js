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

const JAPANESE = /([\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uff10-\uff5a（）・]*[\u3040-\u30ff\u3400-\u9fff][\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uff10-\uff5a（）・]*)/;

/** Japanese in a text of another language, marked so that it is spoken as such. */
const marked = (text) => text.split(JAPANESE).map((piece, at) => (at % 2 ? h("span", { lang: "ja" }, piece) : piece));

/** A message as plain text. */
export const t = (key, values = {}) => plain(written(key, values));

/** A message for the page, with readings. */
export const w = (key, values = {}) => (language === "en" ? marked : ruby)(written(key, values));

// By hand, as the browser's own formats take a tenth of a second to wake up on a slow machine.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = language === "en" ? ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] : Array.from("日月火水木金土");

export const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

export function distance(metres) {
  if (metres < 1000) return `${Math.round(metres)} m`;
  return `${(metres / 1000).toFixed(metres % 1000 === 0 ? 0 : 1)} km`;
}

/** A distance said as surely as it is known; `error` is the sum of both, `say` is `t` or `w`. */
export function distanceWords(value, error, say = t) {
  if (error < 200) return say("distance", { distance: distance(value) });
  const step = error < 1000 ? 500 : 100; // errors told apart would look like a list out of order
  if (value <= error) return say("distance-within", { distance: distance(Math.ceil(error / step) * step) });
  return say("distance-about", { distance: distance(value) });
}

export const metres = (value) => number(Math.round(value));

export function month(isoDate) {
  const parts = /^(\d{4})-(\d{2})/.exec(isoDate || "");
  if (!parts) return "";
  if (language !== "en") return `${parts[1]}年${Number(parts[2])}月`;
  return `${MONTHS[Number(parts[2]) - 1]} ${parts[1]}`;
}

export function day(isoDate) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(isoDate || "");
  if (!parts) return "";
  if (language !== "en") return `${parts[1]}年${Number(parts[2])}月${Number(parts[3])}日`;
  return `${Number(parts[3])} ${month(isoDate)}`;
}

export const reasonWords = (reason) => (language === "en" ? reason.words_en : reason.words_ja);

/** A coming moment without its year; `isoTime` is the server's, in Japan time. */
export function moment(isoTime) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(isoTime || "");
  if (!parts) return "";
  const [year, month, date, hour] = parts.slice(1, 5).map(Number);
  const weekday = DAYS[new Date(Date.UTC(year, month - 1, date)).getUTCDay()];
  if (language === "en") return `${weekday} ${date} ${MONTHS[month - 1]} ${parts[4]}:${parts[5]}`;
  return `${month}月${date}日（${weekday}）${hour}:${parts[5]}`;
}

export const withLanguage = (path) => {
  const asked = new URLSearchParams(location.search).get("lang");
  return asked ? `${path}?lang=${encodeURIComponent(asked)}` : path;
};
