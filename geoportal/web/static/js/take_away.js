// Results as text, for a mail or a record: what the cards say, never where the home is.
import { all, h } from "./dom.js";
import { say, sayPlain } from "./notice.js";
import { spoken, t } from "./words.js";

/** Returns a card's text: name and kind, telephone and rough distance, address, needs, next opening. */
export function cardAsText(/** @type {HTMLElement} */ card) {
  const words = (/** @type {string} */ selector) => all(selector, card).map(spoken);
  const [name] = words(".card__name");
  const marks = [...words(".card__kind"), ...(card.querySelector(".badge--fictional") ? [t("fictional")] : [])];
  const far = all(".card__distance", card).map((element) => ` ${element.dataset.about || spoken(element)}`);
  const needs = all(".need", card).map((need) =>
    `${need.querySelector(".need__mark").textContent.replace("－", "？")} ${spoken(need.querySelector(".need__label"))}`);
  const next = words(".card__next");
  return [
    `${card.dataset.number}. ${name} ${marks.map((text) => t("in-brackets", { text })).join(" ")}`,
    `   ${t("phone")} ${words(".tel__number")[0] || "-"}${far.join("")}`,
    `   ${words(".card__address")[0]}`,
    needs.length ? `   ${needs.join("  ")}` : "",
    next.length ? `   ${words(".open")[0]} ${next[0]}` : "",
  ].filter(Boolean).join("\n");
}

/** Copies results, or shows the text where the browser does not let a page copy. */
export async function copyResults(/** @type {HTMLElement[]} */ cards) {
  const text = cards.map(cardAsText).join("\n\n");
  try {
    await navigator.clipboard.writeText(text);
    sayPlain(t("results-copied", { count: cards.length }));
  } catch (error) {
    const area = h("textarea", { rows: "10", readonly: true, "aria-label": t("results-title") });
    area.value = text;
    say("results-shown", area);
  }
}
