// The part of the page that holds the map. The map comes when it can be seen, after the form
// works; what it should show is kept until then.
import * as api from "./api.js";
import { loadScript, replaceChildren } from "./dom.js";

const canBeSeen = (element) => element.getClientRects().length > 0;

export class MapPane {
  constructor(element, config, callbacks) {
    this.element = element;
    this.config = config;
    this.callbacks = callbacks;
    this.map = null;
    this.wanted = { kinds: [], district: "", tiles: false, area: null, pins: [], reached: [] };
  }

  /** Brings the map in where it can be seen; resolves when its data is there. */
  open() {
    if (!canBeSeen(this.element)) return Promise.resolve();
    if (!this.opening) this.opening = this._open();
    else if (this.map) {
      this.map.resize();
      this._fit();
    }
    return this.opening;
  }

  async _open() {
    const { leaflet, districts, names, points } = this.element.dataset;
    const outlines = Promise.all([api.get(districts), api.get(names)]);
    const facilities = api.get(points);
    const failed = () => this.callbacks.failed();
    let drawn = null;
    try {
      await loadScript(leaflet);
      drawn = await import("./map.js"); // its layers extend those of the library
    } catch (error) {
      outlines.catch(() => undefined);
      facilities.catch(() => undefined);
      failed();
      return;
    }
    replaceChildren(this.element);
    this.map = new drawn.FacilityMap(this.element, this.config, this.callbacks);
    this.map.setTiles(this.wanted.tiles);
    this.map.setKinds(this.wanted.kinds);
    if (this.wanted.area) this._draw();
    await Promise.all([
      outlines.then(([collection, named]) => {
        this.map.showDistricts(collection, named);
        this._fit();
      }).catch(failed),
      facilities.then((columns) => {
        this.map.loadPoints(columns);
        this.callbacks.loaded(this.map.kindCounts());
      }).catch(failed),
    ]);
  }

  _draw() {
    const { area, pins } = this.wanted;
    this.map.setOrigin(area.origin, area.radius);
    this.map.setResults(pins);
    this.map.setIsochrones(this.wanted.reached);
  }

  _fit() {
    const bounds = this.map.markDistrict(this.wanted.district);
    if (this.wanted.reached.length) this.map.setIsochrones(this.wanted.reached);
    else if (this.wanted.area) this.map.fit(this.wanted.area.origin, bounds);
  }

  /** Shows results in the area asked about (`origin`, `radius`, `district`); `fit` moves the view there. */
  show(area, pins, fit) {
    Object.assign(this.wanted, { area, pins, district: area.district, reached: [] });
    if (!this.map) return;
    this.map.resize();
    this._draw();
    if (fit) this._fit();
  }

  /** Shows the areas from which the place is reached by car, until another question. */
  showReached(features) {
    this.wanted.reached = features;
    if (this.map) this.map.setIsochrones(features);
  }

  /** Shows more results of the same answer. */
  extend(pins) {
    this.wanted.pins = pins;
    if (this.map) this.map.setResults(pins);
  }

  /** Follows filters that are not answered yet. */
  prepare(kinds, district) {
    Object.assign(this.wanted, { kinds, district });
    if (!this.map) return;
    this.map.setKinds(kinds);
    this.map.markDistrict(district);
  }

  setTiles(on) {
    this.wanted.tiles = on;
    if (this.map) this.map.setTiles(on);
  }

  highlight(id) {
    if (this.map) this.map.highlight(id);
  }

  /** Opens a result's popup, as soon as the map is there; says whether the map can be seen. */
  select(id) {
    if (!canBeSeen(this.element)) return false;
    this.open().then(() => this.map && this.map.select(id));
    return true;
  }

  /** Facilities of each kind, as soon as the map has them. */
  kindCounts() {
    return this.map ? this.map.kindCounts() : {};
  }

  centre() {
    return this.map && this.map.centre();
  }
}
