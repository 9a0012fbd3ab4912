// Names on the map: of districts, and where it has no tiles of what lies around them, of waters and
// stations. They stand beside the counts and pins, never on them nor on each other.
import { h } from "./dom.js";
import { cornersOf, middleOf } from "./outlines.js";
import { ruby } from "./words.js";

const LEAST = 34; // a district narrower than this on the screen is left without a name
const STEPS = [0, -22, 22, -36, 36, -52, 52];
const FAR = 9; // what a pixel away from the middle costs, in covered pixels
const MOST_COVERED = 0.22;
const DOT = 5; // half of a station's mark

/** Names by what they name: height in pixels of a letter and of its reading, and the least zoom. */
const KINDS = {
  district: { letter: 14, from: 0 },
  municipality: { letter: 13, from: 8 },
  ward: { letter: 13, from: 10 },
  water: { letter: 13, from: 10 },
  station: { letter: 12, from: 11 },
};
const ORDER = Object.keys(KINDS);
const NAMED = ["prefecture", "municipality", "ward"]; // local areas overlap them
const STATION_FROM = { 1: 13, 2: 12 }; // lines that call there: the least zoom; more call: that of the kind

const READING = /《([^》]+)》/g;
const WIDE = /[\u2e80-\uffff]/;

/** Room a text takes in letters of a height, with readings above it. */
function sizeOf(text, letter) {
  const readings = Array.from(text.matchAll(READING)).reduce((sum, [, reading]) => sum + reading.length, 0);
  const own = Array.from(text.replace(READING, "")).reduce((sum, one) => sum + (WIDE.test(one) ? 1 : 0.6), 0);
  return { wide: Math.max(own, readings * 0.5) * letter + 6, high: letter + 6 + (readings ? letter * 0.6 : 0) };
}

const covered = (box, other) =>
  Math.max(0, Math.min(box.right, other.right) - Math.max(box.left, other.left)) *
  Math.max(0, Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top));

const around = (x, y, wide, high) => ({ left: x - wide / 2, right: x + wide / 2, top: y - high / 2, bottom: y + high / 2 });

/** Where the name of a station may stand: right of its mark, left, above or below, as they are preferred. */
const beside = (x, y, wide, high) => [
  { x: x + DOT + wide / 2, y }, { x: x - DOT - wide / 2, y }, { x, y: y - DOT - high / 2 }, { x, y: y + DOT + high / 2 },
].map((spot, far) => ({ ...spot, far }));

export class Names {
  constructor(map) {
    this.map = map;
    this.pane = map.createPane("names");
    this.names = [];
  }

  /** Takes districts in place of those before; `texts` are their names in the page's language, readings in 《》. */
  setDistricts(features, texts) {
    for (const { kind, label } of this.names) if (kind === "district" && label) label.remove();
    this.names = this.names.filter(({ kind }) => kind !== "district");
    for (const { properties: p, geometry } of features) {
      if (!NAMED.includes(p.level)) continue;
      const [[south, west], [north, east]] = cornersOf(geometry);
      this._take("district", texts[p.code] || p.name, L.latLng(middleOf(geometry)), {
        corners: [L.latLng(north, west), L.latLng(south, east)], rank: (south - north) * (east - west),
      });
    }
    this._sort();
  }

  /** Takes places that are known as a point, in their order: `{kind, text, lon, lat}`, of stations `lines`. */
  addPlaces(places) {
    places.forEach(({ kind, text, lon, lat, lines }, rank) => {
      const from = kind === "station" ? STATION_FROM[lines] : 0;
      this._take(kind, text, L.latLng(lat, lon), { rank, from: Math.max(from || 0, KINDS[kind].from) });
    });
    this._sort();
  }

  _take(kind, text, middle, more) {
    this.names.push({ kind, text, middle, from: 0, label: null, mark: null, ...sizeOf(text, KINDS[kind].letter), ...more });
  }

  _sort() {
    this.names.sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || one.rank - other.rank);
  }

  /**
   * Puts every name where it covers least; `marks` are `{left, top, radius}` in the map's window.
   * With `only` names of that kind alone are shown: tiles have the others.
   */
  place(marks, only = "") {
    const window = this.map.getSize();
    const zoom = this.map.getZoom();
    const taken = marks.map(({ left, top, radius }) => around(left, top, 2 * radius, 2 * radius));
    const placed = [];
    for (const name of this.names) {
      const fits = name.from <= zoom && (!only || name.kind === only);
      const spot = fits ? this._spot(name, taken, placed, window) : null;
      for (const element of [name.label, name.mark]) if (element) element.hidden = !spot;
      if (!spot) continue;
      placed.push(around(spot.x, spot.y, name.wide, name.high));
      this._write(name, spot);
    }
  }

  _write(name, spot) {
    if (!name.label) {
      const japanese = WIDE.test(name.text) ? { lang: "ja" } : {};
      const classes = `map-name map-name--${name.kind} leaflet-zoom-hide`;
      name.label = h("span", { class: classes, "aria-hidden": "true", ...japanese }, ruby(name.text));
      this.pane.append(name.label);
      if (name.kind === "station") {
        name.mark = h("span", { class: "map-station leaflet-zoom-hide" });
        this.pane.append(name.mark);
      }
    }
    if (name.mark) this._move(name.mark, this.map.latLngToContainerPoint(name.middle));
    this._move(name.label, spot);
  }

  _move(element, spot) {
    const { x, y } = this.map.containerPointToLayerPoint([spot.x, spot.y]);
    element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -50%)`;
  }

  _spot(name, taken, placed, window) {
    const { wide, high } = name;
    const { x, y } = this.map.latLngToContainerPoint(name.middle);
    if (x < -wide || y < -high || x > window.x + wide || y > window.y + high) return null;
    let best = null;
    for (const spot of this._spots(name, x, y)) {
      const box = around(spot.x, spot.y, wide, high);
      if (placed.some((other) => covered(box, other))) continue;
      const hidden = taken.reduce((sum, other) => sum + covered(box, other), 0);
      if (hidden > MOST_COVERED * wide * high) continue;
      const cost = hidden + FAR * spot.far;
      if (!best || cost < best.cost) best = { ...spot, cost };
    }
    return best;
  }

  /** Where a name may stand: of a district within its corners, of anything else near its place. */
  _spots({ kind, corners, wide, high }, x, y) {
    if (kind === "station") return beside(x, y, wide, high);
    const steps = STEPS.flatMap((down) => STEPS.map((right) => ({ x: x + right, y: y + down, far: Math.hypot(right, down) })));
    if (!corners) return steps;
    const [first, last] = corners.map((corner) => this.map.latLngToContainerPoint(corner));
    if (Math.max(last.x - first.x, last.y - first.y) < LEAST) return [];
    return steps.filter((spot) => spot.x >= first.x && spot.x <= last.x && spot.y >= first.y && spot.y <= last.y);
  }
}
