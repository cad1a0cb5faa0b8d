// The newest records in memory, and what the page needs to know about each one.

import { visible } from "./visible_text.js";

/** Records kept; the server keeps as many. */
export const KEPT_RECORDS = 2000;

const RANKS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 };

/** Number of a level as in Python's logging; an unknown level counts as INFO. */
export function levelRank(level) {
  return RANKS[level] ?? RANKS.INFO;
}

// Integers beyond 2^53 (ids often are) lose digits as numbers, so they are kept as text where the
// browser hands out the source.
function keepDigits(_key, value, source) {
  const exact = typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value);
  return exact ? value : (source?.source ?? value);
}

function parse(raw) {
  const record = /\d{16}/.test(raw) ? JSON.parse(raw, keepDigits) : JSON.parse(raw);
  if (record === null || typeof record !== "object" || Array.isArray(record)) {
    throw new SyntaxError("a record is a JSON object");
  }
  return record;
}

/** Read one line. Throws SyntaxError if it is not a record. */
export function readRecord(raw) {
  const record = parse(raw);
  const time = Date.parse(record.timestamp);
  const level = String(record.level ?? "INFO");
  return {
    raw,
    record,
    time: Number.isNaN(time) ? Date.now() : time,
    level,
    rank: levelRank(level),
    correlationId: String(record.context?.correlation_id ?? ""),
    number: 0,
    searchable: null,
  };
}

function* leaves(value, path) {
  if (value === null || typeof value !== "object") {
    yield `${path}=${value}`;
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    yield* leaves(inner, path ? `${path}.${key}` : key);
  }
}

/** Everything in a record as lower-case `key=value` lines, as it is and as it is shown; made on first use. */
export function searchableText(entry) {
  if (entry.searchable === null) {
    const lines = [...leaves(entry.record, "")].join("\n").toLowerCase();
    const shown = lines.split("\n").map(visible).join("\n");
    entry.searchable = shown === lines ? lines : `${lines}\n${shown}`;
  }
  return entry.searchable;
}

/** Entries in the order they came, numbered from 1; the oldest go first. */
export class Records {
  entries = [];
  last = 0;

  add(entry) {
    entry.number = ++this.last;
    this.entries.push(entry);
    if (this.entries.length > KEPT_RECORDS) this.entries.shift();
  }

  /** Number of the oldest entry kept. */
  get oldest() {
    return this.last - this.entries.length + 1;
  }

  /** Entries that came behind `number` and are still kept. */
  after(number) {
    return this.entries.slice(Math.max(0, number - this.oldest + 1));
  }
}
