import assert from "node:assert/strict";
import { test } from "node:test";
import { made, openPage } from "./page.mjs";

openPage();
const { h, readJson, replaceChildren } = await import("../../geoportal/web/static/js/dom.js");

test("attributes that are empty are left out, true has no value, all others are text", () => {
  const element = h("input", { a: null, b: undefined, c: false, d: true, e: 0, f: "", g: "x" });
  assert.deepEqual(element.attributes, { d: "", e: "0", f: "", g: "x" });
});

test("children are taken from lists; what is empty is left out, zero is not", () => {
  const element = h("p", {}, ["a", [null, 0, [undefined, false, "", "b"]]], h("b", {}, "<i>"));
  assert.deepEqual(element.children.map((child) => child.text || child), ["a", "0", "b", "<i>"]);
});

test("listeners and data attributes are set", () => {
  const pressed = [];
  const element = h("button", { on: { click: () => pressed.push(1) }, data: { index: 3 } });
  element.fire("click");
  assert.deepEqual([pressed, element.dataset, element.attributes], [[1], { index: 3 }, {}]);
});

test("new children take the place of all old ones", () => {
  const element = made("p", {}, "a", made("b"), "c");
  replaceChildren(element, "x", null);
  assert.deepEqual(element.children, ["x"]);
});

test("a page without the script read has nothing", () => {
  assert.equal(readJson("nothing"), null);
});
