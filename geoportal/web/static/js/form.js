// The search form: what is asked, read and written.
import { all, byId, replaceChildren } from "./dom.js";
import { number, w } from "./words.js";

const form = byId("search-form");

export const element = form;
export const checkedValues = (name) => all(`input[name="${name}"]:checked`, form).map((box) => box.value);

export function read() {
  return {
    address: byId("address").value.trim(),
    district: byId("district").value,
    radius: Number(byId("radius").value),
    kinds: checkedValues("kind"),
    needs: checkedValues("need"),
    open: form.elements.open.checked,
    include: form.elements.include.checked ? "all" : "possible",
    order: form.elements.order.value,
    why: form.elements.why.checked,
  };
}

export const looksLikePhone = (text) => /^[0-9+()\-\s]{6,}$/.test(text.normalize("NFKC").replace(/[‐-―ー−]/g, "-"));

export function setAddress(text) {
  byId("address").value = text;
}

export function setDistrict(code) {
  byId("district").value = code;
}

export function setRadius(metres) {
  const box = byId("radius");
  const wider = all("option", box).find((option) => Number(option.value) >= metres);
  box.value = wider ? wider.value : box.options[box.options.length - 1].value;
}

export const hasDistrict = (code) => all("option", byId("district")).some((option) => option.value && option.value === code);

export function districtName(code) {
  const option = all("option", byId("district")).find((item) => item.value === code);
  return option ? option.textContent.trim() : code;
}

/** Puts what only the scripts know (a point, words searched for) into the form for a download. */
export function carry(values) {
  for (const old of all("input[data-carried]", form)) old.remove();
  for (const [name, value] of Object.entries(values)) {
    const box = document.createElement("input");
    Object.assign(box, { type: "hidden", name, value: String(value) });
    box.dataset.carried = "";
    form.append(box);
  }
}

export function uncheck(name, value) {
  for (const box of all(`input[name="${name}"]`, form)) {
    if (value === undefined || box.value === value) box.checked = false;
  }
  refreshCounts();
}

export function check(name, value) {
  for (const box of all(`input[name="${name}"]`, form)) if (box.value === value) box.checked = true;
  refreshCounts();
}

export function refreshCounts() {
  for (const place of all("[data-count-for]", form)) {
    const chosen = checkedValues(place.dataset.countFor).length;
    replaceChildren(place, chosen ? w("chosen", { count: chosen }) : "");
  }
  form.dispatchEvent(new Event("needs-changed"));
}

export function showKindCounts(counts) {
  for (const place of all("[data-kind-count]", form)) {
    const count = counts[place.dataset.kindCount] || 0;
    place.textContent = number(count);
  }
}

/** Shows what each other choice would give, as the answer's facets say. */
export function showFacets(facets, includeAll) {
  const counts = {};
  for (const item of facets.kinds) counts[item.kind] = item.match + item.possible + (includeAll ? item.no : 0);
  showKindCounts(counts);
  const provided = new Map(facets.needs.map((item) => [item.need, item.match]));
  for (const place of all("[data-need-count]", form)) {
    const code = place.dataset.needCount;
    replaceChildren(place, provided.has(code) ? w("need-count", { count: number(provided.get(code)) }) : "");
  }
}

/** Calls back on submit (`submit`) and when a filter is changed (`filter`). */
export function start({ submit, filter }) {
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.name === "format") return; // a download: an ordinary POST
    event.preventDefault();
    if (event.submitter && event.submitter.name === "choice") setAddress(event.submitter.value);
    submit();
  });
  form.elements.order.addEventListener("change", () => filter("order"));
  form.elements.why.addEventListener("change", () => filter("why"));
  form.addEventListener("change", (event) => {
    const name = event.target.name;
    if (name === "kind" || name === "need") refreshCounts();
    if (["kind", "need", "district", "radius_m", "open", "include"].includes(name)) filter(name);
  });
  for (const button of all("[data-clear]", form)) {
    button.addEventListener("click", () => {
      uncheck(button.dataset.clear);
      filter(button.dataset.clear);
    });
  }
  refreshCounts();
}
