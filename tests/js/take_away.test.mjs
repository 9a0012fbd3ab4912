import assert from "node:assert/strict";
import { test } from "node:test";
import { made, openPage } from "./page.mjs";

openPage();
const { cardAsText, headAsText } = await import("../../geoportal/web/static/js/take_away.js");

const line = (name, text, data) => made("p", { class: name, data }, text);
const need = (mark, label, value, evidence) => made("li", { class: "need" }, made("span", { class: "need__mark" }, mark), made("span", { class: "need__label" }, label),
  made("span", { class: "need__value" }, value), ...(evidence ? [made("span", { class: "need__evidence" }, evidence)] : []));

test("a card's text has its rough distance, never the exact one, and each need with its evidence", () => {
  const card = made("article", { data: { number: 2 } },
    line("card__name", "見本医院"), line("card__kind", "診療所"), line("badge--fictional", "架空"), line("tel__number", "093-000-0000"),
    line("card__distance", "1,234 m", { about: "約 1.2 km" }), line("card__address", "見本町1-2"),
    need("✓", "訪問診療", "対応", "届出 2026年10月"), need("？", "胃ろう", "未確認"), line("open", "時間外"), line("card__next", "明日 9:00"));
  assert.equal(cardAsText(card), [
    "2. 見本医院 （診療所） （架空のデータ）", "   電話 093-000-0000 約 1.2 km", "   見本町1-2", "   ✓ 訪問診療 対応（届出 2026年10月）", "   ？ 胃ろう 未確認", "   時間外 明日 9:00",
  ].join("\n"));
});

test("a card without a place in the order has no number", () => {
  const card = made("article", {}, line("card__name", "隣町医院"), line("card__kind", "診療所"), line("card__address", "隣町1"));
  assert.equal(cardAsText(card), "・ 隣町医院 （診療所）\n   電話 -\n   隣町1");
});

test("what a card does not have makes no line", () => {
  const card = made("article", { data: { number: 1 } }, line("card__name", "見本薬局"), line("card__kind", "薬局"), line("card__address", "見本町3"));
  assert.equal(cardAsText(card), "1. 見本薬局 （薬局）\n   電話 -\n   見本町3");
});

test("above the cards stand the day, the needs asked for and the centre to call", () => {
  const card = made("article", {}, need("✓", "訪問診療", "対応"), need("？", "胃ろう", "未確認"));
  const centre = made("div", { class: "centre" }, line("centre__name", "見本センター"), line("tel__number", "093-000-0001"));
  assert.equal(headAsText([card], [centre], "2026年11月29日"), "2026年11月29日 作成\n必要な対応： 訪問診療、胃ろう\n担当の相談窓口： 見本センター 093-000-0001");
  assert.equal(headAsText([], [], "2026年11月29日"), "2026年11月29日 作成");
  assert.equal(headAsText([], [], "2026年11月29日", "3件 （市外・県外 1件）"), "2026年11月29日 作成\n3件 （市外・県外 1件）");
});
