import assert from "node:assert/strict";
import { test } from "node:test";
import { made, openPage } from "./page.mjs";

openPage();
const { startSuggestions } = await import("../../geoportal/web/static/js/suggest.js");

const town = (name) => ({ text: `見本市${name}`, town: name, municipality: "見本市" });
const station = (name, lines = []) => ({ text: `${name}駅`, station: `${name}駅`, municipality: "見本市", lines });

/** Types a text, answers what is asked for, and returns what is listed. */
function combobox(answer) {
  const input = Object.assign(made("input"), { value: "" });
  const district = Object.assign(made("select", { id: "district" }), { value: "" });
  openPage({ body: made("body", {}, input, district) });
  const asked = [];
  window.fetch = async (_url, { body }) => {
    asked.push(JSON.parse(body));
    return new Response(JSON.stringify({ towns: [], stations: [], suggestions: [], ...answer }));
  };
  globalThis.fetch = window.fetch;
  window.AbortController = AbortController;
  window.setTimeout = (call) => call();
  startSuggestions(input);
  const list = input.parent.querySelector("ul");
  const type = async (text, meanwhile = () => undefined) => {
    input.value = text;
    input.focus();
    input.fire("input");
    meanwhile();
    await new Promise((done) => { setTimeout(done, 0); });
    return list.hidden ? null : list.querySelectorAll(".suggest__town").map((element) => element.text);
  };
  const key = (name) => input.fire("keydown", { key: name });
  const active = () => list.querySelectorAll("[role=option]").findIndex((option) => option.attributes["aria-selected"] === "true");
  return { input, district, list, asked, type, key, active };
}

test("towns are listed before stations, unless a station is meant", async () => {
  const box = combobox({ suggestions: [town("中町"), town("東町")], stations: [station("中")] });
  assert.deepEqual(await box.type("中町の"), ["中町", "東町", "中駅"]);
  assert.deepEqual(await box.type("中えき"), ["中駅", "中町", "東町"]);
  assert.deepEqual(await box.type("中"), ["中駅", "中町", "東町"]);
});

test("numbers are not asked for: a telephone number is not a place", async () => {
  const box = combobox({ suggestions: [town("中町")] });
  for (const text of ["", "  ", "093-000-0000", "０９３（０００）", "+81 93"]) assert.equal(await box.type(text), null);
  assert.deepEqual(box.asked, []);
  await box.type("1丁目");
  box.district.value = "40106";
  await box.type("中町");
  assert.deepEqual(box.asked, [{ text: "1丁目", limit: 8 }, { text: "中町", limit: 8, district: "40106" }]);
});

test("an answer that comes when something else is typed, or the box is left, is not shown", async () => {
  const box = combobox({ suggestions: [town("中町")] });
  assert.equal(await box.type("中", () => { box.input.value = "東"; }), null);
  assert.equal(await box.type("中", () => { document.activeElement = null; }), null);
  assert.deepEqual(await box.type("中"), ["中町"]);
});

test("what is typed already is no suggestion; at most three stations and eight in all are listed", async () => {
  const many = Array.from({ length: 9 }, (_, n) => town(`町${n}`));
  const box = combobox({ suggestions: many, stations: ["一", "二", "三", "四"].map((name) => station(name)) });
  const listed = await box.type("見本市町0");
  assert.equal(listed.length, 8);
  assert.deepEqual(listed.filter((name) => name.endsWith("駅")), ["一駅", "二駅", "三駅"]);
  assert.ok(!listed.includes("町0"));
});

test("of a station's lines four are named, and that there are more", async () => {
  const lines = ["A線", "B線", "C線", "D線"];
  const box = combobox({ stations: [station("四", lines), station("五", [...lines, "E線"])] });
  await box.type("よん");
  const texts = box.list.querySelectorAll("[role=option]").map((option) => option.elements.at(-1).text);
  assert.deepEqual(texts, ["A線・B線・C線・D線", "A線・B線・C線・D線 …"]);
});

test("arrows go round the list, Enter takes what is active, Escape closes", async () => {
  const box = combobox({ suggestions: [town("中町"), town("東町"), town("西町")] });
  await box.type("ま");
  assert.equal(box.key("Enter").prevented, false); // nothing is active: the form is sent
  const seen = [];
  for (const name of ["ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"]) {
    assert.equal(box.key(name).prevented, true);
    seen.push(box.active());
  }
  assert.deepEqual(seen, [2, 1, 2, 0]);
  assert.equal(box.input.attributes["aria-activedescendant"], box.list.querySelectorAll("[role=option]")[0].id);
  box.key("Enter");
  assert.deepEqual([box.input.value, box.list.hidden], ["見本市中町", true]);
  await box.type("ま");
  box.key("Escape");
  assert.deepEqual([box.list.hidden, box.input.attributes["aria-expanded"]], [true, "false"]);
});
