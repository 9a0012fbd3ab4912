import assert from "node:assert/strict";
import { test } from "node:test";
import { cornersOf, middleOf } from "../../geoportal/web/static/js/outlines.js";

const box = (west, south, east, north) => [[west, south], [east, south], [east, north], [west, north], [west, south]];
const near = (found, expected) => found.forEach((value, n) => assert.ok(Math.abs(value - expected[n]) < 1e-9, `${found}`));

test("the middle of a box is its centre, latitude first, whichever way round it is drawn", () => {
  const ring = box(130, 33, 132, 34);
  near(middleOf({ type: "Polygon", coordinates: [ring] }), [33.5, 131]);
  near(middleOf({ type: "Polygon", coordinates: [[...ring].reverse()] }), [33.5, 131]);
});

test("of several parts the largest counts: small islands are left aside", () => {
  const geometry = { type: "MultiPolygon", coordinates: [[box(140, 20, 140.1, 20.1)], [box(130, 33, 132, 34)]] };
  near(middleOf(geometry), [33.5, 131]);
  assert.deepEqual(cornersOf(geometry), [[33, 130], [34, 132]]);
});
