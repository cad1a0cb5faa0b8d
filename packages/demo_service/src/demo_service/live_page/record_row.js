// One record as one row: time, level, logger, message, its main fields, and the button of its correlation id.

import { makeButton, makeElement } from "./make_element.js";
import { visible, visibleStart } from "./visible_text.js";

const ACCESS_LOGGER = "logging_system.access";
const OWN_KEYS = new Set(["timestamp", "level", "logger", "message", "module", "function", "line", "context", "exception", "duration_ms"]);
const ACCESS_KEYS = new Set(["method", "path", "route", "status", "client"]);
const STATIC_CONTEXT = new Set(["correlation_id", "service_name", "version", "environment", "trace_id", "span_id"]);
const MESSAGE_CHARACTERS = 600;
const VALUE_CHARACTERS = 60;
const CHIPS = 8;
const ID_CHARACTERS = 8;

const two = (number) => String(number).padStart(2, "0");

/** HH:MM:SS.mmm of the viewer's time zone. */
export function formatTime(milliseconds) {
  const time = new Date(milliseconds);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** Milliseconds with about three digits: 0.42, 12.3, 1,240. */
export function formatMs(milliseconds) {
  const digits = milliseconds < 1 ? 2 : milliseconds < 100 ? 1 : 0;
  return milliseconds.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function asText(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function makeChip(key, value, className = "chip") {
  const chip = makeElement("span", className);
  chip.append(makeElement("span", "key", visibleStart(key, VALUE_CHARACTERS)), "=", visibleStart(asText(value), VALUE_CHARACTERS));
  return chip;
}

function durationChip(milliseconds) {
  return makeElement("span", "chip duration", `${formatMs(milliseconds)} ms`);
}

function* fieldChips(record, leftOut) {
  if (typeof record.duration_ms === "number" && !leftOut.has("duration_ms")) yield durationChip(record.duration_ms);
  for (const [key, value] of Object.entries(record)) {
    const told = OWN_KEYS.has(key) || leftOut.has(key) || value === record.message; // a timer's operation is its message
    if (!told) yield makeChip(key, value);
  }
  for (const [key, value] of Object.entries(record.context ?? {})) {
    if (!STATIC_CONTEXT.has(key)) yield makeChip(key, value, "chip context");
  }
}

function appendChips(text, chips) {
  const all = [...chips];
  for (const chip of all.slice(0, CHIPS)) text.append(" ", chip);
  if (all.length > CHIPS) text.append(" ", makeElement("span", "chip more", `+${all.length - CHIPS} more`));
}

function appendRequest(text, record) {
  const status = makeElement("span", "status", visible(asText(record.status ?? "?")));
  status.dataset.class = String(record.status).slice(0, 1);
  text.append(
    makeElement("span", "method", visibleStart(String(record.method), VALUE_CHARACTERS)),
    " ",
    makeElement("span", "path", visibleStart(String(record.path), MESSAGE_CHARACTERS)),
    " ",
    status,
  );
  if (typeof record.duration_ms === "number") text.append(" ", durationChip(record.duration_ms));
  text.append(" ", makeElement("span", "quiet", visibleStart(asText(record.message ?? ""), MESSAGE_CHARACTERS)));
  appendChips(text, fieldChips(record, new Set([...ACCESS_KEYS, "duration_ms"])));
}

function makeText(record) {
  const text = makeElement("span", "text");
  if (record.logger === ACCESS_LOGGER && "method" in record && "path" in record) {
    appendRequest(text, record);
  } else {
    text.append(makeElement("span", "message", visibleStart(asText(record.message ?? ""), MESSAGE_CHARACTERS)));
    appendChips(text, fieldChips(record, new Set()));
  }
  if (record.exception) {
    const { type, message } = record.exception;
    text.append(" ", makeElement("span", "chip error", visibleStart(`${type}: ${message}`, MESSAGE_CHARACTERS / 4)));
  }
  return text;
}

/** A closed row; the list opens it and knows its entry. */
export function makeRow(entry) {
  const { record, level, correlationId } = entry;
  const row = makeElement("li", "row");
  row.dataset.level = level;
  row.dataset.correlationId = correlationId;

  const summary = makeButton("summary", "");
  summary.setAttribute("aria-expanded", "false");
  const time = makeElement("time", "time", formatTime(entry.time));
  time.dateTime = new Date(entry.time).toISOString();
  summary.append(
    time,
    makeElement("span", "level", visibleStart(level, 20)),
    makeElement("span", "logger", visibleStart(asText(record.logger ?? ""), VALUE_CHARACTERS)),
    makeText(record),
  );
  row.append(summary);

  if (correlationId) {
    const id = makeButton("id", visible(correlationId.slice(0, ID_CHARACTERS)));
    id.title = `All records of ${visible(correlationId)}`;
    id.setAttribute("aria-label", `All records of request ${visible(correlationId.slice(0, ID_CHARACTERS))}`);
    row.append(id);
  }
  return row;
}
