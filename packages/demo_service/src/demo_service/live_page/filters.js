// Which records are listed: level, text and correlation id, from the three controls and the page's address.

import { levelRank, searchableText } from "./records.js";

const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
const NONE = { level: "all", text: "", id: "" };

export class Filters {
  /** `controls` are the select `level` and the inputs `text` and `id`; `changed` is called after each change. */
  constructor(controls, changed) {
    this.controls = controls;
    this.changed = changed;
    this.before = NONE;
    this.#take(this.#fromAddress());
    this.#showInControls();
    for (const name of Object.keys(NONE)) {
      controls[name].addEventListener("input", () => this.#take({ ...this.#current(), [name]: controls[name].value }, true));
    }
    addEventListener("popstate", () => this.set(this.#fromAddress()));
  }

  get any() {
    return this.level !== "all" || this.text !== "" || this.id !== "";
  }

  /** True while one request is looked at: its records are listed in the order of time. */
  get oneRequest() {
    return this.id !== "";
  }

  matches(entry) {
    if (this.level !== "all" && entry.rank < levelRank(this.level)) return false;
    if (this.id && !entry.correlationId.startsWith(this.id)) return false;
    return !this.text || searchableText(entry).includes(this.text.toLowerCase());
  }

  set(values) {
    this.#take({ ...NONE, ...values });
    this.#showInControls();
    this.#apply();
  }

  clear() {
    this.set(NONE);
  }

  /** All records of one request, whatever was filtered; `back` returns to that. */
  showRequest(id) {
    if (!this.oneRequest) this.before = this.#current();
    this.set({ id });
  }

  back() {
    const { before } = this;
    this.before = NONE;
    this.set({ ...before, id: "" });
  }

  #current() {
    return { level: this.level, text: this.text, id: this.id };
  }

  #take({ level, text, id }, apply = false) {
    this.level = LEVELS.includes(level) ? level : "all";
    this.text = text.trim();
    this.id = id.trim();
    if (apply) this.#apply();
  }

  #apply() {
    this.#toAddress();
    this.changed();
  }

  #showInControls() {
    for (const name of Object.keys(NONE)) this.controls[name].value = this[name];
  }

  #fromAddress() {
    const query = new URLSearchParams(location.search);
    return { level: (query.get("level") ?? "").toUpperCase(), text: query.get("text") ?? "", id: query.get("id") ?? "" };
  }

  #toAddress() {
    const address = new URL(location.href);
    for (const [name, none] of Object.entries(NONE)) {
      if (this[name] === none) address.searchParams.delete(name);
      else address.searchParams.set(name, this[name]);
    }
    if (address.href !== location.href) history.replaceState(null, "", address);
  }
}
