// Up to five facilities of the shortlist side by side.
import { h } from "./dom.js";
import { month, ruby, w } from "./words.js";

const MARKS = { yes: "✓", no: "✗", unknown: "？" };
const COMPARED = 5;

function answerCell(code, shown) {
  const saying = code.startsWith("CAP.") ? "holds" : "value";
  const value = shown ? shown.value : "unknown";
  const why = shown && shown.evidence ? [w(`evidence-${shown.evidence}`), ` ${month(shown.as_of)} `, shown.stale ? w("stale") : null] : "";
  return [
    h("span", { class: `need--${value}` }, h("span", { class: "need__mark", "aria-hidden": "true" }, MARKS[value] || MARKS.unknown), " ", w(`${saying}-${value}`)),
    why ? h("small", { class: "compare__why" }, why) : null,
  ];
}

/** Needs to compare: those asked for, then others; only those that tell facilities apart where wanted. */
function answersOf(features, asked, onlyDifferences) {
  const others = features.flatMap(({ properties: p }) => Object.keys(p.shown || {})).filter((code) => !asked.includes(code) && !code.startsWith("FT."));
  return asked.concat([...new Set(others)].sort())
    .map((code) => ({ code, said: features.map(({ properties: p }) => (p.shown || {})[code]) }))
    .filter(({ code, said }) => !onlyDifferences || asked.includes(code) || new Set(said.map((item) => (item ? item.value : "unknown"))).size > 1);
}

/**
 * Builds the comparison; null where there are not two to compare.
 * @param {any[]} held facilities as GeoJSON features, in order
 * @param {{kinds: any, needs: any, asked: string[]}} config labels, and the needs asked for
 * @param {(id: string, part: string) => Node | ""} now what is true now: `distance`, `opening`
 * @param {boolean} onlyDifferences @param {(only: boolean) => void} changed
 */
export function compare(held, config, now, onlyDifferences, changed) {
  const features = held.slice(0, COMPARED);
  if (features.length < 2) return null;
  const line = (label, cells) => h("tr", {}, h("th", { scope: "row" }, label), cells.map((words) => h("td", {}, words)));
  const lineNow = (label, part) => {
    const cells = features.map(({ id }) => now(id, part));
    return cells.some(Boolean) ? line(label, cells) : null;
  };
  const box = h("input", { type: "checkbox", id: "differences", on: { change: (event) => changed(event.target.checked) } });
  box.checked = onlyDifferences;
  return h("section", { class: "compare no-print" },
    h("h2", { id: "compare-title" }, w("compare-title")),
    h("p", { class: "hint" }, w("compare-hint")),
    h("label", { class: "check" }, box, h("span", {}, w("compare-differences"))),
    h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-labelledby": "compare-title" },
      h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, w("name")), features.map((feature) => h("th", { scope: "col", lang: "ja" }, feature.properties.name)))),
        h("tbody", {},
          line(w("kind"), features.map(({ properties: p }) => ruby(config.kinds[p.kind].short))),
          lineNow(w("distance"), "distance"),
          lineNow(w("opening"), "opening"),
          line(w("phone"), features.map(({ properties: p }) => p.phone)),
          line(w("address"), features.map(({ properties: p }) => h("span", { lang: "ja" }, p.address))),
          answersOf(features, config.asked, onlyDifferences).map(({ code, said }) => line(ruby(config.needs[code] || code), said.map((shown) => answerCell(code, shown))))))));
}
