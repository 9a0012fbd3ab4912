import assert from "node:assert/strict";
import { test } from "node:test";
import { made, openPage } from "./page.mjs";

openPage();
const { startNeedPicker } = await import("../../geoportal/web/static/js/needs.js");

function need(code, words, checked = false) {
  return made("label", { data: { words } }, Object.assign(made("input"), { checked }), made("span", {}, code));
}

function picker() {
  const needs = [need("胃ろう", "PEG いろう"), need("カテーテル", "尿の管"), need("床ずれ", "じょくそう 褥瘡", true)];
  const groups = [made("fieldset", {}, needs[0]), made("fieldset", {}, needs[1], needs[2])];
  const none = made("p", { class: "need-none" });
  const box = Object.assign(made("input", { id: "need-words" }), { value: "" });
  openPage({ body: made("body", {}, box, made("div", { id: "need-filter" }, ...groups, none)) });
  window.setTimeout = (call) => call();
  const form = made("form");
  startNeedPicker(form);
  const type = (text) => {
    box.value = text;
    box.fire("input");
    return needs.filter((label) => !label.hidden).map((label) => label.querySelector("span").text);
  };
  return { needs, groups, none, box, type };
}

test("a need is found by any of its words, kana, width and case alike; what is chosen stays in sight", () => {
  const { type, none, groups } = picker();
  assert.deepEqual(type("イロウ"), ["胃ろう", "床ずれ"]);
  assert.deepEqual(groups.map((group) => group.hidden), [false, false]);
  assert.deepEqual(type("ｐｅｇ いろう"), ["胃ろう", "床ずれ"]);
  assert.deepEqual(type("かてーてる"), ["カテーテル", "床ずれ"]);
  assert.deepEqual(groups.map((group) => group.hidden), [true, false]);
  assert.deepEqual(type("peg 尿の管"), ["床ずれ"]); // every word must fit
  assert.equal(none.hidden, true);
});

test("that nothing fits is said; an empty box shows all", () => {
  const { needs, none, type } = picker();
  needs[2].querySelector("input").checked = false;
  assert.deepEqual(type("存在しない"), []);
  assert.equal(none.hidden, false);
  assert.deepEqual(type("").length, 3);
});

test("Enter chooses the first that fits and is not chosen yet, and sends no form", () => {
  const { needs, box, type } = picker();
  type("尿の管");
  const chosen = () => needs.map((label) => label.querySelector("input").checked);
  assert.equal(box.fire("keydown", { key: "a" }).prevented, false);
  assert.deepEqual(chosen(), [false, false, true]);
  assert.equal(box.fire("keydown", { key: "Enter" }).prevented, true);
  assert.deepEqual([chosen(), box.value], [[false, true, true], ""]);
  box.fire("keydown", { key: "Enter" }); // nothing typed
  assert.deepEqual(chosen(), [false, true, true]);
});
