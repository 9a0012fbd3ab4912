import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.mjs";

openPage();
const { fillOf, MEASURES, scaleOf, swatchFill } = await import("../../geoportal/web/static/js/coverage_scale.js");

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

test("the worst class is white and the best dark, whichever way is better", () => {
  const colours = (scale) => [scale.all[0].colour, scale.all.at(-1).colour];
  assert.deepEqual(colours(scaleOf("count", { count: [0, 12] }, "")), ["#ffffff", "#123f6d"]);
  assert.deepEqual(colours(scaleOf("nearest", { nearest: [100, 9000] }, "")), ["#123f6d", "#ffffff"]);
});

test("the edges of rates come from what is certain, so that the classes stay when possible ones are shown", () => {
  const sure = Array.from({ length: 60 }, (_, n) => n / 10);
  const rows = { per: sure, per_possible: sure.map((value) => value + 3) };
  const labels = (level) => scaleOf("per", rows, level).all.map((item) => item.label);
  assert.deepEqual(labels("_possible"), labels(""));
  assert.equal(scaleOf("per", rows, "_possible").at(0), 3);
});

test("values are ordered as numbers; a single class begins with the least known value", () => {
  const scale = scaleOf("catchment", { catchment: [10, 9, 100, 20, 30, 8] }, "");
  assert.deepEqual([8, 9, 10, 20, 30, 100].map((_, n) => scale.all[n].label), [
    "9.0 未満", "9.0〜10.0", "10.0〜20.0", "20.0〜30.0", "30.0〜100.0", "100.0 以上",
  ]);
  assert.equal(scaleOf("catchment", { catchment: [2, null] }, "").all[0].label, "2.0 以上");
});

test("a change is counted at the level that is shown", () => {
  const rows = { was_count: [0], count: [0], was_count_possible: [1], count_possible: [2] };
  const keys = ["", "_possible"].map((level) => scaleOf("fewer", rows, level).shown.map((item) => item.key));
  assert.deepEqual(keys, [["same"], ["more"]]);
});

test("hatched classes have lines in the legend, others their plain colour", () => {
  assert.equal(swatchFill({ colour: "#fff", hatched: false }), "#fff");
  assert.match(swatchFill({ colour: "#fff", hatched: true }), /^repeating-linear-gradient\(.*\), #fff$/);
  assert.equal(fillOf({ colour: "#123f6d", hatched: false }), "#123f6d");
});

test("an undecided cell has a hatched class of its own, whatever is counted there", () => {
  const scale = scaleOf("count", { count: [0, 3, 0], undecided: [0, 0, 1] }, "");
  assert.equal(scale.at(2), scale.all.length - 1);
  assert.equal(scale.at(0), 0);
  assert.equal(scale.shown.at(-1).hatched, true);
  const nothing = scaleOf("count", { count: [0, 3], undecided: [1, 1] }, "");
  assert.equal(nothing.shown.length, 1);
});
