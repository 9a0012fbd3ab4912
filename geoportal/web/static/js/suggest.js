// Towns and stations while a place is typed (ARIA combobox with a list). What is typed travels in the
// body of a POST to this site, and nothing of it is kept. Without scripts the box is a plain box.
import { all, byId, h, replaceChildren } from "./dom.js";
import { announce } from "./announce.js";
import * as api from "./api.js";
import { t, w } from "./words.js";

const WAIT_MS = 180;
const MOST = 8;
const MOST_STATIONS = 3;
const MOST_LINES = 4;
let made = 0;

const shownLines = (lines) => lines.slice(0, MOST_LINES).join("・") + (lines.length > MOST_LINES ? " …" : "");

class Suggestions {
  constructor(input) {
    this.input = input;
    this.places = [];
    this.active = -1;
    made += 1;
    this.id = `suggest-${made}`;
    this.list = h("ul", { class: "suggest", id: this.id, role: "listbox", "aria-label": t("suggest-label"), hidden: true });
    input.after(this.list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.id]]) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", () => this._later());
    input.addEventListener("keydown", (event) => this._key(event));
    input.addEventListener("blur", () => this.close());
    if (input.form) input.form.addEventListener("submit", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = /** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest("[role=option]"));
      if (option) this._choose(Number(option.dataset.index));
    });
  }

  close() {
    window.clearTimeout(this.wait);
    if (this.running) this.running.abort();
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  _later() {
    this.close();
    this.wait = window.setTimeout(() => this._ask(), WAIT_MS);
  }

  async _ask() {
    const text = this.input.value.trim();
    if (!text || /^[0-9０-９+()（）\-－ー\s]+$/.test(text)) return;
    this.running = new AbortController();
    const district = byId("district");
    const body = { text, limit: MOST, ...(district && district.value ? { district: district.value } : {}) };
    try {
      const answer = await api.post("/api/v1/suggest", body, this.running.signal);
      if (this.input.value.trim() === text && document.activeElement === this.input) this._show(answer, text);
    } catch (error) {
      // Typing goes on without suggestions.
    }
  }

  /** Shows towns, and stations under a heading of their own: first where a station is meant. */
  _show(answer, text) {
    const other = (place) => place.text !== text;
    const stations = answer.stations.filter(other).slice(0, MOST_STATIONS);
    const towns = answer.suggestions.filter(other).slice(0, MOST - stations.length);
    const meant = /[駅驛]|えき|エキ|station|eki$/i.test(text) || stations.some((one) => one.station === `${text}駅`);
    const groups = [{ name: "towns", places: towns }, { name: "stations", places: stations }].filter((group) => group.places.length);
    if (meant) groups.reverse();
    this.places = groups.flatMap((group) => group.places);
    if (!this.places.length) return;
    const options = this.places.map((place, index) => this._option(place, index));
    replaceChildren(this.list, stations.length
      ? groups.map(({ name, places }) => this._group(name, options.splice(0, places.length)))
      : options);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    announce(t("suggest-found", { count: this.places.length }));
  }

  _option(place, index) {
    return h("li", { role: "option", lang: "ja", id: `${this.id}-${index}`, "aria-selected": "false", data: { index } },
      h("span", { class: "suggest__town" }, place.station || place.town || place.municipality), " ",
      place.letters && document.documentElement.lang === "en" ? [h("span", { class: "suggest__letters", lang: "en" }, place.letters), " "] : null,
      h("span", { class: "suggest__area" }, place.station || place.town ? place.municipality : place.prefecture),
      place.lines && place.lines.length ? [" ", h("span", { class: "suggest__area" }, shownLines(place.lines))] : null);
  }

  _group(name, options) {
    const heading = `${this.id}-${name}`;
    return h("li", { role: "presentation", class: "suggest__group" },
      h("ul", { role: "group", "aria-labelledby": heading },
        h("li", { role: "presentation", id: heading, class: "suggest__heading" }, w(`suggest-${name}`)), options));
  }

  _key(event) {
    if (event.isComposing || this.list.hidden) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this._move(steps[event.key]);
    else if (event.key === "Enter" && this.active >= 0) this._choose(this.active);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  _move(step) {
    const options = all("[role=option]", this.list);
    const count = options.length;
    this.active = this.active < 0 && step < 0 ? count - 1 : (this.active + step + count) % count;
    for (let i = 0; i < count; i += 1) options[i].setAttribute("aria-selected", i === this.active ? "true" : "false");
    this.input.setAttribute("aria-activedescendant", options[this.active].id);
    options[this.active].scrollIntoView({ block: "nearest" });
  }

  _choose(index) {
    const place = this.places[index];
    this.input.value = place.text;
    this.close();
    this.input.focus();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
    announce(t(place.station ? "suggest-chosen-station" : "suggest-chosen", { name: this.input.value }));
  }
}

export function startSuggestions(input) {
  if (input && window.fetch && window.AbortController) new Suggestions(input);
}
