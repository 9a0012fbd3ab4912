// How the coverage map colours what it shows: classes, colours, labels. The worst class is hatched,
// lightness falls steadily: it reads without colour vision and on black and white paper.
import { distance, number, t, w } from "./words.js";

const FEW_TO_MANY = ["#ffffff", "#fde9c4", "#f9c57d", "#7fb8c9", "#3b7fa6", "#123f6d"];
const UNCHANGED = "#f4f4f4";
const CHANGES = [
  { key: "newly", colour: "#123f6d", of: (was, now) => was === 0 && now > 0 },
  { key: "more", colour: "#7fb8c9", of: (was, now) => now > was },
  { key: "same", colour: UNCHANGED, of: (was, now) => now === was },
  { key: "less", colour: "#f9c57d", of: (_was, now) => now > 0 },
  { key: "lost", colour: "#ffffff", hatched: true, of: () => true },
];
function percent(share) {
  if (share > 0 && share < 0.01) return t("coverage-below", { high: "1%" });
  if (share > 0.99 && share < 1) return t("coverage-from", { low: "99%" });
  return `${Math.round(share * 100)}%`;
}
const tenths = (value) => value.toFixed(1);

/** What can be shown: of cells or districts, the edges of its classes, whether more is better. */
export const MEASURES = {
  fewer: { of: "cells" },
  count: { of: "cells", edges: [1, 2, 3, 5, 10], say: number, more: true, whole: true },
  nearest: { of: "cells", edges: [500, 1000, 2000, 4000, 8000], say: distance, more: false },
  catchment: { of: "cells", edges: null, say: tenths, more: true },
  lack: { of: "districts", edges: [0.01, 0.05, 0.1, 0.2, 0.4], say: percent, more: false },
  per: { of: "districts", edges: null, say: tenths, more: true },
};

/** Up to five edges that part the values into classes of equal size, each above the least value. */
function sixths(values) {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const edges = [1, 2, 3, 4, 5].map((n) => sorted[Math.floor((n * sorted.length) / 6)]);
  return edges.filter((edge, n) => edge > (n ? edges[n - 1] : sorted[0]));
}

/** The classes of a measure: `{colour, hatched, label}` each, and `at(n)`, the class of a row. */
export function scaleOf(name, rows, level) {
  const scale = name === "fewer" ? changes(rows, level) : classes(MEASURES[name], rows[name + level], rows[name]);
  return rows.undecided?.includes(1) ? withUndecided(scale, rows.undecided) : scale;
}

/** Districts where a source that would tell is not held have a class of their own. */
function withUndecided(scale, undecided) {
  const item = { colour: "#e6e6e6", hatched: true, label: w("coverage-undecided") };
  const shown = undecided.includes(0) ? [...scale.shown, item] : [item];
  return { all: [...scale.all, item], shown, at: (n) => (undecided[n] ? scale.all.length : scale.at(n)) };
}

function changes(rows, level) {
  const was = rows[`was_count${level}`];
  const now = rows[`count${level}`];
  const at = (n) => CHANGES.findIndex((change) => change.of(was[n], now[n]));
  const used = new Set(was.map((_, n) => at(n)));
  const all = CHANGES.map((change) => ({ ...change, label: w(`coverage-${change.key}`) }));
  return { all, at, shown: all.filter((_, n) => used.has(n)) };
}

function classes(measure, values, sureValues) {
  const edges = measure.edges || sixths(sureValues);
  const last = edges.length;
  const colour = (n) => {
    const step = last ? Math.round((n * 5) / last) : 0;
    return FEW_TO_MANY[measure.more ? step : 5 - step];
  };
  const label = (n) => {
    if (measure.whole && (n === 0 || (n < last && edges[n] === edges[n - 1] + 1))) return measure.say(n && edges[n - 1]);
    if (!last) return w("coverage-from", { low: measure.say(Math.min(...values.filter((value) => value !== null))) });
    if (n === 0) return w("coverage-below", { high: measure.say(edges[0]) });
    if (n === last) return w("coverage-from", { low: measure.say(edges[last - 1]) });
    return w("coverage-between", { low: measure.say(edges[n - 1]), high: measure.say(measure.whole ? edges[n] - 1 : edges[n]) });
  };
  const worst = measure.more ? 0 : last;
  const all = Array.from({ length: last + 1 }, (_, n) => ({ colour: colour(n), hatched: n === worst, label: label(n) }));
  return { all, shown: all, at: (n) => (values[n] === null ? -1 : edges.filter((edge) => values[n] >= edge).length) };
}

/** A fill for canvas: the colour, with thin diagonal lines where the class is hatched. */
export function fillOf(item) {
  if (!item.hatched) return item.colour;
  const tile = document.createElement("canvas");
  tile.width = 6;
  tile.height = 6;
  const pen = tile.getContext("2d");
  pen.fillStyle = item.colour;
  pen.fillRect(0, 0, 6, 6);
  pen.strokeStyle = "#8a2b00";
  pen.lineWidth = 1.2;
  for (const shift of [-6, 0, 6]) {
    pen.beginPath();
    pen.moveTo(shift, 6);
    pen.lineTo(shift + 6, 0);
    pen.stroke();
  }
  return pen.createPattern(tile, "repeat");
}

/** The same fill for a swatch of the legend. */
export function swatchFill(item) {
  const lines = "repeating-linear-gradient(135deg, transparent 0 3px, #8a2b00 3px 4px)";
  return item.hatched ? `${lines}, ${item.colour}` : item.colour;
}
