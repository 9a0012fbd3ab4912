import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.mjs";

openPage();
const bounds = (a, b) => ({ corners: [a, b] });
globalThis.L = { Layer: { extend: (methods) => methods }, latLng: (lat, lon) => [lat, lon], latLngBounds: bounds };
window.L = globalThis.L;
const { PointLayer } = await import("../../geoportal/web/static/js/points.js");

function layerOf(places) {
  const layer = Object.create(PointLayer);
  layer.initialize({});
  layer._soon = () => undefined;
  layer.load({
    id: places.map((_, n) => `f${n}`), name: places.map((_, n) => `F${n}`), kinds: ["clinic", "pharmacy"],
    lon: places.map(([lon]) => lon), lat: places.map(([, lat]) => lat), kind: places.map(([, , kind]) => kind || 0),
  });
  return layer;
}

test("facilities are counted by kind; those without a position are not on the map", () => {
  const layer = layerOf([[130.88, 33.88], [130.88, 33.88, 1], [null, null], [130.88, null], [130.9, 33.9]]);
  assert.deepEqual(layer.counts(), { clinic: 2, pharmacy: 1 });
  assert.equal(layer._groups(17).length, 3);
});

test("near facilities are counted together, each by itself from zoom 17 on", () => {
  const layer = layerOf([[130.88, 33.88], [130.88001, 33.88001], [131.5, 34.5]]);
  assert.deepEqual(layer._groups(16).map((group) => group.count), [2, 1]);
  assert.deepEqual(layer._groups(17).map((group) => group.count), [1, 1, 1]);
});

test("only the facilities wanted are shown, at once", () => {
  const layer = layerOf([[130.88, 33.88], [131.5, 34.5, 1]]);
  assert.equal(layer._groups(17).length, 2);
  layer.show((_, kind) => kind === "pharmacy");
  assert.deepEqual(layer._groups(17).map((group) => layer.facility(group.index).id), ["f1"]);
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
