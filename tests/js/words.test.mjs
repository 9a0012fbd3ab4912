import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.mjs";

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
