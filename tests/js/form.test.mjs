import assert from "node:assert/strict";
import { test } from "node:test";
import { made, openPage } from "./page.mjs";

const check = (name, value, checked = false) => Object.assign(made("input", { name }), { name, value, checked });
const kinds = [check("kind", "clinic"), check("kind", "hospital", true)];
const open = check("open", "1");
const note = check("note", "");
const count = made("span", { data: { countFor: "kind" } });
const clear = made("button", { data: { clear: "kind" } });
const select = (id, ...values) => Object.assign(made("select", { id }), { name: id, options: values.map((value) => ({ value })), value: values[0] });
const district = select("district", "40106");
const radius = select("radius", "2000");
const address = Object.assign(made("input", { id: "address" }), { value: "  見本町1 " });
const order = select("order", "near", "open");
const why = Object.assign(made("input", { id: "why" }), { checked: false });
const element = made("form", { id: "search-form" }, ...kinds, open, note, count, clear, district, radius, address);
const boxes = made("div", {}, order, why);
globalThis.HTMLButtonElement = class {};
openPage({ body: made("body", {}, element, boxes) });
for (const box of [district, radius]) {
  box.append = (option) => box.options.push({ value: option.attributes.value, label: option.text });
}
const form = await import("../../geoportal/web/static/js/form.js");

const calls = [];
form.start({ submit: (button) => calls.push(button), filter: () => calls.push("filter") });

test("a search is sent by the script, a download by the form itself", () => {
  calls.length = 0;
  const search = { hasAttribute: () => false };
  assert.equal(element.fire("submit", { submitter: search }).prevented, true);
  assert.equal(element.fire("submit", { submitter: null }).prevented, true);
  assert.equal(element.fire("submit", { submitter: { hasAttribute: (name) => name === "formaction" } }).prevented, false);
  assert.deepEqual(calls, [search, null]);
});

test("a change of a filter asks again, of anything else does not", () => {
  calls.length = 0;
  note.fire("change");
  assert.deepEqual(calls, []);
  kinds[0].checked = true;
  kinds[0].fire("change");
  open.fire("change");
  district.fire("change");
  assert.deepEqual(calls, ["filter", "filter", "filter"]);
  assert.equal(count.text, "2件を選択中");
});

test("one button clears one filter", () => {
  calls.length = 0;
  open.checked = true;
  clear.fire("click");
  assert.deepEqual([form.checkedValues("kind"), open.checked, count.text, calls], [[], true, "", ["filter"]]);
});

test("an answer's question is shown, with values the lists did not offer", () => {
  form.write({ district: "40107", district_name: "見本南区", radius_m: 3500, kinds: ["clinic"], needs: [], open: false, all: false, text: "", order: "open", why: true });
  assert.deepEqual([form.district(), form.radius(), form.checkedValues("kind"), open.checked], ["40107", 3500, ["clinic"], false]);
  assert.deepEqual([order.value, why.checked], ["open", true]);
  assert.deepEqual([district.options.at(-1).label, radius.options.at(-1).label], ["見本南区", "3.5 km"]);
  form.write({ district: "40106", district_name: "", radius_m: 2000, kinds: [], needs: [], open: true, all: false, text: "", order: "near", why: false });
  assert.deepEqual([district.options.length, radius.options.length, open.checked], [2, 2, true]);
  assert.equal(form.address(), "見本町1");
});

test("what is carried along for a download takes the place of what was", () => {
  const carried = () => element.querySelectorAll("input[data-carried]").map((box) => [box.attributes.name, box.attributes.value]);
  form.carry({ lon: "130.88", lat: "33.88" });
  form.carry({ q: "見本" });
  assert.deepEqual(carried(), [["q", "見本"]]);
});
