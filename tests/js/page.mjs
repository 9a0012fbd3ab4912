// The little of a page that the pure modules look at: catalogue, language, address, storage.

const MESSAGES = {
  "coverage-below": "{high} 未満", "coverage-from": "{low} 以上", "coverage-between": "{low}〜{high}",
  "coverage-newly": "新しく", "coverage-more": "増える", "coverage-same": "変わらない", "coverage-less": "減る", "coverage-lost": "なくなる", "coverage-undecided": "判断できません",
  "chosen": "{count}件を選択中", "easy": "薬《くすり》を{name}", "phone": "電話", "in-brackets": "（{text}）", "fictional": "架空のデータ",
  "twice": "薬《くすり》と水《みず》", "english": "See 訪問診療 <now>", "kept": "{name} kept", "unkept": "{name} dropped", "keep-full": "at most {count}",
  "needs-found": "{count} needs", "need-added": "{name} added", "suggest-label": "places", "suggest-found": "{count} places",
  "suggest-towns": "町", "suggest-stations": "駅", "suggest-chosen": "{name}", "suggest-chosen-station": "{name}", "link-copied": "copied",
  "sheet-made": "{date} 作成", "sheet-asked": "必要な対応：", "sheet-centre": "担当の相談窓口：", "comma": "、", "fax": "FAX", "fax-title": "お問い合わせ", "fax-honorific": "　御中",
  ...Object.fromEntries(["sheet-to", "sheet-from", "sheet-person", "fax-date", "fax-text", "fax-yes", "fax-maybe", "fax-no", "fax-reply", "fax-accept", "fax-conditions", "status-declined",
    "fax-callback", "fax-remarks", "fax-name", "fax-phone", "fax-foot", "sender", "sender-own", "sender-office", "sender-person", "sender-phone", "sender-fax"].map((key) => [key, key])),
  "fax-reply-to": "返信先 {number}", "link-shown": "shown", "link-label": "link",
};

/** Sets the globals of a browser's page; call it before importing a module of the page. */
export function openPage({ language = "ja", address = "https://example.test/", links = [], body = new Made("body"), full = false, state = null } = {}) {
  const stored = new Map();
  const listeners = {};
  globalThis.document = {
    documentElement: { dataset: { language } },
    activeElement: null,
    getElementById: (id) => (id === "messages" ? { textContent: JSON.stringify(MESSAGES) } : body.querySelector(`[id=${id}]`)),
    querySelectorAll: (selector) => (links.length ? links : body.querySelectorAll(selector)),
    addEventListener: (name, listener) => { listeners[name] = listener; },
    fire: (name, target) => listeners[name]({ target }),
    createElement: (tag) => new Made(tag),
    createTextNode: (text) => text,
  };
  globalThis.Node = Made;
  globalThis.location = new URL(address);
  globalThis.window = {
    location: globalThis.location,
    clearTimeout, setTimeout,
    localStorage: { getItem: (key) => stored.get(key) ?? null, setItem(key, value) {
      if (full) throw new Error("no room");
      stored.set(key, value);
    } },
    addEventListener: (name, listener) => { listeners[name] = listener; },
    fire: (name, event) => listeners[name](event),
    history: {
      state,
      length: 1,
      replaceState(held, _title, url) {
        this.state = held;
        if (url) globalThis.location = new URL(url, globalThis.location);
      },
      pushState(held, title, url) {
        this.length += 1;
        this.replaceState(held, title, url);
      },
    },
  };
  return stored;
}

/** An element: attributes, children, listeners, and selectors such as `p`, `.name`, `[role=option]`, `a[href]`. */
export class Made {
  constructor(tag) {
    this.tag = tag;
    this.attributes = {};
    this.children = [];
    this.dataset = {};
    this.style = {};
    this.listeners = {};
    this.parent = null;
    this.hidden = false;
    this.classList = { contains: (name) => (this.attributes.class || "").split(" ").includes(name) };
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  removeAttribute(name) {
    delete this.attributes[name];
  }

  append(...children) {
    for (const child of children) if (child instanceof Made) child.parent = this;
    this.children.push(...children);
  }

  after(element) {
    this.parent.append(element);
  }

  remove() {
    this.parent.children = this.parent.children.filter((child) => child !== this);
  }

  addEventListener(name, listener) {
    (this.listeners[name] ||= []).push(listener);
  }

  /** Calls the listeners; returns the event, with what was done to it. */
  fire(name, more = {}) {
    const event = { target: this, prevented: false, preventDefault() { this.prevented = true; }, ...more };
    for (const listener of this.listeners[name] || []) listener(event);
    return event;
  }

  dispatchEvent(event) {
    this.fire(event.type);
  }

  focus() {
    globalThis.document.activeElement = this;
  }

  setSelectionRange() {}

  scrollIntoView() {}

  get elements() {
    return this.children.filter((child) => child instanceof Made);
  }

  get firstElementChild() {
    return this.elements[0];
  }

  get lastElementChild() {
    return this.elements.at(-1);
  }

  get firstChild() {
    const [first] = this.children;
    return typeof first === "string" ? { remove: () => this.children.shift() } : first;
  }

  get text() {
    return this.children.map((child) => (typeof child === "string" ? child : child.text)).join("");
  }

  get textContent() {
    return this.text;
  }

  set textContent(text) {
    this.children = [text];
  }

  get id() {
    return this.attributes.id;
  }

  cloneNode() {
    const copy = Object.assign(new Made(this.tag), { attributes: { ...this.attributes }, dataset: { ...this.dataset } });
    copy.append(...this.children.map((child) => (typeof child === "string" ? child : child.cloneNode())));
    return copy;
  }

  _is(selector) {
    const [, tag, rest] = /^([a-z]*)(.*)$/.exec(selector);
    if (tag && tag !== this.tag) return false;
    return (rest.match(/\.[\w-]+|\[[^\]]+\]/g) || []).every((part) => {
      if (part[0] === ".") return this.classList.contains(part.slice(1));
      const [name, value] = part.slice(1, -1).split("=");
      const key = name.replace(/^data-/, "").replace(/-(.)/g, (_, letter) => letter.toUpperCase());
      const has = name.startsWith("data-") ? this.dataset[key] : this.attributes[name];
      return value === undefined ? has !== undefined : has === value.replaceAll('"', "");
    });
  }

  closest(selector) {
    return this._is(selector) ? this : this.parent && this.parent.closest(selector);
  }

  querySelectorAll(selectors) {
    const wanted = selectors.split(", ");
    return this.elements.flatMap((child) => [
      ...(wanted.some((selector) => child._is(selector)) ? [child] : []), ...child.querySelectorAll(selectors),
    ]);
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] || null;
  }
}

/** An element with children, in one call: `made("p", {class: "name"}, "text")`. */
export function made(tag, { data = {}, ...attributes } = {}, ...children) {
  const element = Object.assign(new Made(tag), { attributes, dataset: data });
  element.append(...children);
  return element;
}
