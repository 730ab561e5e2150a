/**
 * The relay's clock, as its answers tell it. Owns the difference to this device's clock; everything that dates, seals or
 * deletes goes by it, because the dates that two people signed are kept by the relay and its keeper.
 */

/** A header this much behind what is known was not on a slow line: the relay's clock has been set back. */
const SET_BACK_MS = 10_000;

export class RelayClock {
  readonly #device: () => number;
  #offsetMs: number | null = null;

  /** `device` gives milliseconds since 1970 on this device. */
  constructor(device: () => number) {
    this.#device = device;
  }

  /**
   * Take the header of an answer that has just come. The relay's clock showed at least that second when it answered, so
   * each answer gives a least difference, and the greatest of them is nearest: nothing ever goes before its second.
   */
  hear(header: string | null): void {
    if (header === null || !/^\d{1,12}$/.test(header)) {
      return;
    }
    const offsetMs = Number(header) * 1000 - this.#device();
    if (
      this.#offsetMs === null ||
      offsetMs > this.#offsetMs ||
      offsetMs < this.#offsetMs - SET_BACK_MS
    ) {
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
