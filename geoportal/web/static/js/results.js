// The list of results: the server's HTML, in step with the map.
import { all, byId } from "./dom.js";

/**
 * A result with a position, as the map marks it.
 * @typedef {{id: string, lon: number, lat: number, kind: string, number: number, name: string, card: HTMLElement}} Pin
 */

/** Puts new children into an element of the page in place of its own. */
export function adopt(/** @type {HTMLElement} */ element, /** @type {HTMLElement} */ fresh) {
  element.replaceChildren(...document.importNode(fresh, true).childNodes);
}

export class ResultList {
  /** @param {{highlight: (id: string | null) => void, select: (id: string) => void}} callbacks */
  constructor(callbacks) {
    this.root = byId("results");
    const point = (/** @type {Event} */ event) => {
      const card = cardOf(event);
      if (card) callbacks.highlight(card.dataset.id);
    };
    this.root.addEventListener("mouseover", point);
    this.root.addEventListener("focusin", point);
    this.root.addEventListener("mouseleave", () => callbacks.highlight(null));
    this.root.addEventListener("click", (event) => {
      const card = cardOf(event);
      const control = /** @type {Element} */ (event.target).closest("a, button");
      if (card && (!control || control.matches("[data-show-on-map]"))) callbacks.select(card.dataset.id);
    });
  }

  /** @param {boolean} on */
  busy(on) {
    this.root.setAttribute("aria-busy", String(on));
  }

  cards() {
    return all(".card", this.root);
  }

  /** @returns {Pin[]} the results with a position, first result first */
  pins() {
    return this.cards().filter((card) => card.dataset.lon).map((card) => ({
      id: card.dataset.id, lon: Number(card.dataset.lon), lat: Number(card.dataset.lat), kind: card.dataset.kind,
      number: Number(card.dataset.number) || 0, name: card.querySelector(".card__name").textContent.trim(), card,
    }));
  }

  /** Adds the results of a following page, each band's to its own; those elsewhere have bands of their own. */
  append(/** @type {HTMLElement} */ fresh) {
    const more = this.root.querySelector(".more");
    const bands = all("[data-band]", fresh);
    const first = this.root.querySelector(".elsewhere--first");
    if (first && bands.some(({ dataset }) => dataset.band === "elsewhere")) first.remove(); // now they come in full
    for (const band of bands) {
      const held = this.root.querySelector(`[data-band="${band.dataset.band}"]`);
      if (!held) (this.root.querySelector(".elsewhere--first") || more).before(document.importNode(band, true));
      else if (band.querySelector("ol")) held.querySelector("ol").append(...document.importNode(band.querySelector("ol"), true).children);
    }
    const next = fresh.querySelector(".more");
    if (next) adopt(/** @type {HTMLElement} */ (more), /** @type {HTMLElement} */ (next));
    else more.remove();
  }

  /** @param {string | null} id */
  highlight(id) {
    for (const card of this.cards()) card.classList.toggle("is-highlighted", card.dataset.id === id);
  }

  /** @param {string} id @param {boolean} scroll */
  select(id, scroll) {
    this.highlight(id);
    const card = byId(`r-${id}`);
    if (card && scroll) card.scrollIntoView({ block: "nearest", behavior: "auto" });
  }

  /** @param {number} index */
  focusCard(index) {
    const card = this.cards()[index];
    if (card) card.querySelector("a").focus();
  }

  focusTitle() {
    const title = byId("results-title");
    if (title) title.focus({ preventScroll: true });
  }
}

/** @returns {HTMLElement | null} */
const cardOf = (/** @type {Event} */ event) => /** @type {Element} */ (event.target).closest(".card");
