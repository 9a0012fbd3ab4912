import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.mjs";

openPage();
const { MEASURES, scaleOf } = await import("../../geoportal/web/static/js/coverage_scale.js");

test("counts fall into classes by their lower edges; unknown into none", () => {
  const rows = { count: [0, 1, 2, 3, 4, 5, 9, 10, 40, null] };
  const scale = scaleOf("count", rows, "");
  assert.deepEqual(rows.count.map((_, n) => scale.at(n)), [0, 1, 2, 3, 3, 4, 4, 5, 5, -1]);
  assert.deepEqual(scale.all.map((item) => item.label), ["0", "1", "2", "3〜4", "5〜9", "10 以上"]);
});

test("only the worst class is hatched: fewest where more is better, farthest where less is", () => {
  const count = scaleOf("count", { count: [0, 12] }, "");
  assert.deepEqual(count.all.map((item) => item.hatched), [true, false, false, false, false, false]);
  const nearest = scaleOf("nearest", { nearest: [100, 9000] }, "");
  assert.deepEqual(nearest.all.map((item) => item.hatched), [false, false, false, false, false, true]);
});

test("classes of rates are of equal size, and one value makes one class", () => {
  const values = Array.from({ length: 60 }, (_, n) => n / 10);
  const scale = scaleOf("catchment", { catchment: values }, "");
  const sizes = [0, 0, 0, 0, 0, 0];
  values.forEach((_, n) => { sizes[scale.at(n)] += 1; });
  assert.deepEqual(sizes, [10, 10, 10, 10, 10, 10]);
  assert.equal(scaleOf("catchment", { catchment: [2, 2, null] }, "").all.length, 1);
});

test("shares below one in a hundred, or above ninety-nine, are not rounded away", () => {
  assert.deepEqual([0, 0.004, 0.5, 0.996, 1].map(MEASURES.lack.say), ["0%", "1% 未満", "50%", "99% 以上", "100%"]);
});

test("a change names the present first, and only what occurs is in the legend", () => {
  const scale = scaleOf("fewer", { was_count: [0, 1, 2, 2, 1], count: [1, 2, 2, 1, 0] }, "");
  assert.deepEqual([0, 1, 2, 3, 4].map((n) => scale.all[scale.at(n)].key), ["newly", "more", "same", "less", "lost"]);
  assert.equal(scaleOf("fewer", { was_count: [1], count: [1] }, "").shown.length, 1);
});
