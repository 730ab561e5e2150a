/**
 * The relay's clock, as its answers tell it. Owns the difference to this device's clock; everything that dates, seals or
 * deletes goes by it, because the dates that two people signed are kept by the relay and its keeper.
 */

/** `Quietbox-Time` is whole seconds: on average half a second has passed of the one it names. */
const HALF_SECOND_MS = 500;
/** A difference that moves by less than this is the line's doing, not the clock's. */
const STEADY_MS = 1500;

export class RelayClock {
  readonly #device: () => number;
  #offsetMs: number | null = null;

  /** `device` gives milliseconds since 1970 on this device. */
  constructor(device: () => number) {
    this.#device = device;
  }

  /** Take the header of an answer that has just come. */
  hear(header: string | null): void {
    if (header === null || !/^\d{1,12}$/.test(header)) {
      return;
    }
    const offsetMs = Number(header) * 1000 + HALF_SECOND_MS - this.#device();
    if (this.#offsetMs === null || Math.abs(offsetMs - this.#offsetMs) > STEADY_MS) {
      this.#offsetMs = offsetMs;
    }
  }

  /** Unix seconds by the relay's clock. */
  now(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  nowMs(): number {
    return this.#device() + (this.#offsetMs ?? 0);
  }

  /** Relay's clock minus this device's, in whole seconds. */
  offsetSeconds(): number {
    return Math.round((this.#offsetMs ?? 0) / 1000);
  }
}
