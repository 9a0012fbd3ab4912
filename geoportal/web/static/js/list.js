// The list of results: cards in bands, numbered through, in step with the map.
import { all, byId, h, replaceChildren } from "./dom.js";
import { telephone } from "./telephone.js";
import { day, distance, distanceWords, metres, moment, month, reasonWords, ruby, t, w, withLanguage, written } from "./words.js";

const MARKS = { yes: "✓", no: "✗", na: "－", unknown: "？" };

/** Open or not, today's hours, and when next; nothing where nothing is known. */
function opening(p) {
  const known = p.open_now === "open" || p.open_now === "closed";
  const parts = [];
  if (known) parts.push(h("span", { class: `open open--${p.open_now}` }, w(`now-${p.open_now}`)));
  if (p.today && p.today.length) parts.push(" ", h("span", {}, w("today", { hours: p.today.join(t("comma")) })));
  else if (known && p.today) parts.push(" ", h("span", {}, w("today-closed")));
  if (known && p.next_opening) parts.push(" ", h("span", {}, w("next-opening", { when: moment(p.next_opening) })));
  return parts.length ? h("p", { class: "card__open" }, parts) : null;
}

function accepting(p) {
  const state = p.accepting;
  if (!state || state.value === "unknown") return null;
  return h("p", { class: `card__accepting card__accepting--${state.value}` },
    h("strong", {}, w(`accepting-${state.value}`)), " ",
    h("span", { class: "need__evidence" }, w(`evidence-${state.evidence}`), ` ${day(state.as_of)}`));
}

export class ResultList {
  constructor(config, callbacks) {
    this.config = config;
    this.callbacks = callbacks;
    this.root = byId("results");
    this.root.addEventListener("mouseover", (event) => this._point(event));
    this.root.addEventListener("focusin", (event) => this._point(event));
    this.root.addEventListener("mouseleave", () => this.callbacks.highlight(null));
    this.root.addEventListener("click", (event) => {
      const card = event.target.closest(".card");
      if (card && !event.target.closest("a, button")) this.callbacks.select(card.dataset.id);
    });
  }

  _point(event) {
    const card = event.target.closest(".card");
    if (card) this.callbacks.highlight(card.dataset.id);
  }

  busy(isBusy) {
    this.root.setAttribute("aria-busy", isBusy ? "true" : "false");
  }

  /** Shows an answer from its first page on; `features` are all features loaded so far. */
  show(answer, features, request) {
    const counts = answer.counts;
    const hasNeeds = request.needs.length > 0;
    this.needs = request.needs;
    this.originError = (answer.origin && answer.origin.uncertainty_m) || 0;
    const offers = (answer.relaxations || []).concat(answer.relaxations_more || []);
    const bands = ["match", "possible", "no"].map((band) => this._band(band, features, counts, hasNeeds));
    replaceChildren(
      this.root,
      this._head(answer, hasNeeds),
      counts.match === 0 && offers.length ? this._relaxations(offers) : null,
      features.length ? null : h("p", { class: "empty" }, w(request.q && !request.district ? "text-none" : "results-none")),
      bands,
      features.length < answer.numberMatched ? this._more(answer.numberMatched - features.length) : null,
      this._notes(answer, request)
    );
    this.busy(false);
  }

  /** What is good to know about the whole answer, out of the way of the list. */
  _notes(answer, request) {
    const evidence = answer.visit_evidence;
    const unlocated = request.near ? answer.unlocated : 0;
    if (!evidence && !unlocated) return null;
    return h("div", { class: "results__notes" },
      evidence
        ? h("p", { class: "hint" }, w("visit-evidence", {
            all: evidence.institutions, visiting: evidence.visiting, yes: evidence.all_needs.yes,
          }))
        : null,
      unlocated ? h("p", { class: "hint" }, w("unlocated", { count: unlocated })) : null);
  }

  _head(answer, hasNeeds) {
    const origin = answer.origin;
    const counts = answer.counts;
    return h(
      "div",
      { class: "results__head" },
      h("h2", { id: "results-title", tabindex: "-1" }, w("results-title")),
      h(
        "p",
        { class: "results__summary" },
        w("results-count", { count: answer.numberMatched }),
        hasNeeds ? [" ", w("results-bands", { match: counts.match, possible: counts.possible })] : ""
      ),
      origin && typeof origin.lon === "number"
        ? h("p", { class: `results__origin${origin.uncertainty_m >= 500 ? " results__origin--coarse" : ""}` }, this.originWords(origin))
        : null
    );
  }

  originWords(origin) {
    if (origin.warnings.includes("station_position")) return w("origin-station", { metres: metres(origin.uncertainty_m) });
    if (origin.match_level === "point") return w("origin-point");
    const level = t(`level-${origin.match_level}`);
    return w("origin-address", { level, metres: metres(origin.uncertainty_m) });
  }

  _relaxations(relaxations) {
    const offered = relaxations.map((item) => ({ item, words: this._relaxWords(item) })).filter(({ words }) => words);
    if (!offered.length) return null;
    return h(
      "div",
      { class: "relax" },
      h("p", {}, w("relax-lead")),
      h("ul", { class: "relax__list" }, offered.map(({ item, words }) =>
        h("li", {}, h("button", {
          type: "button",
          class: "button button--quiet",
          on: { click: () => this.callbacks.relax(item) },
        }, w("relax-line", { what: words, count: item.adds })))))
    );
  }

  _relaxWords(item) {
    const words = (item.together || [item]).map((step) => {
      if (step.drop) return written("relax-need", { need: this.needLabel(step.drop) });
      if (step.radius_m) return written("relax-radius", { distance: distance(step.radius_m) });
      if (step.district) return written("relax-district", { name: this.callbacks.districtName(step.district) });
      if (step.any_kind) return written("relax-any-kind");
      if (step.any_time) return written("relax-any-time");
      return step.any_words ? written("relax-any-words") : "";
    });
    return words.every(Boolean) ? words.join(t("comma")) : "";
  }

  _band(band, features, counts, hasNeeds) {
    const numbered = features
      .map((feature, index) => ({ feature, number: index + 1 }))
      .filter(({ feature }) => feature.properties.match === band);
    if (!numbered.length) return null;
    const heading = hasNeeds
      ? h("h3", {}, w(`band-${band}`, { count: counts[band] }))
      : h("h3", { class: "visually-hidden" }, w("band-plain"));
    return h(
      "section",
      { class: `band band--${band}` },
      heading,
      hasNeeds && band === "possible" ? h("p", { class: "hint" }, w("band-possible-hint")) : null,
      h("ol", { class: "cards", start: numbered[0].number },
        numbered.map(({ feature, number }) => this._card(feature, number)))
    );
  }

  _more(rest) {
    return h("p", { class: "more" }, h("button", {
      type: "button",
      class: "button",
      id: "more",
      on: { click: () => this.callbacks.more() },
    }, w("more", { count: rest })));
  }

  _card(feature, number) {
    const p = feature.properties;
    const kind = this.config.kinds[p.kind];
    const location = this._locationWords(feature);
    return h(
      "li",
      { class: "card", id: `r-${feature.id}`, data: { id: feature.id } },
      h(
        "div",
        { class: "card__head" },
        h("span", { class: "card__number" }, h("span", { class: "visually-hidden" }, w("number-before")), number),
        h("h4", { class: "card__name" },
          h("a", { href: withLanguage(`/facilities/${encodeURIComponent(feature.id)}`), lang: "ja" }, p.name))
      ),
      h(
        "p",
        { class: "card__meta" },
        h("span", { class: `glyph ${kind.mark}`, "aria-hidden": "true" }, kind.glyph),
        h("span", {}, ruby(kind.short)),
        typeof p.distance_m === "number"
          ? h("span", { class: "card__distance" }, distanceWords(p.distance_m, this.originError + (p.location_uncertainty_m || 0), w))
          : null,
        p.visit_range ? h("span", { class: `range range--${p.visit_range}` }, w(`range-${p.visit_range}`)) : null,
        p.fictional ? h("span", { class: "badge badge--fictional" }, w("fictional-mark")) : null
      ),
      opening(p),
      accepting(p),
      this.needs.length
        ? h("ul", { class: "needs" }, this.needs.map((code) => this._need(code, (p.needs || {})[code] || { value: "unknown" })))
        : null,
      h("p", { class: "card__address", lang: "ja" }, p.address),
      location ? h("p", { class: "card__location" }, location) : null,
      p.why ? h("p", { class: "card__why" }, w("why"), ` ${p.why.map(reasonWords).join(" → ")}`) : null,
      h(
        "p",
        { class: "card__actions" },
        p.phone ? telephone(p.phone) : null,
        feature.geometry
          ? h("button", {
              type: "button", class: "button button--quiet button--small",
              on: { click: () => this.callbacks.select(feature.id) },
            }, w("show-on-map"), h("span", { class: "visually-hidden", lang: "ja" }, ` ${p.name}`))
          : null,
        this.callbacks.keepButton ? this.callbacks.keepButton(feature) : null
      )
    );
  }

  _need(code, item) {
    const value = item.applicable === false ? "na" : item.value;
    return h(
      "li",
      { class: `need need--${value}` },
      h("span", { class: "need__mark", "aria-hidden": "true" }, MARKS[value] || MARKS.unknown), " ",
      h("span", { class: "need__label" }, ruby(this.needLabel(code))), " ",
      h("span", { class: "need__value" }, w(`value-${value}`)), " ",
      item.evidence
        ? h("span", { class: "need__evidence" }, w(`evidence-${item.evidence}`), ` ${month(item.as_of)}`,
            item.stale ? [" ", h("span", { class: "badge badge--stale" }, w("stale"))] : null)
        : null
    );
  }

  _locationWords(feature) {
    const p = feature.properties;
    if (!feature.geometry) return w("location-none");
    if (!p.location_level || ["point", "house"].includes(p.location_level)) return "";
    return w(`location-${p.location_level}`, { metres: metres(p.location_uncertainty_m || 0) });
  }

  needLabel(code) {
    return this.config.needs[code] || code;
  }

  highlight(id) {
    for (const card of all(".card", this.root)) card.classList.toggle("is-highlighted", card.dataset.id === id);
  }

  select(id, { scroll = true, focus = false } = {}) {
    this.highlight(id);
    const card = all(".card", this.root).find((item) => item.dataset.id === id);
    if (!card) return;
    if (scroll) card.scrollIntoView({ block: "nearest", behavior: "auto" });
    if (focus) card.querySelector("a").focus({ preventScroll: true });
  }

  focusCard(index) {
    const card = all(".card", this.root)[index];
    if (card) card.querySelector("a").focus();
  }

  focusTitle() {
    const title = byId("results-title");
    if (title) title.focus({ preventScroll: true });
  }
}
