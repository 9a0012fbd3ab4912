// Corrects a facility's position: the pin is dragged, moved by arrow keys, or degrees are typed.
import { byId } from "./dom.js";
import { isShown, layBaseMap, readBaseMap } from "./base_map.js";
import { layLand } from "./land.js";

const STEP = 4; // pixels an arrow key moves the pin
/** @type {Record<string, [number, number]>} */
const KEYS = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] };
const element = byId("position-map");
const [lon, lat] = ["position-lon", "position-lat"].map((id) => /** @type {HTMLInputElement} */ (byId(id)));

if (element && lon && lat && window.L) {
  const start = L.latLng(Number(lat.value || element.dataset.lat), Number(lon.value || element.dataset.lon));
  const map = L.map(element, { scrollWheelZoom: false, zoomAnimation: false, maxZoom: 18, keyboard: false });
  map.attributionControl.setPrefix('<a href="https://leafletjs.com/">Leaflet</a>');
  map.setView(start, 15, { animate: false });
  const base = readBaseMap(element);
  if (isShown(base)) layBaseMap(map, base, () => layLand(map));
  else layLand(map);
  const icon = L.divIcon({ html: "", className: "desk-pin", iconSize: [28, 28] });
  const pin = L.marker(start, { icon, draggable: true, keyboard: true, title: element.dataset.pin }).addTo(map);
  const show = (/** @type {any} */ place) => {
    pin.setLatLng(place);
    lon.value = place.lng.toFixed(6);
    lat.value = place.lat.toFixed(6);
  };
  pin.on("drag", () => show(pin.getLatLng()));
  pin.getElement().setAttribute("aria-label", element.dataset.pin);
  pin.getElement().addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const move = KEYS[event.key];
    if (!move) return;
    event.preventDefault();
    show(map.containerPointToLatLng(map.latLngToContainerPoint(pin.getLatLng()).add(move)));
    map.panInside(pin.getLatLng(), { padding: [40, 40], animate: false });
  });
  for (const field of [lon, lat]) {
    field.addEventListener("change", () => {
      if (!field.checkValidity() || !lon.value || !lat.value) return;
      pin.setLatLng([Number(lat.value), Number(lon.value)]);
      map.panTo(pin.getLatLng(), { animate: false });
    });
  }
}
