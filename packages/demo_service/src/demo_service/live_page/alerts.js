// The alerts that fire now, read out when they change, and their number in the page's title.

import { makeElement } from "./make_element.js";
import { formatTime } from "./record_row.js";
import { visible } from "./visible_text.js";

const TITLE = document.title;

function since(alert) {
  const start = Date.parse(alert.since);
  if (Number.isNaN(start)) return makeElement("span", "since", "");
  const today = new Date(start).toDateString() === new Date().toDateString();
  const time = makeElement("time", "since", `since ${today ? formatTime(start).slice(0, 8) : new Date(start).toLocaleString()}`);
  time.dateTime = new Date(start).toISOString();
  return time;
}

function card(alert) {
  const severity = String(alert.severity ?? "none");
  const element = makeElement("article", "alert");
  element.dataset.severity = severity;
  element.append(
    makeElement("span", "severity", visible(severity)),
    makeElement("strong", "name", visible(String(alert.name ?? "?"))),
    makeElement("span", "summary-text", visible(String(alert.summary ?? ""))),
    since(alert),
  );
  return element;
}

export class Alerts {
  #shown = "[]";

  constructor(container) {
    this.container = container;
  }

  /** Replace the list; nothing is touched, and so nothing read out again, when it is the same. */
  show(alerts) {
    const now = JSON.stringify(alerts);
    if (now === this.#shown) return;
    this.#shown = now;
    this.container.replaceChildren(...alerts.map(card));
    document.title = alerts.length ? `(${alerts.length}) ${TITLE}` : TITLE;
  }
}
