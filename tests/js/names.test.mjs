import assert from "node:assert/strict";
import { test } from "node:test";
import { made, openPage } from "./page.mjs";

openPage();
globalThis.L = { latLng: (lat, lon) => (Array.isArray(lat) ? { lat: lat[0], lon: lat[1] } : { lat, lon }) };
const { Names } = await import("../../geoportal/web/static/js/names.js");

// One pixel is one unit; x grows east, y south.
const map = {
  createPane: () => made("div"),
  getSize: () => ({ x: 800, y: 600 }),
  latLngToContainerPoint: ({ lat, lon }) => ({ x: lon, y: -lat }),
  containerPointToLayerPoint: ([x, y]) => ({ x, y }),
};
const district = (name, west, north, wide, high = wide) => ({
  properties: { name },
  geometry: {
    type: "Polygon",
    coordinates: [[[west, -north], [west + wide, -north], [west + wide, -north - high], [west, -north - high], [west, -north]]],
  },
});

function placed(districts, marks = []) {
  const names = new Names(map);
  districts.forEach((feature) => names.add(feature));
  names.place(marks);
  return Object.fromEntries(names.names.map(({ label }) => [
    label.text, label.hidden ? null : /translate\((-?\d+)px, (-?\d+)px\)/.exec(label.style.transform).slice(1).map(Number),
  ]));
}

test("a name is in the middle of its district where nothing is in the way", () => {
  assert.deepEqual(placed([district("見本区", 100, 100, 200)]), { 見本区: [200, 200] });
});

test("a name makes room for a mark, by the shortest way", () => {
  const beside = placed([district("見本区", 100, 100, 200)], [{ left: 200, top: 200, radius: 12 }]);
  assert.deepEqual([beside.見本区[0], Math.abs(beside.見本区[1] - 200)], [200, 22]);
  const far = placed([district("見本区", 100, 100, 200)], [{ left: 260, top: 200, radius: 12 }]);
  assert.deepEqual(far, { 見本区: [200, 200] }); // 24 px beside the name's edge
});

test("of names that would cover each other the larger district has its own, the smaller moves or goes", () => {
  const names = placed([district("小区", 180, 180, 40), district("見本区", 100, 100, 200)]);
  assert.deepEqual(names.見本区, [200, 200]);
  assert.equal(names.小区, null);
  const beside = placed([district("小区", 150, 150, 100), district("見本区", 100, 100, 200)]);
  assert.deepEqual(beside.見本区, [200, 200]);
  assert.ok(Math.abs(beside.小区[1] - 200) >= 20, `${beside.小区}`);
});

test("a district narrower than 34 px, or out of sight, has no name", () => {
  assert.deepEqual(placed([district("a", 100, 100, 33), district("b", 300, 300, 34), district("c", 2000, 100, 200)]), {
    a: null, b: [317, 317], c: null,
  });
});

test("a mark counts where it touches the name, on either side of its middle", () => {
  const spot = (left) => placed([district("見本区", 100, 100, 200)], [{ left, top: 200, radius: 12 }]).見本区;
  for (const left of [156, 244]) assert.deepEqual(spot(left), [200, 200]); // 8 px beside it
  for (const left of [180, 220]) assert.notDeepEqual(spot(left), [200, 200]); // 16 px of it, over its whole height
});
