// The coverage map: cells or districts coloured by one measure; the tables below say the same.
import { append, byId, h, replaceChildren } from "./dom.js";
import { fillOf, MEASURES, scaleOf, swatchFill } from "./coverage_scale.js";
import { layLand } from "./land.js";
import { middleOf } from "./outlines.js";
import { distance, t, w } from "./words.js";

const HALF_LAT = 1 / 480;
const HALF_LON = 1 / 320;
const MOST_NAMED = 20;
const PAPER_WIDTH = 500;
const PAPER_HEIGHT = 420;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function mark(kind, text) {
  return h("span", { class: `coverage-mark coverage-mark--${kind}`, "aria-hidden": "true" }, text);
}

export class CoverageMap {
  /** `data` as `coverage_map.py` makes it; `outlines` of its districts; `choose(code)` when pressed. */
  constructor(element, data, outlines, reach, choose) {
    this.element = element;
    this.data = data;
    this.reach = reach;
    this.choose = choose;
    this.features = new Map(outlines.map((feature) => [feature.properties.code, feature]));
    this.map = L.map(element, { zoomControl: false, zoomAnimation: !calm, fadeAnimation: !calm, inertia: !calm });
    L.control.zoom({ zoomInTitle: t("zoom-in"), zoomOutTitle: t("zoom-out") }).addTo(this.map);
    L.control.scale({ imperial: false }).addTo(this.map);
    this.map.attributionControl.setPrefix('<a href="https://leafletjs.com/">Leaflet</a>');
    for (const [pane, level] of [["outlines", "450"], ["names", "460"]]) {
      this.map.createPane(pane).style.zIndex = level;
      this.map.getPane(pane).style.pointerEvents = "none";
    }
    this.canvas = L.canvas({ padding: 0.3 });
    this.coloured = L.layerGroup().addTo(this.map);
    this.names = L.layerGroup().addTo(this.map);
    this.dots = L.layerGroup();
    const drawn = L.geoJSON(outlines, { pane: "outlines", interactive: false, style: { className: "coverage-outline" } });
    drawn.addTo(this.map);
    this.map.fitBounds(this._cellBounds().extend(drawn.getBounds()), { animate: false });
    window.addEventListener("beforeprint", () => this._fitPaper());
    for (const place of data.planned) this._mark(place, "planned", "＋");
    for (const place of data.closed) this._mark(place, "closes", "×");
  }

  /** Draws what lies around the districts: land, and the other districts held. */
  layAround(held) {
    layLand(this.map);
    const parents = new Set(held.map((feature) => feature.properties.parent));
    for (const feature of held) {
      const { code, level } = feature.properties;
      if (parents.has(code) || level === "prefecture") continue;
      const own = this.features.has(code) ? " outline--served" : "";
      L.geoJSON(feature, { pane: "land", interactive: false, style: { className: `outline${own}` } }).addTo(this.map);
    }
  }

  /** Shows one measure, of sure facilities or (level `_possible`) of all that may count. */
  show(name, level) {
    this.name = name;
    this.level = level;
    const ofCells = MEASURES[name].of === "cells";
    const rows = ofCells ? this.data.cells : this._columns();
    const scale = scaleOf(name, rows, level);
    const fills = scale.all.map(fillOf);
    this.coloured.clearLayers();
    this.names.clearLayers();
    if (ofCells) this._cells(scale, fills);
    else this._districts(scale, fills);
    this._name(ofCells ? null : rows[name + level]);
    this._legend(scale);
    if (this.map.hasLayer(this.dots)) this.dots.eachLayer((dot) => /** @type {any} */ (dot).bringToFront());
  }

  showDots(on) {
    if (!on) this.dots.remove();
    else if (!this.dots.getLayers().length) this._dots();
    if (on) this.dots.addTo(this.map);
    this.show(this.name, this.level);
  }

  /** Lets the next press on the map choose a place; `picked({lng, lat})` is told. */
  pick(picked) {
    this.picking = picked;
    this.element.classList.toggle("is-picking", Boolean(picked));
    this.map.off("click");
    if (picked) this.map.on("click", (event) => picked(event.latlng.wrap()));
  }

  /** Marks the place that was chosen, in place of an earlier one. */
  markPicked(place) {
    if (this.picked) this.picked.remove();
    this.picked = place && this._mark({ lon: place.lng, lat: place.lat, name: "" }, "planned", "＋");
  }

  centre() {
    return this.map.getCenter().wrap();
  }

  /** Paper has another width, and nothing is drawn anew while printing: the picture is scaled. */
  _fitPaper() {
    const { offsetWidth, offsetHeight, style } = this.element;
    style.setProperty("--map-width", `${offsetWidth}px`);
    style.setProperty("--map-height", `${offsetHeight}px`);
    style.setProperty("--map-zoom", String(Math.min(PAPER_WIDTH / offsetWidth, PAPER_HEIGHT / offsetHeight)));
  }

  _columns() {
    const columns = {};
    for (const key of Object.keys(this.data.districts[0])) columns[key] = this.data.districts.map((row) => row[key]);
    return columns;
  }

  _cellBounds() {
    const { lon, lat } = this.data.cells;
    return L.latLngBounds(lat.map((value, n) => [value, lon[n]]));
  }

  _press(code) {
    if (!this.picking) this.choose(code);
  }

  _cells(scale, fills) {
    const { lon, lat, home } = this.data.cells;
    for (let n = 0; n < lon.length; n += 1) {
      const kind = scale.at(n);
      if (kind < 0) continue;
      this._cell(lat[n], lon[n], fills[kind])
        .bindTooltip(() => this._cellText(n))
        .on("click", () => this._press(this.data.districts[home[n]].code))
        .addTo(this.coloured);
    }
  }

  /** A census cell is a box; a town is known by a point only. */
  _cell(lat, lon, fillColor) {
    const style = { renderer: this.canvas, weight: 0.4, color: "#8c8c8c", fillColor, fillOpacity: 0.95 };
    if (this.data.unit === "towns") return L.circleMarker([lat, lon], { ...style, radius: 7, weight: 1, color: "#1a1a1a" });
    return L.rectangle([[lat - HALF_LAT, lon - HALF_LON], [lat + HALF_LAT, lon + HALF_LON]], style);
  }

  _cellText(n) {
    const { cells } = this.data;
    const places = (low, high) => (low === high ? w("coverage-places", { count: low }) : w("coverage-places-range", { low, high }));
    const lines = [
      this.data.districts[cells.home[n]].name,
      cells.people[n] === null ? w("coverage-hidden") : w("coverage-people", { people: Math.round(cells.people[n]) }),
      [w("coverage-within", { reach: this.reach }), " ", places(cells.count[n], cells.count_possible[n])],
    ];
    if (cells.was_count && cells.was_count[n] !== cells.count[n]) {
      lines.push(w("coverage-was", { before: cells.was_count[n], after: cells.count[n] }));
    }
    if (cells.nearest[n] !== null) lines.push(w("coverage-nearest", { distance: distance(cells.nearest[n]) }));
    if (cells.estimated[n]) lines.push(w("coverage-estimated"));
    return h("div", {}, lines.map((line) => h("div", {}, line)));
  }

  _districts(scale, fills) {
    this.data.districts.forEach((row, n) => {
      const feature = this.features.get(row.code);
      const kind = scale.at(n);
      if (!feature || kind < 0) return;
      const style = { renderer: this.canvas, color: "#1a1a1a", weight: 1, fillColor: fills[kind], fillOpacity: 0.95 };
      L.geoJSON(feature, /** @type {any} */ ({ renderer: this.canvas, style })).on("click", () => this._press(row.code)).addTo(this.coloured);
    });
  }

  /** Writes the districts' names, with their values where districts are coloured. */
  _name(values) {
    if (this.data.districts.length > MOST_NAMED) return;
    this.data.districts.forEach((row, n) => {
      const feature = this.features.get(row.code);
      if (!feature) return;
      const lines = [row.name];
      if (values && values[n] !== null) lines.push(MEASURES[this.name].say(values[n]));
      const html = h("div", { class: "coverage-name" }, lines.map((line) => h("div", {}, line)));
      const icon = L.divIcon({ html, className: "coverage-name-holder", iconSize: [140, 40] });
      L.marker(middleOf(feature.geometry), { icon, interactive: false, keyboard: false, pane: "names" }).addTo(this.names);
    });
  }

  _dots() {
    const { lon, lat, sure, name } = this.data.facilities;
    for (let n = 0; n < lon.length; n += 1) {
      L.circleMarker([lat[n], lon[n]], {
        renderer: this.canvas, radius: 3.5, weight: 1.5, color: sure[n] ? "#ffffff" : "#1a1a1a",
        fillColor: sure[n] ? "#1a1a1a" : "#ffffff", fillOpacity: 1, bubblingMouseEvents: true,
      }).bindTooltip(() => h("div", {}, name[n])).addTo(this.dots);
    }
  }

  _mark(place, kind, text) {
    const icon = L.divIcon({ html: mark(kind, text), className: "coverage-mark-holder", iconSize: [28, 28] });
    const marker = L.marker([place.lat, place.lon], { icon, keyboard: false, interactive: Boolean(place.name) });
    if (place.name) marker.bindTooltip(() => h("div", {}, place.name));
    return marker.addTo(this.map);
  }

  _legend(scale) {
    const items = scale.shown.map((item) => {
      const swatch = h("span", { class: "coverage-swatch", "aria-hidden": "true" });
      swatch.style.background = swatchFill(item);
      return h("li", {}, swatch, item.label);
    });
    const more = (symbol, key) => items.push(h("li", {}, symbol, w(key)));
    if (this.map.hasLayer(this.dots)) {
      more(h("span", { class: "coverage-dot", "aria-hidden": "true" }), "coverage-dot-sure");
      more(h("span", { class: "coverage-dot coverage-dot--maybe", "aria-hidden": "true" }), "coverage-dot-maybe");
    }
    if (this.data.planned.length) more(mark("planned", "＋"), "coverage-planned");
    if (this.data.closed.length) more(mark("closes", "×"), "coverage-closes");
    const title = byId("coverage-measure").selectedOptions[0].textContent;
    const box = byId("coverage-legend");
    replaceChildren(box, h("h3", {}, title));
    append(box, [h("ul", {}, items)]);
  }
}
