// Outlines of districts on a map: all of them where they are few, else those in view, as fine as its
// zoom shows them (geoportal/index/drawn.py).
import * as api from "./api.js";
import { blocksOf } from "./view_blocks.js";

const COARSEST = 5;
const FINEST = 12; // further in they are not drawn finer
const BLOCK = 288; // pixels

export class Districts {
  /**
   * @param {L.Map} map @param {string} url of the outlines
   * @param {(properties: any) => string} classOf names the classes of an outline
   * @param {(features: any[]) => void} drawn is told what is drawn
   */
  constructor(map, url, classOf, drawn) {
    this.map = map;
    this.url = url;
    this.classOf = classOf;
    this.drawn = drawn;
    this.layers = new Map();
    this.group = L.layerGroup().addTo(map);
    this.chosen = "";
    this.asked = "";
  }

  /** Draws outlines in place of those drawn before. */
  draw(features) {
    const before = this.group;
    this.group = L.layerGroup();
    this.layers.clear();
    for (const feature of features) {
      const layer = L.geoJSON(feature, { interactive: false, style: { className: this.classOf(feature.properties) } });
      this.layers.set(feature.id, layer.addTo(this.group));
    }
    this.group.addTo(this.map);
    before.remove();
    this.mark(this.chosen);
    this.drawn(features);
  }

  /** Draws what is in view from now on. */
  follow() {
    this.map.on("moveend", () => this._fetch());
    return this._fetch();
  }

  async _fetch() {
    const zoom = Math.min(Math.max(Math.floor(this.map.getZoom()), COARSEST), FINEST);
    const url = `${this.url}?bbox=${blocksOf(this.map.getBounds(), BLOCK / (256 * 2 ** zoom))}&zoom=${zoom}`;
    if (url === this.asked) return;
    this.asked = url;
    try {
      const { features } = await api.get(url);
      if (url === this.asked) this.draw(features); // else the view has moved on
    } catch (error) {
      this.asked = ""; // the next move asks again
    }
  }

  /** Marks a district as chosen, now and when it is drawn again. */
  mark(code) {
    this.chosen = code;
    for (const [key, layer] of this.layers) {
      layer.eachLayer((path) => {
        const element = path.getElement && path.getElement();
        if (element) element.classList.toggle("outline--chosen", key === code);
      });
    }
  }
}
