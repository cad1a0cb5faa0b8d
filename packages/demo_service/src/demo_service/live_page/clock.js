// The server's time, guessed from the records: plots are drawn by their timestamps, and a viewer's
// clock may be minutes off (a virtual machine after sleep). History says nothing about it, so only
// records count that come a while after the connection was made.

const HISTORY_MS = 3000;
/** Smaller differences are delays, not clocks. */
const IGNORED_MS = 5000;
/** Larger ones are records with a made-up time. */
const BELIEVED_MS = 3_600_000;

export class ServerClock {
  #connected = Infinity;
  #ahead = -Infinity;

  connected() {
    this.#connected = Date.now();
  }

  /** Take the timestamp of a record that has just come, in ms since 1970. */
  saw(timestamp) {
    const now = Date.now();
    const ahead = timestamp - now;
    if (now - this.#connected < HISTORY_MS || Math.abs(ahead) > BELIEVED_MS) return;
    this.#ahead = Math.max(this.#ahead, ahead);
  }

  now() {
    const differs = Number.isFinite(this.#ahead) && Math.abs(this.#ahead) > IGNORED_MS;
    return Date.now() + (differs ? this.#ahead : 0);
  }
}
