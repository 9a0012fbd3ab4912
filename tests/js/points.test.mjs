import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.mjs";

openPage();
const bounds = (a, b) => ({ corners: [a, b] });
globalThis.L = { Layer: { extend: (methods) => methods }, latLng: (lat, lon) => [lat, lon], latLngBounds: bounds };
window.L = globalThis.L;
const { markerKey, PointLayer } = await import("../../geoportal/web/static/js/points.js");

const differences = (degrees) => degrees.map((value) => Math.round(value * 1e5)).map((step, n, all) => step - (n ? all[n - 1] : 0));

function layerOf(places, counts = {}) {
  const layer = Object.create(PointLayer);
  layer.initialize({});
  layer._soon = () => undefined;
  layer.load({
    kinds: ["clinic", "pharmacy"], counts, clustered: false, lon: differences(places.map(([lon]) => lon)),
    lat: differences(places.map(([, lat]) => lat)), kind: places.map(([, , kind]) => kind || 0),
  });
  return layer;
}

test("positions come as differences of 1e-5 degrees", () => {
  const layer = layerOf([[130.88123, 33.88], [130.5, 34.12345]], { clinic: 2 });
  assert.deepEqual([Array.from(layer.lon), Array.from(layer.lat)], [[130.88123, 130.5], [33.88, 34.12345]]);
  assert.deepEqual(layer.counts(), { clinic: 2 });
});

test("near facilities are counted together, each by itself from zoom 17 on", () => {
  const layer = layerOf([[130.88, 33.88], [130.88001, 33.88001], [131.5, 34.5]]);
  assert.deepEqual(layer._groups(16).map((group) => group.count), [2, 1]);
  assert.deepEqual(layer._groups(17).map((group) => group.count), [1, 1, 1]);
});

test("only the kinds wanted are shown, and none that a pin stands for", () => {
  const layer = layerOf([[130.88, 33.88], [131.5, 34.5, 1], [131.5, 34.5]]);
  const kinds = () => layer._groups(17).map(({ kind, lon }) => [kind, lon]);
  assert.equal(kinds().length, 3);
  layer.show(["pharmacy"], new Set());
  assert.deepEqual(kinds(), [["pharmacy", 131.5]]);
  layer.show([], new Set([markerKey("clinic", 131.500001, 34.499999)]));
  assert.deepEqual(kinds(), [["clinic", 130.88], ["pharmacy", 131.5]]);
});

/** A layer of so many facilities that the server counts them; what is asked for is kept. */
function manyOf(answer, { zoom = 12.5, west = 130.8, south = 33.8, east = 131, north = 34 } = {}) {
  const asked = [];
  globalThis.fetch = async (url) => { asked.push(url); return { ok: true, json: async () => answer }; };
  const layer = Object.create(PointLayer);
  layer.initialize({});
  layer._soon = () => undefined;
  layer.map = { getZoom: () => zoom, getBounds: () => ({ getWest: () => west, getEast: () => east, getNorth: () => north, getSouth: () => south }) };
  layer.load({ kinds: ["clinic", "pharmacy"], counts: { clinic: 30000 }, clustered: true, lon: [], lat: [], kind: [] });
  return { layer, asked };
}
const settled = () => new Promise((resolve) => { setTimeout(resolve, 0); });
const CLUSTERS = { kinds: ["clinic", "pharmacy"], lon: [130.85, 130.9], lat: [33.85, 33.9], count: [7, 1], kind: [-1, 1],
  west: [130.84, 130.9], east: [130.86, 130.9], south: [33.84, 33.9], north: [33.86, 33.9] };

test("of many facilities the server counts those in view, for the whole zoom below and the kinds wanted", async () => {
  const { layer, asked } = manyOf(CLUSTERS);
  await settled();
  assert.deepEqual(layer._groups(12.5).map(({ count, kind }) => [count, kind]), [[7, undefined], [1, "pharmacy"]]);
  layer.show(["pharmacy"], new Set());
  await settled();
  assert.equal(asked.length, 2);
  const [first, second] = asked.map((url) => new URLSearchParams(url.split("?")[1]));
  assert.deepEqual([first.get("zoom"), first.getAll("kind"), second.getAll("kind")], ["12", [], ["pharmacy"]]);
  const [west, south, east, north] = first.get("bbox").split(",").map(Number);
  assert.ok(west <= 130.8 && east >= 131 && south <= 33.8 && north >= 34, first.get("bbox"));
});

test("a view a little further on is not asked for again: the box is of whole blocks", async () => {
  const { layer, asked } = manyOf(CLUSTERS);
  await settled();
  layer.map.getBounds = () => ({ getWest: () => 130.801, getEast: () => 131.001, getNorth: () => 34.001, getSouth: () => 33.801 });
  await layer._fetch();
  assert.equal(asked.length, 1);
});

test("an answer for a view that was left is not drawn; after a failure the next move asks again", async () => {
  const { layer, asked } = manyOf(CLUSTERS);
  layer.map.getZoom = () => 9;
  globalThis.fetch = async (url) => { asked.push(url); throw new Error("away"); };
  await layer._fetch();
  await settled();
  assert.equal(layer.inView, undefined);
  await layer._fetch();
  assert.equal(asked.length, 3);
});

test("a group reaches from its southernmost and westernmost to its northernmost and easternmost", () => {
  const layer = layerOf([[130.881, 33.882], [130.88, 33.881], [130.882, 33.88]]);
  const [group] = layer._groups(10);
  const [[south, west], [north, east]] = layer.bounds(group).corners;
  const near = (value, expected) => assert.ok(Math.abs(value - expected) < 1e-9, `${value} ${expected}`);
  near(south, 33.88); near(west, 130.88); near(north, 33.882); near(east, 130.882);
  assert.equal(group.count, 3);
});

test("positions are in Web Mercator: the equator is the middle, north is up", () => {
  const layer = layerOf([[0, 0], [180, 45], [-180, -45]]);
  assert.deepEqual(Array.from(layer.x), [0.5, 1, 0]);
  const y = Math.log(Math.tan((3 * Math.PI) / 8)) / (2 * Math.PI);
  for (const [n, expected] of [0.5, 0.5 - y, 0.5 + y].entries()) assert.ok(Math.abs(layer.y[n] - expected) < 1e-12);
});

test("under the pointer is the nearest mark within reach; a count as far as its circle", () => {
  const layer = layerOf([]);
  const [pin, near, many] = [{ left: 100, top: 100, count: 1 }, { left: 110, top: 100, count: 1 }, { left: 300, top: 100, count: 50, radius: 24 }];
  layer.drawn = [pin, near, many];
  const at = (x, y = 100) => layer.at({ x, y });
  assert.deepEqual([at(104), at(106), at(81), at(80)], [pin, near, pin, null]);
  assert.deepEqual([at(277), at(276)], [many, null]);
});

test("who is at a mark's place is asked for by a box of a metre; those of its kind come first", async () => {
  const layer = layerOf([[130.88, 33.88]]);
  const feature = (id, kind) => ({ id, properties: { kind } });
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(url);
    return { ok: true, json: async () => ({ features: [feature("a", "clinic"), feature("b", "pharmacy"), feature("c", "clinic")] }) };
  };
  const ids = async () => (await layer.facilitiesAt({ kind: "pharmacy", lon: 130.88, lat: 33.88 })).map(({ id }) => id);
  assert.deepEqual(await ids(), ["b", "a", "c"]);
  const [west, south, east, north] = new URLSearchParams(asked[0].split("?")[1]).get("bbox").split(",").map(Number);
  for (const side of [130.88 - west, east - 130.88, 33.88 - south, north - 33.88]) assert.ok(side > 5e-6 && side < 1e-5, `${side}`);
  layer.show(["pharmacy"], new Set());
  assert.deepEqual(await ids(), ["b"]);
});
