import { median } from "./statistics.js";

// Adapts pictures to the network: smaller, fewer and coarser while it delays them, and better again when it does not.
//
// longest: longer side, px; fps: pictures per second; kbit: bits per second in each direction, in thousands, null for
// no limit; jpeg: quality without WebCodecs.
export const LEVELS = [
  { longest: 1280, fps: 60, kbit: null, jpeg: 0.82 },
  { longest: 960, fps: 30, kbit: 1500, jpeg: 0.75 },
  { longest: 640, fps: 24, kbit: 700, jpeg: 0.65 },
  { longest: 480, fps: 20, kbit: 320, jpeg: 0.5 },
  { longest: 320, fps: 15, kbit: 150, jpeg: 0.4 },
];
const SLOW_MS = 140, QUICK_MS = 60; // transit beyond the round trip of an empty network
const LONGEST_ROUND_TRIP_MS = 150; // what an opening connection may claim; later pictures lower it
const FEWEST = 4, MOST = 15, SKIPPED = 2; // transits per decision; the first two are of the level before
const PERIOD_MS = 700; // between two decisions
const PATIENCE_MS = 2500, LONGEST_PATIENCE_MS = 60_000; // of quick transits before a better level is tried
const TRIAL_MS = 6000; // a better level that is given up within this time was too good

export class Network {
  // onChange(level) is called with another level of LEVELS; `clock` gives milliseconds.
  constructor(onChange, clock = () => performance.now()) {
    Object.assign(this, { onChange, clock, number: 0, patienceMs: PATIENCE_MS, roundTripMs: LONGEST_ROUND_TRIP_MS });
    Object.assign(this, { raisedMs: -Infinity, hasFailed: false });
    this.restart();
  }

  get level() { return LEVELS[this.number]; }

  get isReduced() { return this.number > 0; }

  // A connection has opened after this time, which is at least one round trip.
  connected(ms) {
    this.roundTripMs = Math.min(ms, LONGEST_ROUND_TRIP_MS);
    this.restart();
  }

  // A picture has been on the network for this time, both ways together.
  observe(transitMs) {
    if (this.skipped > 0) { this.skipped -= 1; return; }
    this.roundTripMs = Math.min(this.roundTripMs, transitMs);
    this.transits.push(transitMs);
    if (this.transits.length > MOST) this.transits.shift();
    const now = this.clock();
    if (this.transits.length < FEWEST || now - this.sinceMs < PERIOD_MS) return;
    const delayMs = median(this.transits) - this.roundTripMs;
    if (delayMs > SLOW_MS) this.lower(delayMs, now);
    else if (delayMs > QUICK_MS) this.quickSinceMs = now;
    else if (now - this.quickSinceMs >= this.patienceMs) this.raise(now);
  }

  lower(delayMs, now) {
    const steps = Math.min(3, 1 + Math.floor(Math.log2(delayMs / SLOW_MS))); // each halves the bits
    if (now - this.raisedMs < TRIAL_MS && !this.hasFailed) {
      this.hasFailed = true;
      this.patienceMs = Math.min(2 * this.patienceMs, LONGEST_PATIENCE_MS);
    }
    this.choose(Math.min(this.number + steps, LEVELS.length - 1));
  }

  raise(now) {
    if (!this.hasFailed) this.patienceMs = PATIENCE_MS;
    Object.assign(this, { hasFailed: false, raisedMs: now });
    this.choose(Math.max(this.number - 1, 0));
  }

  choose(number) {
    if (number === this.number) return;
    this.number = number;
    this.restart();
    this.onChange(this.level);
  }

  restart() {
    const now = this.clock();
    Object.assign(this, { transits: [], sinceMs: now, quickSinceMs: now, skipped: SKIPPED });
  }
}
