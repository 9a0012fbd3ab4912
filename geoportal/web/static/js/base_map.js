// The base map under our own marks. Its tiles come from this site, never from anybody else.
import { all, byId, h } from "./dom.js";
import { vectorLayer } from "./vector_tiles.js";

const KEY = "geoportal.basemap.v1";
const AT_ONCE = 3; // as many as the server is sure to take from one visitor
const AGAIN_MS = [400, 700, 1200, 2500]; // it puts tiles off while it fetches many

/**
 * What the server says of the base map.
 * @typedef {object} BaseMap
 * @property {string} url template of its tiles
 * @property {string} attribution
 * @property {string} page where the attribution leads; may be empty
 * @property {string} painter address of the library that draws vector tiles; empty of images
 * @property {{west: number, south: number, east: number, north: number, min_zoom: number, max_zoom: number}} area
 * @property {boolean} available whether tiles can be had just now
 * @property {boolean} on whether it is shown before the visitor chooses
 */

/** @returns {BaseMap | null} of a map's element; null where there is none */
export const readBaseMap = (/** @type {HTMLElement} */ element) => JSON.parse(element.dataset.basemap || "null");

function remembered() {
  try {
    return window.localStorage.getItem(KEY);
  } catch (error) {
    return null;
  }
}

function remember(choice) {
  try {
    window.localStorage.setItem(KEY, choice);
  } catch (error) {
    // the choice then holds for this page
  }
}

/** Whether the base map is shown: as the visitor chose last, else as the site is set up. */
export function isShown(/** @type {BaseMap | null} */ base) {
  if (!base || !base.available) return false;
  const choice = remembered();
  return choice ? choice === "tiles" : base.on;
}

/** Makes the switch of the page show and remember the choice; `show(on)` is called now and at each change. */
export function startSwitch(/** @type {HTMLElement} */ element, show) {
  const shown = isShown(readBaseMap(element));
  for (const radio of /** @type {HTMLInputElement[]} */ (all('input[name="base"]'))) {
    radio.checked = (radio.value === "tiles") === shown;
    radio.addEventListener("change", () => {
      remember(radio.value);
      show(radio.value === "tiles");
    });
  }
  show(shown);
}

/** Says beside the switch that there are no tiles. */
export function sayAway() {
  const hint = byId("base-away");
  if (hint) hint.hidden = false;
}

/** Loads tiles a few at a time; what the server puts off is asked for again. */
function tileLoader() {
  const waiting = [];
  let running = 0;
  const next = () => {
    while (running < AT_ONCE && waiting.length) {
      const job = waiting.shift();
      if (job.tile.isConnected) begin(job); // else the map has moved on
    }
  };
  const add = (job) => {
    waiting.push(job);
    window.queueMicrotask(next); // when the map has put the tile into the page
  };
  function begin(job) {
    const { tile, url, tries, done } = job;
    const end = (error) => {
      running -= 1;
      tile.removeEventListener("load", loaded);
      tile.removeEventListener("error", end);
      const wait = error && AGAIN_MS[tries];
      if (wait) window.setTimeout(() => add({ ...job, tries: tries + 1 }), wait);
      else done(error, tile);
      next();
    };
    const loaded = () => end(null);
    running += 1;
    tile.addEventListener("load", loaded);
    tile.addEventListener("error", end);
    tile.src = url;
  }
  return (tile, url, done) => add({ tile, url, done, tries: 0 });
}

/** Layer of a base map of images. */
function imageLayer(base, options, came, failed) {
  const load = tileLoader();
  const Layer = /** @type {any} */ (L.TileLayer).extend({
    createTile(coords, done) {
      const tile = h("img", { alt: "" });
      load(tile, this.getTileUrl(coords), done);
      return tile;
    },
  });
  const layer = new Layer(base.url, { ...options, maxNativeZoom: base.area.max_zoom });
  layer.on("tileload", came);
  layer.on("tileerror", failed);
  return layer;
}

/**
 * Lays a base map under the marks of a map. Its container is marked `has-tiles` as soon as there is
 * one, so that outlines stay filled until then; `failed` is called when no tile comes.
 */
export function layBaseMap(/** @type {L.Map} */ map, /** @type {BaseMap} */ base, failed) {
  const { west, south, east, north, min_zoom: least } = base.area;
  const said = { lang: /[\u3040-\u30ff\u3400-\u9fff]/.test(base.attribution) ? "ja" : "en" };
  const credit = base.page ? h("a", { ...said, href: base.page }, base.attribution) : h("span", said, base.attribution);
  const marks = map.getContainer().classList;
  let some = false;
  const came = () => {
    some = true;
    if (map.hasLayer(layer)) marks.add("has-tiles");
  };
  const away = () => some || !map.hasLayer(layer) || failed();
  const options = {
    attribution: credit.outerHTML, bounds: L.latLngBounds([south, west], [north, east]), maxZoom: 18,
    minZoom: base.painter && least ? least + 1 : least, // vector tiles are drawn one step larger
  };
  const layer = (base.painter ? vectorLayer : imageLayer)(base, options, came, away);
  marks.toggle("has-vector-tiles", Boolean(base.painter));
  layer.on("remove", () => marks.remove("has-tiles"));
  return layer.addTo(map);
}
