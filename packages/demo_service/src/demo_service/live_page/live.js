// The live page: joins the stream, the records in memory, the list, the plots and the alerts.
//
// Data is taken in as it comes; what is seen is brought up to date a few times a second, in an
// animation frame where there is one (a hidden tab has none, then a timer does it).

import { Alerts } from "./alerts.js";
import { ServerClock } from "./clock.js";
import { Filters } from "./filters.js";
import * as page from "./page_state.js";
import { Plot } from "./plot.js";
import { Rates } from "./rates.js";
import { RecordList } from "./record_list.js";
import { formatMs } from "./record_row.js";
import { readRecord, Records } from "./records.js";
import { openStream } from "./stream.js";

const REFRESH_MS = 200;
const PLOTS_MS = 1000;
/** How long a frame is waited for; a hidden tab never gets one. */
const FRAME_MS = 300;

const byId = (id) => document.getElementById(id);

const records = new Records();
const rates = new Rates();
const clock = new ServerClock();
const alerts = new Alerts(byId("alerts"));
const filters = new Filters({ level: byId("filter-level"), text: byId("filter-text"), id: byId("filter-id") }, changed);
const list = new RecordList(byId("records"), records, filters, document.querySelector(".toolbar"));
const plots = [
  new Plot(byId("plot-rate"), { key: "rate", shape: "area", least: 1, format: (rate) => [rate.toFixed(rate < 100 ? 1 : 0), "records/s"] }),
  new Plot(byId("plot-errors"), { key: "errors", shape: "bars", least: 5, format: (share) => [share?.toFixed(1) ?? "–", "%"] }),
  new Plot(byId("plot-p95"), { key: "p95", shape: "line", least: 1, format: (p95) => [p95 === null ? "–" : formatMs(p95), "ms"] }),
];

function changed() {
  list.rebuild();
  page.showList(list, filters, records.entries.length);
  list.scrollToStart(); // after the bar has got its height
}

function pause() {
  list.paused = true;
  page.showPaused(true);
}

/** Show what waited, whatever it waited for, and follow the newest again. */
function follow() {
  list.paused = false;
  page.showPaused(false);
  changed();
}

function togglePause() {
  if (list.paused) follow();
  else pause();
}

function take(raw) {
  let entry;
  try {
    entry = readRecord(raw);
  } catch {
    page.showLost(1);
    return;
  }
  records.add(entry);
  rates.add(entry);
  clock.saw(entry.time);
}

function inFrame(run) {
  let done = false;
  const once = () => {
    if (!done) run();
    done = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, FRAME_MS);
}

function refresh() {
  list.refresh();
  page.showList(list, filters, records.entries.length);
  setTimeout(() => inFrame(refresh), REFRESH_MS);
}

function drawPlots() {
  const now = clock.now();
  rates.forget(now);
  const current = rates.current(now);
  const points = rates.points(now);
  for (const plot of plots) plot.draw(current[plot.key], points);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (list.hasOpenRow) list.close();
    else filters.clear();
    return;
  }
  if (event.target.matches("input, select, textarea")) return;
  if (event.key === "p") togglePause();
  if (event.key === "/") {
    event.preventDefault();
    byId("filter-text").focus();
  }
}

document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", pressed);
byId("pause").addEventListener("click", togglePause);
byId("clear").addEventListener("click", () => filters.clear());
byId("empty-clear").addEventListener("click", () => filters.clear());
byId("request-back").addEventListener("click", () => filters.back());
byId("notice-close").addEventListener("click", page.dismissNotice);
byId("new-records").addEventListener("click", follow);

openStream({
  record: take,
  hello: (details) => {
    clock.connected();
    page.showService(details);
  },
  alerts: (firing) => alerts.show(firing),
  lost: page.showLost,
  restarted: page.showRestart,
  state: page.showConnection,
});
refresh();
drawPlots();
setInterval(drawPlots, PLOTS_MS);
