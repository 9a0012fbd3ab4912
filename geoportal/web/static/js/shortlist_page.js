// The shortlist: status, note and order per facility, side by side, a sheet for fax and phone.
import { byId, h, readJson, replaceChildren, revealScriptOnly } from "./dom.js";
import { announce } from "./announce.js";
import * as api from "./api.js";
import { load, save } from "./shortlist.js";
import { buildSheet } from "./sheet.js";
import { day, month, plain, ruby, t, w, withLanguage } from "./words.js";

const STATES = ["none", "asked", "accepted", "declined", "callback"];
const MARKS = { yes: "✓", no: "✗", unknown: "？" };
const COMPARED = 5;
const config = readJson("config");
const asked = new URLSearchParams(location.search).getAll("need").filter((code) => config.needs[code]);
const askedWords = asked.map((code) => plain(config.needs[code])).join(t("comma"));
const root = byId("shortlist");
const known = new Map();
const unread = new Set(); // not gone, only out of reach
let districts = [];
let onlyDifferences = true;

/** A telephone number that a phone dials when it is touched. */
const telephone = (number) =>
  h("a", { class: "tel", href: `tel:${number.normalize("NFKC").replace(/[^0-9+]/g, "")}` },
    h("span", { class: "tel__label" }, w("phone")), " ", h("span", { class: "tel__number" }, number));

const addressOf = (id) => `/api/v1/facilities/${encodeURIComponent(id)}`;
const missingKey = (id) => (unread.has(id) ? "shortlist-unread" : "shortlist-gone");

/** Takes facilities out of what the browser keeps for days without a network. */
async function forget(ids) {
  if (!window.caches) return;
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const id of ids) cache.delete(addressOf(id));
  }
}

async function fetchAll(items) {
  await Promise.all(items.filter((item) => !known.has(item.id)).map(async (item) => {
    try {
      known.set(item.id, await api.get(addressOf(item.id)));
    } catch (error) {
      known.set(item.id, null);
      if (error.status !== 404) unread.add(item.id);
    }
  }));
}

function change(id, patch) {
  save(load().map((item) => (item.id === id ? { ...item, ...patch } : item)));
}

function move(id, step) {
  const items = load();
  const from = items.findIndex((item) => item.id === id);
  const to = from + step;
  if (from < 0 || to < 0 || to >= items.length) return;
  items.splice(to, 0, items.splice(from, 1)[0]);
  save(items);
  draw();
  announce(t("moved-up", { name: nameOf(id), count: to + 1 }));
  const row = byId(`kept-${id}`);
  if (row) row.querySelector(step < 0 ? "[data-up]" : "[data-down]").focus();
}

function remove(id) {
  save(load().filter((item) => item.id !== id));
  forget([id]);
  draw();
  announce(t("unkept", { name: nameOf(id) }));
  root.querySelector("button, a").focus();
}

const nameOf = (id) => (known.get(id) ? known.get(id).properties.name : id);

function row(item, index) {
  const feature = known.get(item.id);
  const p = feature && feature.properties;
  const kind = p && config.kinds[p.kind];
  const select = h("select", { id: `state-${item.id}`, on: { change: (event) => change(item.id, { status: event.target.value }) } },
    STATES.map((state) => h("option", { value: state, selected: (item.status || "none") === state }, t(`status-${state}`))));
  const note = h("textarea", { id: `note-${item.id}`, rows: "2", maxlength: "500", on: { input: (event) => change(item.id, { note: event.target.value }) } });
  note.value = item.note || "";
  return h("li", { class: "kept", id: `kept-${item.id}` },
    h("div", { class: "kept__what" },
      h("h2", { class: "kept__name" }, h("span", { class: "card__number" }, index + 1), " ",
        p ? h("a", { href: withLanguage(`/facilities/${encodeURIComponent(item.id)}`), lang: "ja" }, p.name) : w(missingKey(item.id)),
        p && p.fictional ? [" ", h("span", { class: "badge badge--fictional" }, w("fictional-mark"))] : null),
      p ? h("p", { class: "kept__kind" }, h("span", { class: `glyph ${kind.mark}`, "aria-hidden": "true" }, kind.glyph), h("span", {}, ruby(kind.short))) : null,
      p ? h("p", { lang: "ja" }, p.address) : null,
      p && p.phone ? h("p", {}, telephone(p.phone), p.fax ? [" ", w("fax"), ` ${p.fax}`] : "") : null),
    h("div", { class: "kept__answer" },
      h("label", { for: `state-${item.id}` }, w("status")), select,
      h("label", { for: `note-${item.id}` }, w("note")), note),
    h("p", { class: "kept__buttons no-print" },
      button(w("up"), () => move(item.id, -1), nameOf(item.id), "up"),
      button(w("down"), () => move(item.id, 1), nameOf(item.id), "down"),
      button(w("remove"), () => remove(item.id), nameOf(item.id), "remove")));
}

function button(label, action, name, key) {
  const made = h("button", { type: "button", class: "button button--quiet button--small", on: { click: action } },
    label, name ? h("span", { class: "visually-hidden", lang: "ja" }, ` ${name}`) : null);
  if (key) made.dataset[key] = "";
  return made;
}

function compare(items) {
  const features = items.map((item) => known.get(item.id)).filter(Boolean).slice(0, COMPARED);
  if (features.length < 2) return null;
  const codes = asked.slice();
  for (const feature of features) for (const code of Object.keys(feature.properties.shown || {})) if (!codes.includes(code) && !code.startsWith("FT.")) codes.push(code);
  const line = (label, cells) => h("tr", {}, h("th", { scope: "row" }, label), cells.map((words) => h("td", {}, words)));
  const rest = codes.slice(asked.length).sort();
  const answers = asked.concat(rest).map((code) => ({ code, said: features.map((feature) => (feature.properties.shown || {})[code]) }));
  const telling = answers.filter(({ code, said }) => !onlyDifferences || asked.includes(code) || new Set(said.map((item) => (item ? item.value : "unknown"))).size > 1);
  const box = h("input", { type: "checkbox", id: "differences", on: { change: (event) => { onlyDifferences = event.target.checked; draw(); byId("differences").focus(); } } });
  box.checked = onlyDifferences;
  return h("section", { class: "compare no-print" },
    h("h2", { id: "compare-title" }, w("compare-title")),
    h("p", { class: "hint" }, w("compare-hint")),
    h("label", { class: "check" }, box, h("span", {}, w("compare-differences"))),
    h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-labelledby": "compare-title" },
      h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, w("name")), features.map((feature) => h("th", { scope: "col", lang: "ja" }, feature.properties.name)))),
        h("tbody", {},
          line(w("kind"), features.map(({ properties: p }) => ruby(config.kinds[p.kind].short))),
          line(w("phone"), features.map(({ properties: p }) => p.phone)),
          line(w("address"), features.map(({ properties: p }) => h("span", { lang: "ja" }, p.address))),
          telling.map(({ code, said }) => line(ruby(config.needs[code] || code), said.map((shown) => answerCell(code, shown))))))));
}

function answerCell(code, shown) {
  const saying = code.startsWith("CAP.") ? "holds" : "value";
  const value = shown ? shown.value : "unknown";
  const why = shown && shown.evidence ? [w(`evidence-${shown.evidence}`), ` ${month(shown.as_of)} `, shown.stale ? w("stale") : null] : "";
  return [
    h("span", { class: `need--${value}` }, h("span", { class: "need__mark", "aria-hidden": "true" }, MARKS[value] || MARKS.unknown), " ", w(`${saying}-${value}`)),
    why ? h("small", { class: "compare__why" }, why) : null,
  ];
}

function asText(items) {
  const list = items.map((item, index) => {
    const feature = known.get(item.id);
    if (!feature) return `${index + 1}. ${t(missingKey(item.id))}`;
    const p = feature.properties;
    const lines = [
      `${index + 1}. ${p.name} ${t("in-brackets", { text: plain(config.kinds[p.kind].short) })}${p.fictional ? ` ${t("in-brackets", { text: t("fictional") })}` : ""}`,
      `   ${t("phone")} ${p.phone || "-"}${p.fax ? `  ${t("fax")} ${p.fax}` : ""}`,
      `   ${p.address}`,
    ];
    if (item.status && item.status !== "none") lines.push(`   ${t("status")} ${t("in-brackets", { text: t(`status-${item.status}`) })}`);
    if (item.note) lines.push(`   ${item.note}`);
    return lines.join("\n");
  });
  return (askedWords ? [`${t("sheet-asked")} ${askedWords}`] : []).concat(list).join("\n\n");
}

/** A cell of a CSV: quoted, and made harmless where a spreadsheet would read a formula. */
function cell(text) {
  const value = String(text === null || text === undefined ? "" : text);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${safe.replace(/"/g, '""')}"`;
}

function saveCsv(items) {
  const head = ["", t("name"), t("kind"), t("phone"), t("fax"), t("address"), t("status"), t("note")];
  const rows = items.map((item, index) => {
    const p = (known.get(item.id) || { properties: {} }).properties;
    const kind = p.kind ? plain(config.kinds[p.kind].short) : "";
    return [index + 1, p.name, kind, p.phone, p.fax, p.address, t(`status-${item.status || "none"}`), item.note];
  });
  const text = `\ufeff${[head, ...rows].map((cells) => cells.map(cell).join(",")).join("\r\n")}\r\n`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = h("a", { href: url, download: "shortlist.csv" });
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(url);
}

async function copyText() {
  const text = asText(load());
  try {
    await navigator.clipboard.writeText(text);
    announce(t("shortlist-copied"));
    replaceChildren(byId("copied"), w("shortlist-copied"));
  } catch (error) {
    const area = h("textarea", { rows: "10", readonly: true, "aria-label": t("shortlist-copy") });
    area.value = text;
    replaceChildren(byId("copied"), area);
    area.select();
  }
}

/** Makes the sheet anew, as it would be printed now. */
function prepareSheet() {
  const place = byId("sheet");
  if (!place) return;
  const entries = load().map((item, index) => ({ number: index + 1, item, feature: known.get(item.id) }));
  const now = new Date();
  const date = new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString();
  replaceChildren(place, buildSheet(entries, districts, config.kinds, {
    withNotes: byId("print-notes").checked, today: day(date), asked: askedWords,
  }));
}

function printSheet() {
  prepareSheet();
  window.print();
}

function draw() {
  const items = load();
  if (!items.length) {
    replaceChildren(root, h("p", { class: "empty" }, w("shortlist-empty")), h("p", {}, h("a", { class: "button", href: withLanguage("/") }, w("where-first"))));
    return;
  }
  replaceChildren(root,
    h("p", { class: "shortlist__tools" },
      button(w("shortlist-print"), printSheet),
      h("label", { class: "check" }, h("input", { type: "checkbox", id: "print-notes" }), h("span", {}, w("sheet-with-notes"))),
      button(w("shortlist-copy"), copyText),
      button(w("shortlist-csv"), () => saveCsv(load())),
      button(w("shortlist-clear"), () => {
        if (window.confirm(t("shortlist-clear-sure"))) { forget(load().map((item) => item.id)); save([]); draw(); }
      })),
    h("div", { id: "copied" }),
    h("div", { id: "sheet" }),
    h("ol", { class: "kept-list" }, items.map(row)),
    compare(items));
}

async function fetchOutlines() {
  try {
    districts = (await api.get(root.dataset.districts)).features;
  } catch (error) {
    districts = [];
  }
}

window.addEventListener("beforeprint", prepareSheet);
revealScriptOnly();
Promise.all([fetchAll(load()), fetchOutlines()]).then(draw);
