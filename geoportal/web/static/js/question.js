// What is being asked. The home lives here, in memory, and in the bodies of our POSTs only.
import * as form from "./form.js";

export const PAGE = 20;
const ORDERED = 500; // what another order is made of: the first by fit and distance
const OPEN_FIRST = { open: 0, unknown: 1, closed: 2 };
const BANDS = { match: 0, possible: 1, no: 2 };

export class Question {
  constructor(text) {
    this.forget();
    this.text = text;
  }

  forget() {
    this.near = null;
    this.nearKey = "";
    this.text = "";
    this.typed = ""; // the text of the box that led to this place or these words
  }

  around(near, key) {
    this.near = near;
    this.nearKey = key;
    this.text = "";
  }

  byWords(text) {
    this.near = null;
    this.text = text;
  }

  /** The body of a search, from the form and the place. */
  request(offset) {
    const values = form.read();
    const request = { kinds: values.kinds, needs: values.needs, include: values.include, limit: PAGE, offset, facets: true };
    if (values.district) request.district = values.district;
    if (this.near) {
      request.near = this.near;
      request.radius_m = values.radius;
    }
    if (this.text) request.q = this.text;
    if (values.open) request.open_at = new Date().toISOString();
    if (values.why) request.explain = true;
    if (values.order !== "near") request.limit = ORDERED;
    return request;
  }

  /** Gives a download what the boxes of the form do not hold. */
  carry() {
    const near = this.near;
    if (near && typeof near.lon === "number") form.carry({ lon: near.lon, lat: near.lat });
    else form.carry(this.text && !form.read().address ? { q: this.text } : {});
  }
}

export const answerable = (request) => Boolean(request.near || request.district || request.q);

/** Puts what is open now first, within each band; otherwise the order of the answer stays. */
export function inOrder(features, request) {
  if (request.limit === PAGE) return features;
  const rank = (p) => BANDS[p.match] * 3 + OPEN_FIRST[p.open_now];
  return features.map((feature, index) => ({ feature, index }))
    .sort((a, b) => rank(a.feature.properties) - rank(b.feature.properties) || a.index - b.index)
    .map(({ feature }) => feature);
}
