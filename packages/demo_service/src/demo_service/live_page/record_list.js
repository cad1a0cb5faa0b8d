// The rows: newest on top, or one request in the order of time. Never moves under a reader: while
// the list is scrolled, paused or has an open row, new records are counted and wait.

import { makeDetails } from "./record_details.js";
import { makeRow } from "./record_row.js";

const MAX_ROWS = 500;
/** The list stays still for so long after the pointer moved over it: somebody is about to click. */
const AIMING_MS = 800;

export class RecordList {
  paused = false;
  #entries = new WeakMap();
  #upTo = 0;
  #open = null;
  #aimedAt = -Infinity;

  /** `above` is the bar that covers the page's top; a list whose first row lies under it is scrolled. */
  constructor(container, records, filters, above) {
    Object.assign(this, { container, records, filters, above });
    container.addEventListener("click", (event) => this.#clicked(event));
    container.addEventListener("keydown", (event) => this.#moved(event));
    container.addEventListener("pointermove", () => (this.#aimedAt = performance.now()));
  }

  get shown() {
    return this.container.childElementCount;
  }

  get hasOpenRow() {
    return this.#open !== null;
  }

  /** Records that wait because the reader holds the list; 0 while it flows. */
  get waiting() {
    if (!this.#held) return 0;
    return this.records.after(this.#upTo).filter((entry) => this.filters.matches(entry)).length;
  }

  /** First and last time of the rows in ms; only for the order of time. */
  get span() {
    const { firstElementChild: first, lastElementChild: last } = this.container;
    return first ? this.#entries.get(last).time - this.#entries.get(first).time : 0;
  }

  /** Add the rows of what is new, unless the list is held. */
  refresh() {
    const aiming = performance.now() - this.#aimedAt < AIMING_MS;
    if (this.#held || (aiming && !this.filters.oneRequest)) return;
    const fresh = this.records.after(this.#upTo).filter((entry) => this.filters.matches(entry));
    this.#upTo = this.records.last;
    if (this.filters.oneRequest) this.#insertByTime(fresh);
    else this.#putOnTop(fresh);
  }

  /** Make all rows anew for changed filters; a paused list stays at the records it had. */
  rebuild() {
    this.close();
    if (!this.paused) this.#upTo = this.records.last;
    const chosen = this.records.entries.filter((entry) => entry.number <= this.#upTo && this.filters.matches(entry));
    this.container.replaceChildren();
    if (this.filters.oneRequest) this.#insertByTime(chosen);
    else this.#putOnTop(chosen);
  }

  /** Bring the first row into view if it lies under the bar. */
  scrollToStart() {
    if (!this.#scrolled) return;
    const start = this.container.getBoundingClientRect().top - this.above.getBoundingClientRect().height;
    scrollBy({ top: start, behavior: "instant" });
  }

  /** Close the open row and give its button the focus back. */
  close() {
    const row = this.#open;
    if (!row) return;
    this.#open = null;
    const inside = row.contains(document.activeElement);
    row.querySelector(".details").remove();
    const summary = row.querySelector(".summary");
    summary.setAttribute("aria-expanded", "false");
    if (inside) summary.focus({ preventScroll: true });
  }

  get #scrolled() {
    const covered = this.above.getBoundingClientRect().bottom;
    return this.container.getBoundingClientRect().top < covered - 8;
  }

  get #held() {
    if (this.paused) return true;
    return !this.filters.oneRequest && (this.#open !== null || this.#scrolled);
  }

  #row(entry) {
    const row = makeRow(entry);
    this.#entries.set(row, entry);
    return row;
  }

  #putOnTop(fresh) {
    const rows = fresh.slice(-MAX_ROWS).map((entry) => this.#row(entry)).reverse();
    if (rows.length <= 10) for (const row of rows) row.classList.add("fresh");
    this.container.prepend(...rows);
    const { oldest } = this.records;
    let last = this.container.lastElementChild;
    while (last && (this.shown > MAX_ROWS || this.#entries.get(last).number < oldest)) {
      last.remove();
      last = this.container.lastElementChild;
    }
  }

  #insertByTime(fresh) {
    const inOrder = fresh.slice(-MAX_ROWS).sort((a, b) => a.time - b.time);
    for (const entry of inOrder) {
      let before = this.container.lastElementChild;
      while (before && this.#entries.get(before).time > entry.time) before = before.previousElementSibling;
      if (before) before.after(this.#row(entry));
      else this.container.prepend(this.#row(entry));
    }
    while (this.shown > MAX_ROWS) this.container.firstElementChild.remove();
  }

  #clicked(event) {
    const row = event.target.closest(".row");
    if (!row || event.target.closest(".details")) return;
    const entry = this.#entries.get(row);
    if (event.target.closest(".id")) this.#showRequest(entry.correlationId);
    else this.#toggle(row, entry);
  }

  #showRequest(id) {
    this.filters.showRequest(id);
    this.container.focus({ preventScroll: true });
  }

  #toggle(row, entry) {
    const wasOpen = this.#open === row;
    this.close();
    if (wasOpen) return;
    this.#open = row;
    row.querySelector(".summary").setAttribute("aria-expanded", "true");
    row.append(makeDetails(entry, (id) => this.#showRequest(id)));
  }

  #moved(event) {
    const way = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const summary = event.target.closest(".summary");
    if (!way || !summary) return;
    event.preventDefault();
    summary.closest(".row")[way]?.querySelector(".summary").focus();
  }
}
