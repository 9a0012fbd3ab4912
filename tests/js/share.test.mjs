import assert from "node:assert/strict";
import { test } from "node:test";
import { made, openPage } from "./page.mjs";

const notice = made("div", { id: "notice" });
openPage({ body: made("body", {}, notice) });
const { copyLink, followUrl, shareUrl } = await import("../../geoportal/web/static/js/share.js");

test("what is shared holds no words typed and no page's start; the view is the present one", () => {
  openPage({ address: "https://example.test/?district=40106&q=%E5%86%85%E7%A7%91&offset=20&view=list&lang=en#found" });
  assert.equal(shareUrl("both"), "/?district=40106&lang=en");
  assert.equal(shareUrl("map"), "/?district=40106&lang=en&view=map");
});

test("nothing to share is the start page", () => {
  openPage();
  assert.equal(shareUrl("both"), "/");
});

test("links to other languages follow what is asked", () => {
  const links = [{ href: "https://example.test/?lang=en" }, { href: "https://example.test/?kind=clinic&lang=ja-easy" }];
  openPage({ links, address: "https://example.test/?district=40106&lang=ja" });
  followUrl();
  assert.deepEqual(links.map((link) => link.href), ["/?district=40106&lang=en", "/?district=40106&lang=ja-easy"]);
});

const clipboard = (writeText) => Object.defineProperty(globalThis, "navigator", { value: { clipboard: { writeText } }, configurable: true });

test("a link is copied whole, and shown where the browser does not let a page copy", async () => {
  openPage();
  const copied = [];
  clipboard(async (text) => { copied.push(text); });
  await copyLink("/?district=40106");
  assert.deepEqual(copied, ["https://example.test/?district=40106"]);
  assert.deepEqual([notice.text, notice.hidden], ["copied", false]);
  clipboard(async () => { throw new Error("not allowed"); });
  await copyLink("/?district=40106");
  assert.equal(notice.text, "shown");
  assert.equal(notice.querySelector("input").attributes.value, "https://example.test/?district=40106");
});
