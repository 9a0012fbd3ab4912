// One chip for each active filter; pressing it takes the filter away.
import { byId, h, replaceChildren } from "./dom.js";
import * as form from "./form.js";
import { ruby, w } from "./words.js";

const place = byId("chips");

/** Draws the chips of a request; `changed(fit)` runs the search again, `forgetPlace` starts anew. */
export function drawChips(request, question, labels, { changed, forgetPlace }) {
  const chips = [];
  const add = (label, remove) =>
    chips.push(h("li", { class: "chip" }, h("button", { type: "button", on: { click: remove } },
      h("span", {}, label), " ", h("span", { "aria-hidden": "true" }, "×"), h("span", { class: "visually-hidden" }, w("chip-remove")))));
  const without = (label, drop, fit = false) => add(label, () => {
    drop();
    changed(fit);
    (place.querySelector("button") || byId("results")).focus({ preventScroll: true });
  });
  if (question.near) add(w(question.nearKey), forgetPlace);
  if (question.text) add(w("chip-text", { text: question.text }), forgetPlace);
  if (request.district) without(form.districtName(request.district), () => form.setDistrict(""), true);
  if (request.open_at) without(w("open-now"), () => form.uncheck("open"));
  for (const kind of request.kinds) without(ruby(labels.kind(kind)), () => form.uncheck("kind", kind));
  for (const need of request.needs) without(ruby(labels.need(need)), () => form.uncheck("need", need));
  replaceChildren(place, chips);
}
