// Names of districts on the map: beside the counts and pins, never on them nor on each other.
import { h } from "./dom.js";
import { cornersOf, middleOf } from "./outlines.js";

const LETTER = 14;
const HIGH = 20;
const LEAST = 34; // a district narrower than this on the screen is left without a name
const STEPS = [0, -22, 22, -36, 36, -52, 52];
const FAR = 9; // what a pixel away from the middle costs, in covered pixels
const MOST_COVERED = 0.22;

const size = (name) => ({ wide: name.length * LETTER + 6, high: HIGH });

const covered = (box, other) =>
  Math.max(0, Math.min(box.right, other.right) - Math.max(box.left, other.left)) *
  Math.max(0, Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top));

const around = (x, y, wide, high) => ({ left: x - wide / 2, right: x + wide / 2, top: y - high / 2, bottom: y + high / 2 });

export class Names {
  constructor(map) {
    this.map = map;
    this.pane = map.createPane("names");
    this.names = [];
  }

  add(feature) {
    const { name } = feature.properties;
    const [[south, west], [north, east]] = cornersOf(feature.geometry);
    const label = h("span", { class: "district-name leaflet-zoom-hide", "aria-hidden": "true", lang: "ja" }, name);
    this.pane.append(label);
    this.names.push({
      label, ...size(name), middle: L.latLng(middleOf(feature.geometry)),
      corners: [L.latLng(north, west), L.latLng(south, east)], area: (north - south) * (east - west),
    });
    this.names.sort((one, other) => other.area - one.area);
  }

  /** Puts every name where it covers least; `marks` are `{left, top, radius}` in the map's window. */
  place(marks) {
    const window = this.map.getSize();
    const taken = marks.map(({ left, top, radius }) => around(left, top, 2 * radius, 2 * radius));
    const placed = [];
    for (const name of this.names) {
      const spot = this._spot(name, taken, placed, window);
      name.label.hidden = !spot;
      if (!spot) continue;
      placed.push(around(spot.x, spot.y, name.wide, name.high));
      const { x, y } = this.map.containerPointToLayerPoint([spot.x, spot.y]);
      name.label.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -50%)`;
    }
  }

  _spot({ middle, corners, wide, high }, taken, placed, window) {
    const [first, last] = corners.map((corner) => this.map.latLngToContainerPoint(corner));
    if (Math.max(last.x - first.x, last.y - first.y) < LEAST) return null;
    const { x, y } = this.map.latLngToContainerPoint(middle);
    if (x < -wide || y < -high || x > window.x + wide || y > window.y + high) return null;
    let best = null;
    for (const down of STEPS) {
      for (const right of STEPS) {
        const spot = { x: x + right, y: y + down };
        if (spot.x < first.x || spot.x > last.x || spot.y < first.y || spot.y > last.y) continue;
        const box = around(spot.x, spot.y, wide, high);
        if (placed.some((other) => covered(box, other))) continue;
        const hidden = taken.reduce((sum, other) => sum + covered(box, other), 0);
        if (hidden > MOST_COVERED * wide * high) continue;
        const cost = hidden + FAR * Math.hypot(right, down);
        if (!best || cost < best.cost) best = { ...spot, cost };
      }
    }
    return best;
  }
}
