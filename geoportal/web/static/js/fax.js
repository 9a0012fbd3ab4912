// Sheets for fax: one recipient each, from whom, what is asked, and room to answer by hand. No other
// facility is named on a sheet. The sender is kept in this browser only.
import { h } from "./dom.js";
import { t, w } from "./words.js";

const KEY = "geoportal.sender.v1";
const FIELDS = ["office", "person", "phone", "fax"];

/**
 * @typedef {{office: string, person: string, phone: string, fax: string, centre: string}} Sender
 *   `centre`: id of the liaison centre that sends; empty for an office of its own
 */

/** @returns {Sender} as kept, else empty */
export function loadSender() {
  const none = { office: "", person: "", phone: "", fax: "", centre: "" };
  try {
    return { ...none, ...JSON.parse(window.localStorage.getItem(KEY) || "{}") };
  } catch (error) {
    return none;
  }
}

export function saveSender(/** @type {Sender | null} */ sender) {
  try {
    if (sender) window.localStorage.setItem(KEY, JSON.stringify(sender));
    else window.localStorage.removeItem(KEY);
  } catch (error) {
    // it then holds for this page
  }
}

/** The sender as the sheet names it: a centre's own data stand for the office's. */
function named(/** @type {Sender} */ sender, centres) {
  const centre = centres.find(({ id }) => id === sender.centre);
  return centre ? { ...sender, office: centre.name, phone: centre.phone, fax: centre.fax || "" } : sender;
}

/**
 * Builds the fields of the sender; `changed` is called with what is in them.
 * @param {Sender} sender @param {any[]} centres liaison centres @param {(sender: Sender) => void} changed
 */
export function senderFields(sender, centres, changed) {
  const held = { ...sender };
  const set = (name, value) => {
    held[name] = value;
    changed({ ...held });
  };
  const field = (name) => {
    const input = h("input", { type: "text", id: `sender-${name}`, maxlength: "60", autocomplete: "off", on: { input: (event) => set(name, event.target.value) } });
    input.value = held[name];
    const own = name === "person" ? {} : { data: { own: "" } };
    return h("div", { class: "field", hidden: Boolean(held.centre) && name !== "person", ...own }, h("label", { for: `sender-${name}` }, w(`sender-${name}`)), input);
  };
  const fields = FIELDS.map(field);
  const choice = h("select", {
    id: "sender-centre",
    on: { change: (event) => {
      for (const element of fields) if (element.dataset.own !== undefined) element.hidden = Boolean(event.target.value);
      set("centre", event.target.value);
    } },
  }, h("option", { value: "" }, t("sender-own")), centres.map(({ id, name }) => h("option", { value: id, selected: id === held.centre, lang: "ja" }, name)));
  return h("div", { class: "fax__sender" },
    h("div", { class: "field" }, h("label", { for: "sender-centre" }, w("sender")), choice), fields);
}

const row = (label, value) => h("div", { class: "fax__row" }, h("dt", {}, label), h("dd", {}, value));
const box = (key) => h("span", { class: "fax__box" }, `□ ${t(key)}`);

/**
 * Builds the sheet to one recipient.
 * @param {any} p properties of the facility @param {Sender} sender
 * @param {any[]} centres @param {{today: string, asked: string[], wish: string}} what
 */
export function buildFax(p, sender, centres, { today, asked, wish }) {
  const from = named(sender, centres);
  return h("section", { class: "fax", "aria-label": `${t("fax-title")} ${p.name}` },
    h("h2", {}, t("fax-title")),
    h("div", { class: "fax__ends" },
      h("dl", { class: "fax__to" },
        row(t("sheet-to"), h("strong", { lang: "ja" }, `${p.name}${t("fax-honorific")}${p.fictional ? `【${t("fictional")}】` : ""}`)),
        row(t("fax"), p.fax || ""), row(t("phone"), p.phone || "")),
      h("dl", {},
        row(t("fax-date"), today), row(t("sheet-from"), from.office), row(t("sheet-person"), from.person), row(t("phone"), from.phone), row(t("fax"), from.fax))),
    h("p", {}, t("fax-text")),
    h("h3", {}, t("sheet-asked")),
    h("table", { class: "fax__asked" }, h("tbody", {},
      (asked.length ? asked : ["", "", ""]).map((need) => h("tr", {}, h("th", { scope: "row" }, need), h("td", {}, box("fax-yes"), box("fax-maybe"), box("fax-no")))))),
    wish ? h("p", { class: "fax__wish" }, wish) : null,
    h("div", { class: "fax__reply" },
      h("h3", {}, t("fax-reply"), from.fax ? h("strong", {}, `　${t("fax-reply-to", { number: from.fax })}`) : null),
      h("p", { class: "fax__choices" }, box("fax-accept"), box("fax-conditions"), box("status-declined")),
      h("p", { class: "fax__choices" }, `□ ${t("fax-callback")}`),
      h("p", { class: "fax__write" }, t("fax-remarks")),
      h("p", { class: "fax__answerer" }, h("span", {}, t("fax-name")), h("span", {}, t("fax-phone")))),
    h("p", { class: "fax__foot" }, t("fax-foot")));
}
