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
  getZoom: () => map.zoom,
  zoom: 12,
  latLngToContainerPoint: ({ lat, lon }) => ({ x: lon, y: -lat }),
  containerPointToLayerPoint: ([x, y]) => ({ x, y }),
};
const district = (name, west, north, wide, high = wide) => ({
  properties: { level: "ward", name },
  geometry: {
    type: "Polygon",
    coordinates: [[[west, -north], [west + wide, -north], [west + wide, -north - high], [west, -north - high], [west, -north]]],
  },
});

function placed(districts, marks = []) {
  const names = new Names(map);
  names.setDistricts(districts, {});
  names.place(marks);
  return Object.fromEntries(names.names.map(({ label, text }) => [
    text, !label || label.hidden ? null : /translate\((-?\d+)px, (-?\d+)px\)/.exec(label.style.transform).slice(1).map(Number),
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

/** Texts of the names shown, in the order they were placed. */
function shown(names, marks = [], only = "") {
  names.place(marks, only);
  return names.names.filter(({ label }) => label && !label.hidden).map(({ text }) => text);
}

function withStations(...stations) {
  const names = new Names(map);
  names.addPlaces(stations.map(([text, lon, lat, lines]) => ({ kind: "station", text, lon, lat: -lat, lines })));
  return names;
}

test("stations are named from a zoom on: the more lines call, the earlier", () => {
  const names = withStations(["三線駅", 100, 100, 3], ["二線駅", 300, 100, 2], ["一線駅", 500, 100, 1]);
  const at = (zoom) => { map.zoom = zoom; return shown(names); };
  assert.deepEqual([at(10), at(11), at(12), at(13)], [[], ["三線駅"], ["三線駅", "二線駅"], ["三線駅", "二線駅", "一線駅"]]);
  map.zoom = 12;
});

test("a station's name stands beside its mark, and on the other side of a count", () => {
  const place = (marks) => {
    const names = withStations(["見本駅", 400, 300, 3]);
    names.place(marks);
    const [station] = names.names;
    return [station.mark, station.label].map(({ style }) => /translate\((-?\d+)px, (-?\d+)px\)/.exec(style.transform).slice(1).map(Number));
  };
  const [mark, right] = place([]);
  assert.deepEqual(mark, [400, 300]);
  assert.ok(right[0] > 400 && right[1] === 300, `${right}`);
  const [, left] = place([{ left: 430, top: 300, radius: 20 }]);
  assert.ok(left[0] < 400 && left[1] === 300, `${left}`);
});

test("names of districts go before others; where there are tiles they stand alone", () => {
  const names = withStations(["見本駅", 200, 200, 3], ["遠駅", 700, 500, 3]);
  names.addPlaces([{ kind: "water", text: "見本湾", lon: 200, lat: -200 }, { kind: "municipality", text: "隣市", lon: 200, lat: -200 }]);
  names.setDistricts([district("見本区", 100, 100, 200)], {});
  assert.equal(shown(names)[0], "見本区");
  assert.ok(shown(names).includes("遠駅"));
  assert.deepEqual(shown(names, [], "district"), ["見本区"]);
});

test("a name in letters, or with its reading, takes the room it needs", () => {
  const wide = (text) => { const names = new Names(map); names.addPlaces([{ kind: "water", text, lon: 0, lat: 0 }]); return names.names[0]; };
  assert.equal(wide("洞海湾").wide, 3 * 13 + 6);
  assert.ok(Math.abs(wide("Dokai Bay").wide - (9 * 0.6 * 13 + 6)) < 1e-9);
  assert.ok(wide("洞海湾《どうかいわん》").high > wide("洞海湾").high);
  assert.equal(wide("湾《どうかいわん》").wide, 6 * 0.5 * 13 + 6); // as far as the reading
});
