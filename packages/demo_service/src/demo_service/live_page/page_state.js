// The words around the list: connection, service, banners, counts and the empty state.

import { formatMs, formatTime } from "./record_row.js";
import { visible } from "./visible_text.js";

const byId = (id) => document.getElementById(id);
const count = (number) => number.toLocaleString("en-US");
const records = (number) => `${count(number)} ${number === 1 ? "record" : "records"}`;
const clock = () => formatTime(Date.now()).slice(0, 8);

let lost = 0;
let wasLive = false;

// Only what changed is written: the status is read out, and the page is drawn five times a second.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function showConnection(state) {
  const connection = byId("connection");
  if (connection.dataset.state !== state) {
    byId("offline").textContent = `Not connected since ${clock()}. Trying again; what was written meanwhile follows then.`;
  }
  connection.dataset.state = state;
  const live = state === "live";
  wasLive ||= live;
  setText(connection, live ? "Live" : wasLive ? "Reconnecting…" : "Connecting…");
  byId("offline").hidden = live || !wasLive;
}

export function showService({ service_name, version, environment, metrics_url }) {
  const parts = [service_name, version, environment].filter(Boolean).map((part) => visible(String(part)));
  setText(byId("service"), parts.join(" · "));
  const link = byId("metrics-link");
  link.hidden = !/^https?:\/\//.test(metrics_url ?? "");
  if (!link.hidden) link.href = metrics_url;
}

function notice(text) {
  byId("notice-text").textContent = text;
  byId("notice").hidden = false;
}

export function showLost(number) {
  lost += number;
  notice(`${records(lost)} not shown: more came than this page could take (last at ${clock()}).`);
}

export function showRestart() {
  notice(`The service was restarted at ${clock()}; older records are from before.`);
}

export function dismissNotice() {
  byId("notice").hidden = true;
  lost = 0;
}

/** Bring counts, buttons and the empty state in line with the list. */
export function showList(list, filters, total) {
  setText(byId("shown"), `${count(list.shown)} of ${records(total)}`);
  byId("clear").disabled = !filters.any;

  const { waiting } = list;
  byId("new-records").hidden = waiting === 0;
  setText(byId("new-records"), `↑ ${count(waiting)} new ${waiting === 1 ? "record" : "records"}`);

  byId("request").hidden = !filters.oneRequest;
  if (filters.oneRequest) {
    const all = list.shown > 1 && filters.level === "all" && !filters.text ? "All " : "";
    const order = list.shown > 1 ? `, oldest first, over ${formatMs(list.span)} ms` : "";
    setText(byId("request-text"), `${all}${records(list.shown)} with correlation id ${visible(filters.id)}${order}`);
  }
  showEmpty(list.shown === 0, filters.any && total > 0);
}

function showEmpty(empty, filtered) {
  byId("empty").hidden = !empty;
  byId("empty-clear").hidden = !filtered;
  const yet = "No records yet. They appear here as soon as the service writes one: call something under API docs.";
  setText(byId("empty-text"), filtered ? "No records match the filters." : wasLive ? yet : "Connecting to the stream of records…");
}

export function showPaused(paused) {
  byId("pause").setAttribute("aria-pressed", String(paused));
  setText(byId("pause"), paused ? "Resume" : "Pause");
}
