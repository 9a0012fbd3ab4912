import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.mjs";

openPage();
const { buildFax, loadSender, saveSender, senderFields } = await import("../../geoportal/web/static/js/fax.js");

const OWN = { office: "見本ケアプラン", person: "見本 花子", phone: "093-000-0001", fax: "093-000-0002", centre: "" };
const CENTRES = [{ id: "moji", name: "見本支援センター", phone: "093-000-0003", fax: "093-000-0004" }];
const CLINIC = { name: "見本医院", phone: "093-000-0005", fax: "093-000-0006" };
const WHAT = { today: "2026年11月29日", asked: ["訪問診療", "褥瘡処置"], wish: "週1回" };
const rows = (sheet) => sheet.querySelectorAll(".fax__row").map((row) => row.children.map((part) => part.text));

test("a sheet is addressed, dated, signed and says what is asked", () => {
  const sheet = buildFax(CLINIC, OWN, CENTRES, WHAT);
  assert.deepEqual(rows(sheet), [
    ["sheet-to", "見本医院　御中"], ["FAX", "093-000-0006"], ["電話", "093-000-0005"], ["fax-date", "2026年11月29日"], ["sheet-from", "見本ケアプラン"],
    ["sheet-person", "見本 花子"], ["電話", "093-000-0001"], ["FAX", "093-000-0002"],
  ]);
  assert.deepEqual(sheet.querySelectorAll("th").map((cell) => cell.text), ["訪問診療", "褥瘡処置"]);
  assert.equal(sheet.querySelector(".fax__wish").text, "週1回");
  assert.ok(sheet.querySelector(".fax__reply h3, h3").text.length > 0);
  assert.ok(sheet.text.includes("返信先 093-000-0002"));
});

test("a liaison centre signs with its own name and numbers", () => {
  const sheet = buildFax(CLINIC, { ...OWN, centre: "moji" }, CENTRES, WHAT);
  assert.deepEqual(rows(sheet).slice(4), [["sheet-from", "見本支援センター"], ["sheet-person", "見本 花子"], ["電話", "093-000-0003"], ["FAX", "093-000-0004"]]);
});

test("what is not given is a line to write on, nothing asked three of them", () => {
  const sheet = buildFax({ name: "見本医院", phone: "", fax: "" }, { office: "", person: "", phone: "", fax: "", centre: "" }, [], { today: "", asked: [], wish: "" });
  assert.equal(sheet.querySelectorAll("th").length, 3);
  assert.equal(sheet.querySelector(".fax__wish"), null);
  assert.ok(!sheet.text.includes("返信先"));
});

test("the sender is kept in the browser until it is cleared", () => {
  const stored = openPage();
  assert.deepEqual(loadSender(), { office: "", person: "", phone: "", fax: "", centre: "" });
  saveSender(OWN);
  assert.deepEqual(loadSender(), OWN);
  const [key] = stored.keys();
  stored.set(key, "no JSON");
  assert.equal(loadSender().office, "");
});

test("with a centre chosen only the person is asked for", () => {
  const told = [];
  const fields = senderFields(OWN, CENTRES, (sender) => told.push(sender));
  fields.querySelector("[id=sender-centre]").fire("change", { target: { value: "moji" } });
  assert.deepEqual(told, [{ ...OWN, centre: "moji" }]);
  fields.querySelector("[id=sender-person]").fire("input", { target: { value: "見本 太郎" } });
  assert.deepEqual(told[1], { ...OWN, centre: "moji", person: "見本 太郎" });
});
