import assert from "node:assert/strict";
import { test } from "node:test";
import { made, openPage } from "./page.mjs";

openPage();
const words = await import("../../geoportal/web/static/js/words.js");

test("numbers have their thousands parted", () => {
  assert.deepEqual([0, 999, 1000, 1234567].map(words.number), ["0", "999", "1,000", "1,234,567"]);
});

test("distances are metres below a kilometre, else kilometres with one decimal unless whole", () => {
  assert.deepEqual([0.4, 812, 999.4, 1000, 1249, 16000].map(words.distance), ["0 m", "812 m", "999 m", "1 km", "1.2 km", "16 km"]);
});

test("dates are said in the page's language; none is empty", () => {
  assert.equal(words.day("2026-04-01"), "2026年4月1日");
  assert.equal(words.month("2026-12-31"), "2026年12月");
  assert.equal(words.day(""), "");
  assert.equal(words.month(null), "");
});

test("a message takes its values, leaves what it is not given, and throws for an unknown key", () => {
  assert.equal(words.t("chosen", { count: 3 }), "3件を選択中");
  assert.equal(words.t("chosen", { count: 4723 }), "4,723件を選択中");
  assert.equal(words.t("chosen", { count: "2026" }), "2026件を選択中");
  assert.equal(words.t("chosen", { other: 3 }), "{count}件を選択中");
  assert.throws(() => words.t("nothing"), /no message nothing/);
});

test("readings are left out of plain text and become ruby on the page", () => {
  assert.equal(words.t("easy", { name: "飲む" }), "薬を飲む");
  const pieces = words.w("easy", { name: "飲む" }).filter((piece) => piece !== null);
  const ruby = pieces.find((piece) => piece.tag === "ruby");
  assert.deepEqual(ruby.children.map((child) => child.text || child), ["薬", "（", "くすり", "）"]);
});

test("links keep the language asked for", async () => {
  openPage({ address: "https://example.test/?lang=ja-easy" });
  assert.equal(words.withLanguage("/centres"), "/centres?lang=ja-easy");
  openPage();
  assert.equal(words.withLanguage("/centres"), "/centres");
});

test("every reading of a text is left out, not only the first", () => {
  assert.equal(words.t("twice"), "薬と水");
  assert.deepEqual(words.w("twice").filter((piece) => piece && piece.tag === "ruby").map((piece) => piece.children[0]), ["薬", "水"]);
});

test("what an element says leaves out readings and their brackets", () => {
  const ruby = made("ruby", {}, "薬", made("rp", {}, "（"), made("rt", {}, "くすり"), made("rp", {}, "）"));
  const element = made("p", {}, "  その ", ruby, "\n を");
  assert.equal(words.spoken(element), "その 薬 を");
  assert.equal(ruby.text, "薬（くすり）"); // the page itself is left as it is
});

test("the language of a link is a value, never another parameter", () => {
  openPage({ address: "https://example.test/?lang=en%26x%3D1" });
  assert.equal(words.withLanguage("/centres"), "/centres?lang=en%26x%3D1");
});

test("in English dates are said in English, and Japanese is marked as such", async () => {
  openPage({ language: "en" });
  const english = await import("../../geoportal/web/static/js/words.js?english");
  assert.deepEqual(["2026-01-31", "2026-12-05"].map(english.day), ["31 Jan 2026", "5 Dec 2026"]);
  assert.equal(english.month("2026-04-01"), "Apr 2026");
  const pieces = english.w("english");
  assert.deepEqual(pieces.map((piece) => piece.text || piece), ["See ", "訪問診療", " <now>"]);
  assert.deepEqual([pieces[1].tag, pieces[1].attributes.lang], ["span", "ja"]);
});
