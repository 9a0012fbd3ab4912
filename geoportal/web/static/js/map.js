// The map: outlines from our own data, all facilities behind, results as numbered pins.
import { layBaseMap, readBaseMap, sayAway } from "./base_map.js";
import * as api from "./api.js";
import { Districts } from "./districts.js";
import { append, h } from "./dom.js";
import { layLand } from "./land.js";
import { Names } from "./names.js";
import { markerKey, PointLayer } from "./points.js";
import { ruby, t, w, withLanguage } from "./words.js";

const RING_M = 16000;
/** Where a map opens of which nothing is known. */
const JAPAN = /** @type {[[number, number], number]} */ ([[37, 137], 5]);
const PIN_REACH = 18;
const TOP = 1000000;
const ABOVE = 3000; // more than a window is high, as what lies south is drawn above
/** @type {L.PopupOptions} clear of the buttons */
const POPUP = { autoPanPaddingTopLeft: [12, 104], autoPanPaddingBottomRight: [12, 28] };
const FINE = 0.25; // steps of the zoom without a base map: a city fills the window
const STATIONS_FROM = 11;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function pinIcon(kind, label, numeral) {
  const inner = h("span", { class: `glyph ${kind.mark} glyph--pin`, "aria-hidden": "true" }, kind.glyph);
  const box = h("span", { class: numeral ? "pin pin--result" : "pin" }, inner);
  if (numeral) append(box, [h("span", { class: "pin__number" }, numeral)]);
  append(box, [h("span", { class: "visually-hidden", lang: "ja" }, ` ${label}`)]);
  const size = numeral ? 36 : 26;
  return L.divIcon({ html: box, className: "pin-holder", iconSize: [size, size], popupAnchor: [0, -size / 2] });
}

export class FacilityMap {
  constructor(element, config, callbacks) {
    this.element = element;
    this.config = config;
    this.callbacks = callbacks;
    this.pins = new Map();
    this.kinds = [];
    this.map = L.map(element, {
      zoomControl: false,
      minZoom: 5,
      maxZoom: 18,
      zoomSnap: FINE,
      zoomAnimation: !calm,
      fadeAnimation: !calm,
      markerZoomAnimation: !calm,
      inertia: !calm,
      maxBoundsViscosity: 0.5,
    });
    if (config.start) this.map.setView([config.start.lat, config.start.lon], config.start.zoom);
    else this.map.setView(...JAPAN);
    L.control.zoom({ zoomInTitle: t("zoom-in"), zoomOutTitle: t("zoom-out") }).addTo(this.map);
    L.control.scale({ imperial: false }).addTo(this.map);
    this.map.attributionControl.setPrefix('<a href="https://leafletjs.com/">Leaflet</a>');
    this.area = L.layerGroup().addTo(this.map);
    this.map.createPane("points");
    this.map.createPane("reached").style.zIndex = "405"; // over land and outlines
    this.names = new Names(this.map);
    this.points = new (/** @type {any} */ (PointLayer))(config.kinds).addTo(this.map);
    this.points.on("drawn", () => this._placeNames());
    this.results = L.layerGroup().addTo(this.map);
    this.map.on("zoomend", () => this._loadStations());
    this.map.on("click", (event) => this._click(event));
    this.map.on("popupopen", (event) => this._nameClose(event.popup));
    this.map.on("locationfound", (event) => callbacks.centre({ lon: event.latlng.lng, lat: event.latlng.lat }));
  }

  _nameClose(popup) {
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close) close.setAttribute("aria-label", t("close"));
  }

  _click(event) {
    const item = this.points.at(event.containerPoint);
    if (!item) this._offerCentre(event.latlng);
    else if (item.count > 1) this.map.fitBounds(this.points.bounds(item), { padding: [40, 40], maxZoom: 17 });
    else this._openPoint(item);
  }

  _offerCentre(latlng) {
    const button = h("button", {
      type: "button",
      class: "button button--primary button--small",
      on: {
        click: () => {
          this.map.closePopup();
          this.callbacks.centre({ lon: latlng.lng, lat: latlng.lat });
        },
      },
    }, w("centre-here"));
    L.popup({ ...POPUP, closeButton: true }).setLatLng(latlng).setContent(h("div", { class: "popup" }, button)).openOn(this.map);
  }

  centre() {
    const point = this.map.getCenter();
    return { lon: point.lng, lat: point.lat };
  }

  resize() {
    this.map.invalidateSize({ animate: false });
  }

  /** Switches the base map on or off. */
  setTiles(on) {
    if (this.tiles) this.tiles.remove();
    this.tiles = null;
    this.map.options.zoomSnap = on ? 1 : FINE; // tiles are sharp at whole steps only
    this._placeNames();
    if (!on) {
      this._layLand();
      return;
    }
    if (this.moved || this.homeBounds) this.map.setZoom(Math.round(this.map.getZoom()), { animate: false });
    this.tiles = layBaseMap(this.map, readBaseMap(this.element), () => {
      this.setTiles(false);
      sayAway();
    });
  }

  /** Draws what tiles would show: once, when there are none. */
  _layLand() {
    if (this.land) return;
    this.land = layLand(this.map);
    this._loadStations();
  }

  _loadStations() {
    if (this.stations || this.tiles || this.map.getZoom() < STATIONS_FROM) return;
    this.stations = api.get(this.element.dataset.stations).then(({ name, lon, lat, lines }) => {
      this.names.addPlaces(name.map((text, n) => ({ kind: "station", text, lon: lon[n], lat: lat[n], lines: lines[n] })));
      this._placeNames();
    }).catch(() => undefined); // the map is good without them
  }

  /** Draws the districts held; `outlines` of all or only their `boxes`, names as `pages.map_names` sends them. */
  showDistricts(outlines, { districts, places }) {
    const { served } = this.config;
    const isServed = ({ code, parent }) => served.includes(code) || served.includes(parent);
    this.boxes = new Map(Object.entries(outlines.boxes));
    this.names.addPlaces(places);
    this.districts = new Districts(
      this.map, this.element.dataset.districts,
      (properties) => `outline${isServed(properties) ? " outline--served" : ""}`,
      (features) => {
        this.names.setDistricts(features, districts);
        this._placeNames();
      }
    );
    this._findHome(served);
    if (this.homeBounds.isValid() && !this.moved) this.map.fitBounds(this.homeBounds, { animate: false, padding: [8, 8] });
    if (outlines.complete) this.districts.draw(outlines.features);
    else this.districts.follow();
  }

  _corners(code) {
    const box = this.boxes && this.boxes.get(code);
    return box ? L.latLngBounds([box[1], box[0]], [box[3], box[2]]) : null;
  }

  /** Where the map opens: on the districts a centre answers for, or on all where there is none. */
  _findHome(served) {
    const home = served.filter((code) => this.boxes.has(code));
    this.homeBounds = L.latLngBounds([]);
    for (const code of home.length ? home : this.boxes.keys()) this.homeBounds.extend(this._corners(code));
  }

  _placeNames() {
    if (/** @type {any} */ (this.map.dragging).moving()) return; // they move along; what is beside them stays beside them
    const pins = Array.from(this.pins.values()).map((pin) => {
      const { x, y } = this.map.latLngToContainerPoint(pin.getLatLng());
      return { left: x, top: y, radius: PIN_REACH };
    });
    this.names.place(this.points.drawn.concat(pins), this.tiles ? "district" : "");
  }

  markDistrict(code) {
    if (this.districts) this.districts.mark(code);
    return this._corners(code);
  }

  /** Takes the compact columns of every facility. */
  loadPoints(columns) {
    this.points.load(columns);
    this._showPoints();
  }

  kindCounts() {
    return this.points.counts();
  }

  /** Shows what has no numbered pin and is of a chosen kind. */
  _showPoints() {
    this.points.show(this.kinds, new Set(Array.from(this.pins.values(), (pin) => pin.marker)));
  }

  setKinds(kinds) {
    if (kinds.join() === this.kinds.join()) return;
    this.kinds = kinds;
    this._showPoints();
  }

  /** Says who is at the place of a mark; several may share an address. */
  async _openPoint(mark) {
    const features = await this.points.facilitiesAt(mark).catch(() => []);
    const cards = features.map(({ id, properties }) => this._card(id, properties.kind, properties.name));
    if (!cards.length) return;
    L.popup({ ...POPUP, offset: [0, -10] }).setLatLng([mark.lat, mark.lon]).setContent(h("div", { class: "popup-list" }, cards)).openOn(this.map);
  }

  /** What a popup says of a facility; `phone` and `place` are what its card says of them, if anything. */
  _card(id, kind, name, phone = null, place = null) {
    const info = this.config.kinds[kind];
    return h(
      "div",
      { class: "popup" },
      h("p", { class: "popup__name" }, h("a", { href: withLanguage(`/facilities/${encodeURIComponent(id)}`), lang: "ja" }, name)),
      h("p", { class: "popup__kind" }, h("span", { class: `glyph ${info.mark}`, "aria-hidden": "true" }, info.glyph), " ", ruby(info.short)),
      phone ? h("p", {}, phone.cloneNode(true)) : null,
      place ? place.cloneNode(true) : null
    );
  }

  /** A first result lies above later ones, also above those further south. */
  _height(numeral) {
    return TOP - numeral * ABOVE;
  }

  /** Shows results as numbered pins, first result first; see `Pin` of results.js. */
  setResults(pins) {
    this.results.clearLayers();
    this.pins.clear();
    for (const { id, lon, lat, kind, number, name, card } of pins) {
      const pin = L.marker([lat, lon], {
        icon: pinIcon(this.config.kinds[kind], name, number),
        keyboard: true,
        title: `${number || ""} ${name}`.trim(),
        riseOnHover: true,
        zIndexOffset: this._height(number || pins.length),
      });
      Object.assign(pin, { number, marker: markerKey(kind, lon, lat), content: () => this._card(id, kind, name, card.querySelector(".tel"), card.querySelector(".card__location")) });
      pin.on("mouseover", () => this.callbacks.hover(id));
      pin.on("mouseout", () => this.callbacks.hover(null));
      pin.on("click", () => this.callbacks.pick(id));
      pin.on("keypress", (event) => {
        if (event.originalEvent && event.originalEvent.key === "Enter") this.callbacks.pick(id);
      });
      pin.addTo(this.results);
      const element = pin.getElement();
      if (element) {
        element.addEventListener("focus", () => this.callbacks.hover(id));
        element.dataset.id = id;
      }
      this.pins.set(id, pin);
    }
    this.element.classList.toggle("has-pins", this.pins.size > 0);
    this._showPoints();
  }

  /** Draws where distances are measured from: place, its uncertainty, the radius and 16 km. */
  setOrigin(origin, radius) {
    this.area.clearLayers();
    if (!origin) return;
    const place = L.latLng(origin.lat, origin.lon);
    const circle = (metres, name) =>
      L.circle(place, { radius: metres, interactive: false, className: `ring ring--${name}` }).addTo(this.area);
    if (radius !== RING_M) this.reach = circle(RING_M, "visit");
    this.reach = circle(radius, radius === RING_M ? "visit ring--radius" : "radius");
    if (origin.uncertainty_m > 30) circle(origin.uncertainty_m, "uncertainty");
    const icon = L.divIcon({
      html: h("span", { class: "home" }, h("span", { class: "visually-hidden" }, t("origin-here"))),
      className: "home-holder", iconSize: [28, 28],
    });
    L.marker(place, { icon, interactive: false, keyboard: false, zIndexOffset: TOP }).addTo(this.area);
  }

  /** Draws the areas from which the place is reached by car, the largest first; none: takes them away. */
  setIsochrones(features) {
    if (this.reached) this.reached.remove();
    this.reached = null;
    if (!features.length) return;
    this.reached = L.geoJSON(features, {
      interactive: false,
      pane: "reached",
      attribution: "© OpenStreetMap contributors",
      style: ({ properties }) => ({ className: `reached reached--${features.findIndex((f) => f.properties === properties)}` }),
    }).addTo(this.map);
    this.moved = true;
    this.map.fitBounds(this.reached.getBounds(), { animate: false, padding: [16, 16] });
  }

  /** Moves the view to the results near the place, or to the district. */
  fit(origin, districtBounds) {
    this.moved = true;
    this.map.closePopup();
    const options = { animate: false, padding: L.point(28, 28), maxZoom: 16 };
    const places = Array.from(this.pins.values()).map((pin) => pin.getLatLng());
    if (origin) places.push(L.latLng(origin.lat, origin.lon));
    if (districtBounds && !origin) this.map.fitBounds(districtBounds, options);
    else if (places.length) this.map.fitBounds(L.latLngBounds(places), options);
    else if (this.homeBounds && this.homeBounds.isValid()) this.map.fitBounds(this.homeBounds, options);
  }

  highlight(id) {
    for (const [key, pin] of this.pins) {
      const element = pin.getElement();
      if (element) element.classList.toggle("is-highlighted", key === id);
      pin.setZIndexOffset(key === id ? TOP : this._height(pin.number));
    }
  }

  select(id) {
    const pin = this.pins.get(id);
    if (!pin) return false;
    this.highlight(id);
    if (!this.map.getBounds().pad(-0.1).contains(pin.getLatLng())) this.map.panTo(pin.getLatLng(), { animate: false });
    L.popup({ ...POPUP, offset: [0, -14] })
      .setLatLng(pin.getLatLng()).setContent(pin.content()).openOn(this.map);
    return true;
  }
}
