// The coverage map: cells or districts coloured by one measure; the table below says the same.
import { append, byId, all, h, readJson, replaceChildren, revealScriptOnly } from "./dom.js";
import { distance, number, t, withLanguage } from "./words.js";

const HALF_LAT = 1 / 480;
const HALF_LON = 1 / 320;
const FEW_TO_MANY = ["#ffffff", "#fde9c4", "#f9c57d", "#7fb8c9", "#3b7fa6", "#123f6d"];
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const km = (metres) => distance(metres);
const percent = (share) => `${Math.round(share * 100)}%`;

/** What can be shown: where its values are, the edges of its classes, and whether more is better. */
const MEASURES = {
  count: { of: "cells", key: "within_2000_m", edges: [1, 2, 3, 5, 10], say: number, more: true },
  nearest: { of: "cells", key: "nearest_m", edges: [500, 1000, 2000, 4000, 8000], say: km, more: false },
  catchment: { of: "cells", key: "floating_catchment", edges: null, say: (v) => (v * 10000).toFixed(1), more: true },
  lack: { of: "districts", key: "pop75_uncovered_share", edges: [0.01, 0.05, 0.1, 0.2, 0.4], say: percent, more: false },
  per: { of: "districts", key: "per_10000_pop75", edges: null, say: (v) => v.toFixed(1), more: true },
};

/** Five edges that part the values into six classes of equal size; equal edges are joined. */
function sixths(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (!sorted.length) return [0];
  const edges = [1, 2, 3, 4, 5].map((n) => sorted[Math.floor((n * sorted.length) / 6)]);
  return edges.filter((edge, n) => n === 0 || edge > edges[n - 1]);
}

class CoverageMap {
  constructor(element, answer, outlines) {
    this.answer = answer;
    this.outlines = outlines;
    this.map = L.map(element, {
      preferCanvas: false, zoomControl: false, zoomAnimation: !calm, fadeAnimation: !calm, inertia: !calm,
    });
    L.control.zoom({ zoomInTitle: t("zoom-in"), zoomOutTitle: t("zoom-out") }).addTo(this.map);
    L.control.scale({ imperial: false }).addTo(this.map);
    this.map.attributionControl.setPrefix('<a href="https://leafletjs.com/">Leaflet</a>');
    this.map.createPane("outlines").style.zIndex = "450";
    this.map.getPane("outlines").style.pointerEvents = "none";
    this.canvas = L.canvas({ padding: 0.3 });
    this.coloured = L.layerGroup().addTo(this.map);
    const drawn = L.geoJSON(outlines, { pane: "outlines", interactive: false, style: { className: "reach-outline" } });
    drawn.addTo(this.map);
    this.map.fitBounds(drawn.getBounds(), { animate: false });
  }

  show(name) {
    const measure = MEASURES[name];
    const values = measure.of === "cells"
      ? this.answer.cells[measure.key]
      : this.answer.districts.map((row) => row[measure.key]);
    const edges = measure.edges || sixths(values);
    const colours = measure.more ? FEW_TO_MANY : [...FEW_TO_MANY].reverse();
    const colour = (value) => colours[edges.filter((edge) => value >= edge).length];
    this.coloured.clearLayers();
    if (measure.of === "cells") this._cells(values, colour);
    else this._districts(measure.key, colour);
    this._legend(name, measure, edges, colours);
  }

  _cells(values, colour) {
    const { lon, lat, district } = this.answer.cells;
    for (let n = 0; n < values.length; n += 1) {
      if (values[n] === null) continue;
      const corner = [[lat[n] - HALF_LAT, lon[n] - HALF_LON], [lat[n] + HALF_LAT, lon[n] + HALF_LON]];
      L.rectangle(corner, {
        renderer: this.canvas, weight: 0.5, color: "#777777", fillColor: colour(values[n]), fillOpacity: 0.9,
      }).bindTooltip(() => this._cellText(n)).on("click", () => this.choose(district[n])).addTo(this.coloured);
    }
  }

  _cellText(n) {
    const { cells } = this.answer;
    const low = cells.within_2000_m[n];
    const high = cells.within_2000_m_possible[n];
    const lines = [
      t("reach-people", { people: number(Math.round(cells.pop75[n])) }),
      `2 km: ${low === high ? t("reach-places", { count: low }) : t("reach-places-range", { low, high })}`,
    ];
    if (cells.nearest_m[n] !== null) lines.push(t("reach-nearest", { distance: km(cells.nearest_m[n]) }));
    return h("div", {}, lines.map((line) => h("div", {}, line)));
  }

  _districts(key, colour) {
    for (const row of this.answer.districts) {
      const feature = this.outlines.features.find((item) => item.properties.code === row.district);
      if (!feature || row[key] === null) continue;
      L.geoJSON(feature, {
        style: { className: "reach-area", color: "#1a1a1a", weight: 1, fillColor: colour(row[key]), fillOpacity: 0.9 },
      }).bindTooltip(() => h("div", {}, `${row.name} ${MEASURES[this.name].say(row[key])}`))
        .on("click", () => this.choose(row.district)).addTo(this.coloured);
    }
  }

  _legend(name, measure, edges, colours) {
    this.name = name;
    const say = measure.say;
    const label = (n) => {
      if (name === "count" && (n === 0 || edges[n] === edges[n - 1] + 1)) return say(n === 0 ? 0 : edges[n - 1]);
      if (n === 0) return t("reach-below", { high: say(edges[0]) });
      if (n === edges.length) return t("reach-from", { low: say(edges[n - 1]) });
      return t("reach-between", { low: say(edges[n - 1]), high: say(name === "count" ? edges[n] - 1 : edges[n]) });
    };
    const items = Array.from({ length: edges.length + 1 }, (_, n) => {
      const swatch = h("span", { class: "reach-swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = colours[n];
      return h("li", {}, swatch, label(n));
    });
    const title = document.querySelector(`[data-measure="${name}"]`).dataset.label;
    replaceChildren(byId("reach-legend"), h("h3", {}, title), h("ul", {}, items));
  }

  /** Shows a district's own figures: the sentence of the page, and the way to its facilities. */
  choose(code) {
    for (const item of all(".reach-sentences li")) item.classList.toggle("is-chosen", item.id === `reach-${code}`);
    const said = byId(`reach-${code}`);
    const row = this.answer.districts.find((item) => item.district === code);
    if (!row) return;
    const words = said ? said.lastChild.textContent : row.sentence;
    const box = byId("reach-chosen");
    replaceChildren(box, h("h3", {}, row.name), h("p", {}, words));
    append(box, [
      h("p", {}, h("a", { href: withLanguage(`/districts/${encodeURIComponent(code)}`) }, t("reach-open"))),
    ]);
  }
}

async function load(address) {
  const response = await fetch(address, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

async function start() {
  const query = readJson("reach-query");
  if (!query) return;
  revealScriptOnly();
  try {
    const [answer, held] = await Promise.all([load(query.api), load(query.districts)]);
    const codes = new Set(answer.districts.map((row) => row.district));
    const outlines = {
      type: "FeatureCollection",
      features: held.features.filter((item) => codes.has(item.properties.code) && item.geometry),
    };
    const chart = new CoverageMap(byId("reach-map"), answer, outlines);
    chart.show("count");
    for (const button of all("[data-measure]")) {
      button.addEventListener("click", () => {
        for (const other of all("[data-measure]")) other.setAttribute("aria-pressed", String(other === button));
        chart.show(button.dataset.measure);
      });
    }
  } catch (error) {
    replaceChildren(byId("reach-chosen"), t("reach-failed"));
  }
}

start();
