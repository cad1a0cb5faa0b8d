// Records per second, error share and latency of the last two minutes, by the records' timestamps.

/** What the plots show, in seconds. */
export const WINDOW_S = 120;
/** Seconds that make one point of a plot. */
export const POINT_S = 2;
/** What the current figures are averaged over, in seconds. */
const CURRENT_S = 10;

const ACCESS_LOGGER = "logging_system.access";

function emptySlot() {
  return { records: 0, judged: 0, errors: 0, durations: [] };
}

function joinSlots(slots) {
  const sum = emptySlot();
  for (const slot of slots) {
    sum.records += slot.records;
    sum.judged += slot.judged;
    sum.errors += slot.errors;
    for (const duration of slot.durations) sum.durations.push(duration);
  }
  return sum;
}

/** Nearest-rank 95th percentile, null of nothing. */
function p95(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length ? sorted[Math.ceil(sorted.length * 0.95) - 1] : null;
}

// DEBUG records are in neither part of the share, as in the alert on it.
function figures(slot, seconds) {
  return {
    rate: slot.records / seconds,
    errors: slot.judged ? (100 * slot.errors) / slot.judged : null,
    p95: p95(slot.durations),
  };
}

export class Rates {
  #slots = new Map();

  add({ time, rank, record }) {
    const second = Math.floor(time / 1000);
    let slot = this.#slots.get(second);
    if (!slot) this.#slots.set(second, (slot = emptySlot()));
    slot.records += 1;
    if (rank > 10) slot.judged += 1;
    if (rank >= 40) slot.errors += 1;
    const measured = record.logger === ACCESS_LOGGER && record.streaming !== true;
    if (measured && typeof record.duration_ms === "number") slot.durations.push(record.duration_ms);
  }

  #between(first, end) {
    const slots = [];
    for (let second = first; second < end; second += 1) {
      const slot = this.#slots.get(second);
      if (slot) slots.push(slot);
    }
    return joinSlots(slots);
  }

  /** Figures of the last ten seconds, the running one included. */
  current(now) {
    const end = Math.floor(now / 1000) + 1;
    const seconds = now / 1000 - (end - CURRENT_S);
    return figures(this.#between(end - CURRENT_S, end), seconds);
  }

  /** One point for each two seconds that are over, oldest first; `time` is its start in ms. */
  points(now) {
    const end = Math.floor(now / 1000 / POINT_S) * POINT_S;
    const points = [];
    for (let second = end - WINDOW_S; second < end; second += POINT_S) {
      points.push({ time: second * 1000, ...figures(this.#between(second, second + POINT_S), POINT_S) });
    }
    return points;
  }

  /** Forget what no plot can show any more; a later time than `now` is somebody's mistake. */
  forget(now) {
    const second = now / 1000;
    for (const key of this.#slots.keys()) {
      if (key < second - WINDOW_S - POINT_S || key > second + WINDOW_S) this.#slots.delete(key);
    }
  }
}
