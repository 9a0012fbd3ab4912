// Results as text, for a mail or a record: what was asked when, whom to call, and what the cards say
// with its evidence; never where the home is.
import { all, h } from "./dom.js";
import { say, sayPlain } from "./notice.js";
import { day, localDate, spoken, t } from "./words.js";

/** Returns a card's text: name and kind, telephone and rough distance, address, needs with their evidence, next opening. */
export function cardAsText(/** @type {HTMLElement} */ card) {
  const words = (/** @type {string} */ selector) => all(selector, card).map(spoken);
  const [name] = words(".card__name");
  const marks = [...words(".card__kind"), ...(card.querySelector(".badge--fictional") ? [t("fictional")] : [])];
  const far = all(".card__distance", card).map((element) => ` ${element.dataset.about || spoken(element)}`);
  const needs = all(".need", card).map((need) => {
    const [label, value, evidence] = [".need__label", ".need__value", ".need__evidence"].map((part) => need.querySelector(part)).map((part) => (part ? spoken(part) : ""));
    return `   ${need.querySelector(".need__mark").textContent} ${label} ${value}${evidence ? t("in-brackets", { text: evidence }) : ""}`;
  });
  const next = words(".card__next");
  return [
    `${card.dataset.number ? `${card.dataset.number}.` : "・"} ${name} ${marks.map((text) => t("in-brackets", { text })).join(" ")}`,
    `   ${t("phone")} ${words(".tel__number")[0] || "-"}${far.join("")}`,
    `   ${words(".card__address")[0]}`,
    ...needs,
    next.length ? `   ${words(".open")[0]} ${next[0]}` : "",
  ].filter(Boolean).join("\n");
}

/** Returns a line for each centre's box: name, telephone, and where it only may answer, that. */
export const calledAsText = (/** @type {HTMLElement[]} */ centres) => centres.map((centre) => {
  const said = [".centre__name", ".tel__number"].map((part) => centre.querySelector(part)).map((part) => (part ? spoken(part) : "")).filter(Boolean).join(" ");
  const open = Boolean(centre.closest(".responsible--open"));
  return `${t("sheet-centre")} ${said}${open ? t("in-brackets", { text: t("sheet-centre-open") }) : ""}`;
});

/** Returns what stands above the cards: the day, how many, the needs asked for, the centre to call. */
export function headAsText(/** @type {HTMLElement[]} */ cards, /** @type {HTMLElement[]} */ centres, /** @type {string} */ date, summary = "") {
  const needs = cards.length ? all(".need__label", cards[0]).map(spoken) : [];
  return [t("sheet-made", { date }), ...(summary ? [summary] : []), ...(needs.length ? [`${t("sheet-asked")} ${needs.join(t("comma"))}`] : []), ...calledAsText(centres)].join("\n");
}

/** Returns cards and the headings above them (their band; other cities) as text, in the order of the page. */
export const listAsText = (/** @type {HTMLElement} */ results) =>
  all(".band > h3:not(.visually-hidden), .elsewhere > h3, .card", results).map((part) => (part.matches(".card") ? cardAsText(part) : `■ ${spoken(part)}`));

/** Copies results, or shows the text where the browser does not let a page copy. */
export async function copyResults(/** @type {HTMLElement} */ results) {
  const cards = all(".card", results);
  const summary = all(".results__summary", results).map(spoken).join("");
  const text = [headAsText(cards, all("#centre .centre"), day(localDate()), summary), ...listAsText(results)].join("\n\n");
  try {
    await navigator.clipboard.writeText(text);
    sayPlain(t("results-copied", { count: cards.length }));
  } catch (error) {
    const area = h("textarea", { rows: "10", readonly: true, "aria-label": t("results-title") });
    area.value = text;
    say("results-shown", area);
  }
}
