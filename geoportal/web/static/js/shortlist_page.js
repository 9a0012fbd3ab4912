// The shortlist: status, note and order per facility, side by side, sheets for fax and our own.
import { all, byId, h, readJson, replaceChildren, revealScriptOnly } from "./dom.js";
import { announce } from "./announce.js";
import * as api from "./api.js";
import { compare } from "./compare.js";
import { buildFax, loadSender, saveSender, senderFields } from "./fax.js";
import { load, save } from "./shortlist.js";
import { buildSheet, frameOf } from "./sheet.js";
import { calledAsText } from "./take_away.js";
import { day, localDate, month, plain, ruby, spoken, t, w, withLanguage } from "./words.js";

const STATES = ["none", "asked", "accepted", "declined", "callback"];
const MARKS = { yes: "✓", no: "✗", unknown: "？" };
const config = readJson("config");
const root = byId("shortlist");
const asked = root.dataset.asked.split(" ").filter((code) => config.needs[code]);
const askedWords = asked.map((code) => plain(config.needs[code]));
const known = new Map();
const unread = new Set(); // not gone, only out of reach
let lines = /** @type {HTMLElement} */ (document.createElement("div")); // what is true now, drawn by the server
let districts = [];
let centres = [];
let onlyDifferences = true;
let sender = loadSender();
let wish = "";
let faxIsOpen = false;

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

/** Asks for distances and opening; without a network the list does without. */
async function fetchLines(items) {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(byId("home"))));
  for (const { id } of items) body.append("id", id);
  try {
    lines = (await api.postForm(root.dataset.lines, body)).body;
  } catch (error) {
    lines.replaceChildren();
  }
}

/** What is true now of a facility: a copy of its `distance` or `opening`; empty where not known. */
function now(id, part) {
  const place = lines.querySelector(`[data-id="${CSS.escape(id)}"] [data-part="${part}"]`);
  return place && place.textContent.trim() ? document.importNode(place, true) : "";
}

const saidNow = (id, part) => (now(id, part) ? spoken(now(id, part)) : "");

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
      h("p", { class: "kept__now" }, now(item.id, "distance"), " ", now(item.id, "opening")),
      p ? h("p", { lang: "ja" }, p.address) : null,
      p && p.phone ? h("p", {}, telephone(p.phone), p.fax ? [" ", w("fax"), ` ${p.fax}`] : "") : null),
    h("div", { class: "kept__answer" },
      h("label", { for: `state-${item.id}` }, w("status")), select,
      h("label", { for: `note-${item.id}` }, w("note")), note),
    h("p", { class: "kept__buttons no-print" },
      button(w("up"), () => move(item.id, -1), nameOf(item.id), "up"),
      button(w("down"), () => move(item.id, 1), nameOf(item.id), "down"),
      p ? button(w("fax-one"), () => printFaxes([item]), nameOf(item.id)) : null,
      button(w("remove"), () => remove(item.id), nameOf(item.id), "remove")));
}

function button(label, action, name, key) {
  const made = h("button", { type: "button", class: "button button--quiet button--small", on: { click: action } },
    label, name ? h("span", { class: "visually-hidden", lang: "ja" }, ` ${name}`) : null);
  if (key) made.dataset[key] = "";
  return made;
}

/** What is known of the needs asked for, each with its evidence and month. */
function needsAsText(p) {
  return asked.map((code) => {
    const shown = (p.shown || {})[code] || { value: "unknown" };
    const why = shown.evidence ? t("in-brackets", { text: [t(`evidence-${shown.evidence}`), month(shown.as_of), shown.stale ? t("stale") : ""].filter(Boolean).join(" ") }) : "";
    return `   ${MARKS[shown.value] || MARKS.unknown} ${plain(config.needs[code])} ${t(`${code.startsWith("CAP.") ? "holds" : "value"}-${shown.value}`)}${why}`;
  });
}

const centreAsText = ({ name, phone }) => `${t("sheet-centre")} ${name} ${phone}`;

function asText(items) {
  const atHome = calledAsText(all(".centre", lines));
  const centresSaid = new Set(atHome);
  const list = items.map((item, index) => {
    const feature = known.get(item.id);
    if (!feature) return `${index + 1}. ${t(missingKey(item.id))}`;
    const p = feature.properties;
    for (const centre of atHome.length ? [] : p.centres || []) {
      if (centre.kind === "liaison_centre") centresSaid.add(centreAsText(centre));
    }
    return [
      `${index + 1}. ${p.name} ${t("in-brackets", { text: plain(config.kinds[p.kind].short) })}${p.fictional ? ` ${t("in-brackets", { text: t("fictional") })}` : ""}`,
      `   ${t("phone")} ${p.phone || t("value-unknown")}${p.fax ? `  ${t("fax")} ${p.fax}` : ""}`,
      `   ${p.address}`,
      ...["distance", "opening"].map((part) => saidNow(item.id, part)).filter(Boolean).map((text) => `   ${text}`),
      ...needsAsText(p),
      ...(item.status && item.status !== "none" ? [`   ${t("status")} ${t("in-brackets", { text: t(`status-${item.status}`) })}`] : []),
      ...(item.note ? [`   ${item.note}`] : []),
    ].join("\n");
  });
  const head = [t("sheet-made", { date: today() }), ...(askedWords.length ? [`${t("sheet-asked")} ${askedWords.join(t("comma"))}`] : []), ...centresSaid];
  return [head.join("\n"), ...list].join("\n\n");
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

const today = () => day(localDate());

/** Makes our own overview anew, as it would be printed now. */
function prepareOverview() {
  const place = byId("sheet");
  if (!place || place.dataset.fax) return;
  const entries = load().map((item, index) => ({ number: index + 1, item, feature: known.get(item.id), far: saidNow(item.id, "distance") }));
  replaceChildren(place, buildSheet(entries, districts, config.kinds, {
    withNotes: byId("print-notes").checked, today: today(), asked: askedWords.join(t("comma")),
  }));
}

/** Prints a sheet for each of these facilities, and nothing of the others. */
function printFaxes(items) {
  const place = byId("sheet");
  place.dataset.fax = "1";
  const sheets = items.map(({ id }) => known.get(id)).filter(Boolean)
    .map(({ properties: p }) => buildFax(p, sender, centres, { today: today(), asked: askedWords, wish }));
  replaceChildren(place, sheets);
  window.print();
}

const notYetAsked = (items) => items.filter((item) => (item.status || "none") === "none" && known.get(item.id));

function faxPanel(items) {
  const waiting = notYetAsked(items);
  const area = h("textarea", { id: "fax-wish", rows: "2", maxlength: "300", on: { input: (event) => { wish = event.target.value; } } });
  area.value = wish;
  return h("details", { class: "fax-panel no-print", open: faxIsOpen, on: { toggle: (event) => { faxIsOpen = event.target.open; } } },
    h("summary", {}, w("fax-panel")),
    h("p", { class: "hint" }, w("fax-hint")),
    senderFields(sender, centres, (changed) => { sender = changed; saveSender(changed); }),
    h("div", { class: "field" }, h("label", { for: "fax-wish" }, w("fax-wish")), area),
    h("p", {}, waiting.length ? button(w("fax-print", { count: waiting.length }), () => printFaxes(notYetAsked(load()))) : w("fax-none")));
}

function clear() {
  if (!window.confirm(t("shortlist-clear-sure"))) return;
  forget(load().map((item) => item.id));
  save([]);
  saveSender(null);
  draw();
}

/** Who answers for the home, as the server drew it; nothing where no home was given. */
function byHome() {
  const drawn = lines.querySelector('[data-part="responsible"]');
  return drawn ? drawn.cloneNode(true) : null;
}

function draw() {
  const items = load();
  if (!items.length) {
    replaceChildren(root, h("p", { class: "empty" }, w("shortlist-empty")), h("p", {}, h("a", { class: "button", href: withLanguage("/") }, w("where-first"))));
    return;
  }
  replaceChildren(root,
    h("p", { class: "shortlist__tools" },
      button(w("shortlist-print"), () => window.print()),
      h("label", { class: "check" }, h("input", { type: "checkbox", id: "print-notes" }), h("span", {}, w("sheet-with-notes"))),
      button(w("shortlist-copy"), copyText),
      button(w("shortlist-csv"), () => saveCsv(load())),
      button(w("shortlist-clear"), clear)),
    h("div", { id: "copied" }),
    faxPanel(items),
    byId("home").elements.length ? null : h("p", { class: "hint no-print" }, w("shortlist-no-home")),
    byHome(),
    h("div", { id: "sheet" }),
    h("ol", { class: "kept-list" }, items.map(row)),
    compare(items.map((item) => known.get(item.id)).filter(Boolean), { ...config, asked }, now, onlyDifferences, (only) => {
      onlyDifferences = only;
      draw();
      byId("differences").focus();
    }));
}

async function fetchCentres() {
  try {
    centres = (await api.get("/api/v1/centres")).centres.filter((centre) => centre.kind === "liaison_centre");
  } catch (error) {
    centres = [];
  }
}

async function fetchOutlines() {
  const frame = frameOf(Array.from(known.values()));
  try {
    districts = frame ? (await api.get(`${root.dataset.districts}?bbox=${frame.box}&zoom=${frame.zoom}`)).features : [];
  } catch (error) {
    districts = [];
  }
}

window.addEventListener("beforeprint", prepareOverview);
window.addEventListener("afterprint", () => byId("sheet") && delete byId("sheet").dataset.fax);
revealScriptOnly();
Promise.all([fetchAll(load()).then(fetchOutlines), fetchLines(load()), fetchCentres()]).then(draw);
