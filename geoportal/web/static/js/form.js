// The search form: its boxes read, written and watched.
import { all, byId, h, replaceChildren } from "./dom.js";
import { distance, number, w } from "./words.js";

/**
 * What the boxes of the form hold, as the server understood it.
 * @typedef {object} FormValues
 * @property {string} district
 * @property {string} district_name
 * @property {number} radius_m
 * @property {string[]} kinds
 * @property {string[]} needs
 * @property {boolean} open
 * @property {boolean} all
 * @property {string} text
 * @property {string} order
 * @property {boolean} why
 * @property {string} [address]
 */

const form = /** @type {HTMLFormElement} */ (byId("search-form"));
const addressBox = /** @type {HTMLInputElement} */ (byId("address"));
const districtBox = /** @type {HTMLSelectElement} */ (byId("district"));
const radiusBox = /** @type {HTMLSelectElement} */ (byId("radius"));
const whyBox = /** @type {HTMLInputElement} */ (byId("why"));
const orderBox = /** @type {HTMLSelectElement} */ (byId("order"));
const FILTERS = ["kind", "need", "district", "radius_m", "open", "include", "order", "why"];

export const element = form;

/** @param {string} name @returns {HTMLInputElement[]} */
const boxes = (name) => all(`input[name="${name}"]`, form);

/** @param {string} name */
export const checkedValues = (name) => boxes(name).filter((box) => box.checked).map((box) => box.value);

export const address = () => addressBox.value.trim();
export const district = () => districtBox.value;
export const radius = () => Number(radiusBox.value);

/** @param {string} text */
export function setAddress(text) {
  addressBox.value = text;
}

/** Selects a value, offering it first where the list does not hold it. */
function select(/** @type {HTMLSelectElement} */ box, /** @type {string} */ value, /** @type {string} */ label) {
  if (!Array.from(box.options).some((option) => option.value === value)) box.append(h("option", { value, lang: "ja" }, label));
  box.value = value;
}

/** Sets the boxes to what an answer was given to. */
export function write(/** @type {FormValues} */ values) {
  if (values.address !== undefined) setAddress(values.address);
  select(districtBox, values.district, values.district_name);
  select(radiusBox, String(values.radius_m), distance(values.radius_m));
  for (const box of boxes("kind")) box.checked = values.kinds.includes(box.value);
  for (const box of boxes("need")) box.checked = values.needs.includes(box.value);
  for (const box of boxes("open")) box.checked = values.open;
  for (const box of boxes("include")) box.checked = values.all;
  whyBox.checked = values.why;
  orderBox.value = values.order;
  refreshCounts();
}

/** Shows all of the form, or one line of it. */
export function unfold(/** @type {boolean} */ open) {
  const more = /** @type {HTMLDetailsElement} */ (byId("search-more"));
  more.open = open;
}

/** Puts what the boxes do not hold (a point, words searched for) into the form for a download. */
export function carry(/** @type {Record<string, string>} */ values) {
  for (const old of all("input[data-carried]", form)) old.remove();
  for (const [name, value] of Object.entries(values)) {
    form.append(h("input", { type: "hidden", name, value, data: { carried: "" } }));
  }
}

function refreshCounts() {
  for (const place of all("[data-count-for]", form)) {
    const count = checkedValues(place.dataset.countFor).length;
    replaceChildren(place, count ? w("chosen", { count }) : "");
  }
  form.dispatchEvent(new Event("needs-changed"));
}

/** Shows how many facilities of each kind there are. */
export function showKindCounts(/** @type {Record<string, number>} */ counts) {
  for (const place of all("[data-kind-count]", form)) place.textContent = number(counts[place.dataset.kindCount] || 0);
}

/** Shows what each other choice would give. */
export function showFacets(/** @type {{kind: Record<string, number>, need: Record<string, number>}} */ facets) {
  showKindCounts(facets.kind);
  for (const place of all("[data-need-count]", form)) {
    const count = facets.need[place.dataset.needCount];
    replaceChildren(place, count === undefined ? "" : w("need-count", { count }));
  }
}

/**
 * Calls back with the button pressed on submit, and when a filter is changed.
 * @param {{submit: (button: HTMLButtonElement | null) => void, filter: () => void}} callbacks
 */
export function start({ submit, filter }) {
  form.addEventListener("submit", (event) => {
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (button && button.hasAttribute("formaction")) return; // a download, the shortlist: an ordinary POST
    event.preventDefault();
    submit(button);
  });
  for (const box of Array.from(form.elements)) {
    const { name } = /** @type {HTMLInputElement} */ (box);
    if (!FILTERS.includes(name) || box instanceof HTMLButtonElement) continue;
    box.addEventListener("change", () => {
      if (name === "kind" || name === "need") refreshCounts();
      filter();
    });
  }
  for (const button of all("[data-clear]", form)) {
    button.addEventListener("click", () => {
      for (const box of boxes(button.dataset.clear)) box.checked = false;
      refreshCounts();
      filter();
    });
  }
  refreshCounts();
}
