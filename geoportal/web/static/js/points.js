// All facilities in the background: drawn on one canvas, near ones counted together. Measured with
// 20,000 facilities: markers in the page took more than a second to zoom, this takes milliseconds.
import { number } from "./words.js";

const CELL = 72;
const SINGLE_FROM_ZOOM = 17;
const PIN = 26;
const REACH = 20;

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Outlines of the marks, in a square of side 1; the same shapes as the glyphs in the list. */
const SHAPES = {
  square: [[0, 0], [1, 0], [1, 1], [0, 1]],
  hexagon: [[0.22, 0], [0.78, 0], [1, 0.5], [0.78, 1], [0.22, 1], [0, 0.5]],
  house: [[0.5, 0], [1, 0.34], [1, 1], [0, 1], [0, 0.34]],
  diamond: [[0.5, 0], [1, 0.5], [0.5, 1], [0, 0.5]],
  tag: [[0, 0], [0.74, 0], [1, 0.5], [0.74, 1], [0, 1]],
};

function sprite(kind, ratio) {
  const canvas = document.createElement("canvas");
  const edge = 2;
  canvas.width = canvas.height = Math.ceil((PIN + 2 * edge) * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.translate(edge, edge);
  const shape = (/glyph--(square|circle|hexagon|house|diamond|tag)/.exec(kind.mark) || [])[1] || "square";
  pen.beginPath();
  if (shape === "circle") pen.arc(PIN / 2, PIN / 2, PIN / 2, 0, 2 * Math.PI);
  else SHAPES[shape].forEach(([x, y], i) => (i ? pen.lineTo(x * PIN, y * PIN) : pen.moveTo(x * PIN, y * PIN)));
  pen.closePath();
  pen.strokeStyle = "#fff";
  pen.lineWidth = 3;
  pen.stroke();
  pen.fillStyle = style(`--mark-${shape}`) || "#333";
  pen.fill();
  pen.fillStyle = "#fff";
  pen.font = `700 ${kind.glyph.length > 1 ? 10 : 13}px ${style("--font") || "sans-serif"}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(kind.glyph, PIN / 2 - (shape === "tag" ? 2 : 0), PIN / 2 + (shape === "house" ? 3 : 1));
  return canvas;
}

const latitudeToY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);

export const PointLayer = window.L && L.Layer.extend({
  initialize(kinds) {
    this.kinds = kinds;
    this.size = 0;
    this.byZoom = new Map();
    this.drawn = [];
    this.wanted = () => true;
  },

  onAdd(map) {
    this.map = map;
    this.canvas = L.DomUtil.create("canvas", "points leaflet-zoom-hide");
    this.canvas.setAttribute("aria-hidden", "true");
    map.getPane("points").appendChild(this.canvas);
    map.on("move moveend zoomend viewreset resize", this._soon, this);
    map.on("mousemove", this._hover, this);
    this.sprites = new Map();
    this.font = `700 14px ${style("--font") || "sans-serif"}`;
    this._soon();
  },

  /** Takes the compact columns of all facilities. */
  load(columns) {
    const { id, lon, lat, kind, name } = columns;
    this.columns = columns;
    this.size = id.length;
    this.x = new Float64Array(this.size);
    this.y = new Float64Array(this.size);
    for (let i = 0; i < this.size; i += 1) {
      const known = lon[i] !== null && lat[i] !== null;
      this.x[i] = known ? lon[i] / 360 + 0.5 : NaN;
      this.y[i] = known ? latitudeToY(lat[i]) : NaN;
    }
    this.facility = (i) => ({ id: id[i], kind: columns.kinds[kind[i]], name: name[i], lon: lon[i], lat: lat[i] });
    this.show(this.wanted);
  },

  /** Shows the facilities for which `wanted(id, kind)` is true. */
  show(wanted) {
    this.wanted = wanted;
    this.byZoom.clear();
    this._soon();
  },

  counts() {
    const counts = {};
    for (let i = 0; i < this.size; i += 1) {
      if (Number.isNaN(this.x[i])) continue;
      const kind = this.columns.kinds[this.columns.kind[i]];
      counts[kind] = (counts[kind] || 0) + 1;
    }
    return counts;
  },

  /** What lies under a point of the map's window: a facility, several, or nothing. */
  at(point) {
    let best = null;
    let nearest = REACH;
    for (const item of this.drawn) {
      const far = Math.hypot(item.left - point.x, item.top - point.y) - (item.count > 1 ? item.radius - REACH : 0);
      if (far < nearest) [nearest, best] = [far, item];
    }
    return best;
  },

  bounds(item) {
    const corner = (x, y) => L.latLng((Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90, (x - 0.5) * 360);
    return L.latLngBounds(corner(item.west, item.south), corner(item.east, item.north));
  },

  _hover(event) {
    if (this.hovering) return;
    this.hovering = window.requestAnimationFrame(() => {
      this.hovering = 0;
      const item = this.at(event.containerPoint);
      const box = this.map.getContainer();
      box.classList.toggle("is-over-point", Boolean(item));
      const title = item && item.count === 1 ? this.facility(item.index).name : "";
      if (box.title !== title) box.title = title;
    });
  },

  _soon() {
    if (this.waiting) return;
    this.waiting = window.requestAnimationFrame(() => {
      this.waiting = 0;
      this._draw();
    });
  },

  /** Near facilities counted together by a grid of the zoom's own; each mark stays in its cell. */
  _groups(zoom) {
    if (this.byZoom.has(zoom)) return this.byZoom.get(zoom);
    const cells = new Map();
    const scale = (256 * 2 ** zoom) / CELL;
    const groups = [];
    const { id, kind, kinds } = this.columns;
    for (let i = 0; i < this.size; i += 1) {
      const x = this.x[i];
      const y = this.y[i];
      if (x !== x || !this.wanted(id[i], kinds[kind[i]])) continue;
      const key = Math.floor(x * scale) * 67108864 + Math.floor(y * scale);
      const group = zoom >= SINGLE_FROM_ZOOM ? undefined : cells.get(key);
      if (group) {
        group.count += 1;
        group.x += x;
        group.y += y;
        group.west = Math.min(group.west, x);
        group.east = Math.max(group.east, x);
        group.north = Math.min(group.north, y);
        group.south = Math.max(group.south, y);
      } else {
        const fresh = { index: i, count: 1, x, y, west: x, east: x, north: y, south: y };
        groups.push(fresh);
        cells.set(key, fresh);
      }
    }
    for (const group of groups) {
      if (group.count === 1) continue;
      group.radius = group.count < 10 ? 17 : group.count < 100 ? 20 : 24;
      group.x = this._inCell(group.x / group.count, scale, group.radius);
      group.y = this._inCell(group.y / group.count, scale, group.radius);
    }
    this.byZoom.set(zoom, groups);
    return groups;
  },

  _inCell(value, scale, radius) {
    const cell = Math.floor(value * scale);
    const margin = (radius + 1) / CELL;
    return (cell + Math.min(Math.max(value * scale - cell, margin), 1 - margin)) / scale;
  },

  _draw() {
    const size = this.map.getSize();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const { canvas } = this;
    if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, size.x, size.y);
    L.DomUtil.setPosition(canvas, this.map.containerPointToLayerPoint([0, 0]));
    this.drawn = [];
    if (this.size) this._drawGroups(pen, size, ratio);
    canvas.dataset.shown = String(this.drawn.length);
    this.fire("drawn");
  },

  _drawGroups(pen, size, ratio) {
    const zoom = this.map.getZoom();
    const world = 256 * 2 ** zoom;
    const origin = this.map.getPixelBounds().min;
    for (const group of this._groups(zoom)) {
      const left = group.x * world - origin.x;
      const top = group.y * world - origin.y;
      if (left < -30 || top < -30 || left > size.x + 30 || top > size.y + 30) continue;
      this.drawn.push({ ...group, left, top, radius: group.radius || PIN / 2 });
      if (group.count === 1) this._mark(pen, this.columns.kinds[this.columns.kind[group.index]], left, top, ratio);
      else this._count(pen, group, left, top);
    }
  },

  _mark(pen, kind, left, top, ratio) {
    if (!this.sprites.has(kind)) this.sprites.set(kind, sprite(this.kinds[kind], ratio));
    const edge = PIN + 4;
    pen.drawImage(this.sprites.get(kind), left - edge / 2, top - edge / 2, edge, edge);
  },

  _count(pen, group, left, top) {
    pen.beginPath();
    pen.arc(left, top, group.radius, 0, 2 * Math.PI);
    pen.fillStyle = "rgba(255, 255, 255, 0.92)";
    pen.fill();
    pen.lineWidth = 3;
    pen.strokeStyle = "#4d5a6b";
    pen.stroke();
    pen.fillStyle = "#1a1a1a";
    pen.font = this.font;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(number(group.count), left, top + 1);
  },
});
