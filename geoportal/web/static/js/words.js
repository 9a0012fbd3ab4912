// Words of the page's language, and how numbers and dates are said in it.
import { h, readJson } from "./dom.js";

const catalogue = readJson("messages") || {};
const language = document.documentElement.dataset.language || "ja";
const japanese = language.startsWith("ja");

/** A count with thousands separated. */
export const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

const said = (value) => (Number.isInteger(value) ? number(value) : String(value));

const READING = /([々〇\u3400-\u9fff]+)《([^》]+)》/;

/** A message as it is written, readings in 《》. */
function written(key, values = {}) {
  const text = catalogue[key];
  if (text === undefined) throw new Error(`no message ${key}`);
  return text.replace(/\{([a-z]+)\}/g, (whole, name) =>
    Object.prototype.hasOwnProperty.call(values, name) ? said(values[name]) : whole
  );
}

/** A text of ours without its readings: for attributes, announcements and what is copied. */
export const plain = (text) => text.replace(new RegExp(READING, "g"), "$1");

/** What an element says, without the readings above its words. */
export function spoken(element) {
  const copy = element.cloneNode(true);
  for (const reading of copy.querySelectorAll("rt, rp")) reading.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

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
export const w = (key, values = {}) => (japanese ? ruby : marked)(written(key, values));

// By hand, as the browser's own formats take a tenth of a second to wake up on a slow machine.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function distance(metres) {
  if (metres < 1000) return `${Math.round(metres)} m`;
  return `${(metres / 1000).toFixed(metres % 1000 === 0 ? 0 : 1)} km`;
}

export function month(isoDate) {
  const parts = /^(\d{4})-(\d{2})/.exec(isoDate || "");
  if (!parts) return "";
  if (japanese) return `${parts[1]}年${Number(parts[2])}月`;
  return `${MONTHS[Number(parts[2]) - 1]} ${parts[1]}`;
}

export function day(isoDate) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(isoDate || "");
  if (!parts) return "";
  if (japanese) return `${parts[1]}年${Number(parts[2])}月${Number(parts[3])}日`;
  return `${Number(parts[3])} ${month(isoDate)}`;
}

/** The day here, as an ISO date. */
export function localDate(now = new Date()) {
  return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
}

export const withLanguage = (path) => {
  const asked = new URLSearchParams(location.search).get("lang");
  return asked ? `${path}?lang=${encodeURIComponent(asked)}` : path;
};
