// The little of a page that the pure modules look at: catalogue, language, address, storage.

const MESSAGES = {
  "coverage-below": "{high} 未満", "coverage-from": "{low} 以上", "coverage-between": "{low}〜{high}",
  "coverage-newly": "新しく", "coverage-more": "増える", "coverage-same": "変わらない", "coverage-less": "減る", "coverage-lost": "なくなる",
  "chosen": "{count}件を選択中", "easy": "薬《くすり》を{name}", "phone": "電話", "in-brackets": "（{text}）", "fictional": "架空のデータ",
};

/** Sets the globals of a browser's page; call it before importing a module of the page. */
export function openPage({ language = "ja", address = "https://example.test/", links = [] } = {}) {
  const stored = new Map();
  globalThis.document = {
    documentElement: { dataset: { language } },
    getElementById: (id) => (id === "messages" ? { textContent: JSON.stringify(MESSAGES) } : null),
    querySelectorAll: () => links,
    createElement: (tag) => new Made(tag),
    createTextNode: (text) => text,
  };
  globalThis.Node = Made;
  globalThis.location = new URL(address);
  globalThis.window = {
    location: globalThis.location,
    clearTimeout, setTimeout,
    localStorage: { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, value) },
    history: {
      replaceState(_state, _title, url) {
        globalThis.location = new URL(url, globalThis.location);
      },
    },
  };
  return stored;
}

/** An element that only remembers what it was made of. */
class Made {
  constructor(tag) {
    this.tag = tag;
    this.attributes = {};
    this.children = [];
    this.dataset = {};
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  append(...children) {
    this.children.push(...children);
  }

  get text() {
    return this.children.map((child) => (typeof child === "string" ? child : child.text)).join("");
  }
}
