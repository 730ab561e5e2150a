/**
 * Live: an open inbox stays true by itself.
 *
 * Owns the wake-up line with its reconnecting, and the timer by which a message that is due while it is open goes at its
 * second, by the relay's clock. Tells, and decides nothing else.
 */

import type { Api } from "../api.ts";
import { same } from "../crypto/encoding.ts";
import type { Fields } from "../wire.ts";
import { Fault, failureOf } from "./fault.ts";
import type { World } from "./world.ts";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Timers of browsers overflow above this. */
const LONGEST_TIMER_MS = 2_000_000_000;

/** What the line tells. */
export interface Listener {
  /** The line stands, or something came: look at the mailbox. */
  readonly look: () => Promise<void>;
  /** Something came into another mailbox of this person, which reaches so far now. */
  readonly elsewhere: (mailboxId: Uint8Array<ArrayBuffer>, cursor: number) => void;
  /** The engagement has changed. */
  readonly engagement: () => Promise<void>;
  /** Another engagement of this person has. */
  readonly others: () => void;
  /** Something happened to the account itself. */
  readonly account: () => Promise<void>;
  readonly connection: (state: "live" | "lost") => void;
}

/** Which mailbox and engagement are meant. */
export interface Listening {
  readonly mailboxId: Uint8Array<ArrayBuffer>;
  readonly engagementId: Uint8Array<ArrayBuffer>;
}

/** Listen until `signal` stops it. Every break is followed by a pause, a new line, and a look at what was missed. */
export async function listen(
  api: Api,
  world: World,
  listening: Listening,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  for (let failed = 0; !signal.aborted; failed++) {
    try {
      let begun = false;
      for await (const events of api.wake(signal, () => {
        begun = true;
      })) {
        if (begun) {
          begun = false;
          failed = 0;
          await listener.look();
          listener.connection("live");
        }
        for (const { name, fields } of events) {
          await tell(name, fields, listening, listener);
        }
      }
    } catch (reason) {
      if (signal.aborted || ends(reason)) {
        return;
      }
    }
    listener.connection("lost");
    await world.pause(pauseMs(failed, world));
  }
}

async function tell(
  name: string,
  fields: Pick<Fields, "bytes" | "whole">,
  listening: Listening,
  listener: Listener,
): Promise<void> {
  if (name === "wake") {
    const mailboxId = fields.bytes("mailbox_id", 16);
    const here = same(mailboxId, listening.mailboxId);
    await (here ? listener.look() : listener.elsewhere(mailboxId, fields.whole("cursor")));
  } else if (name === "engagement") {
    const here = same(fields.bytes("engagement_id", 16), listening.engagementId);
    await (here ? listener.engagement() : listener.others());
  } else if (name === "account") {
    await listener.account();
  }
}

/** A session that is over is told by the api itself; there is nothing to come back to. */
function ends(reason: unknown): boolean {
  return reason instanceof Fault && failureOf(reason).code === "locked";
}

/** Growing, and not the same for everybody whose relay has just come back. */
function pauseMs(failed: number, world: World): number {
  const jitter = 0.75 + (world.random(1)[0] ?? 0) / 512;
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failed, 10), LONGEST_PAUSE_MS) * jitter;
}

/** Calls `due` at the earliest date that it was told of. */
export class Alarm {
  readonly #world: World;
  readonly #due: () => void;
  #forget: (() => void) | null = null;

  constructor(world: World, due: () => void) {
    this.#world = world;
    this.#due = due;
  }

  /** The earliest date of anything open, or infinity. */
  set(earliestAt: number): void {
    this.clear();
    if (Number.isFinite(earliestAt)) {
      const leftMs = Math.max(earliestAt * 1000 - this.#world.clock.nowMs(), 0);
      this.#forget = this.#world.after(Math.min(leftMs, LONGEST_TIMER_MS), this.#due);
    }
  }

  clear(): void {
    this.#forget?.();
    this.#forget = null;
  }
}
