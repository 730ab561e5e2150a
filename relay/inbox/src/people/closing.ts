/**
 * Closing: ending the work now, and letting everything go on a day that one alone may choose.
 *
 * Owns the plan that is shown before, and the act. Must never post one where the work has ended already, nor, of my own
 * copies, let what the other person wrote last go before the rest. (docs/protocol.md, part 12.)
 */

import { ActKind } from "../crypto/acts.ts";
import type { ClosingPlan } from "../session.work.ts";
import { nextCore, postNext } from "./acting.ts";
import { fault } from "./fault.ts";
import { living, remains, things } from "./remains.ts";
import { type Entry, isShown, type Shelf } from "./shelf.ts";
import { COPY_SECONDS } from "./terms.ts";
import type { Tools } from "./tools.ts";

const MOST_EXPIRED_AT_ONCE = 1_024;

export async function plan({ standing, mailbox, shelf, world }: Tools): Promise<ClosingPlan> {
  await Promise.all([standing.refresh(), mailbox.toBottom()]);
  const { endsAt, inForce } = standing.terms;
  const now = world.clock.now();
  const soonest = now + COPY_SECONDS;
  return {
    remains: remains(shelf, now),
    things: things(shelf, now),
    notes: standing.notes.count,
    soonestAt: inForce.policy.authorMayRecall ? Math.min(soonest, endsAt) : endsAt,
    latestAt: endsAt,
  };
}

/** End the work now and let everything go at `until`; with `mineNow`, my own copies at once. */
export async function close(tools: Tools, until: number, mineNow: boolean): Promise<void> {
  const { standing, world, follow } = tools;
  await postNext(tools, () => {
    const core = nextCore(tools, { kind: ActKind.CLOSE });
    if (standing.terms.phaseAt(world.clock.now()) !== "active") {
      throw fault("closed");
    }
    return { ...core, date: core.issuedAt, secondDate: until };
  });
  if (mineNow) {
    await expireMine(tools);
  }
  await follow();
}

async function expireMine({ api, standing, shelf, remove }: Tools): Promise<void> {
  const entries = lastOfOthersLast(shelf);
  for (let at = 0; at < entries.length; at += MOST_EXPIRED_AT_ONCE) {
    const batch = entries.slice(at, at + MOST_EXPIRED_AT_ONCE);
    const envelopeIds = batch.map((entry) => entry.envelopeId);
    await api.expireOwn(standing.place.myMailbox, envelopeIds);
    remove(batch.map(({ row }) => row.id));
  }
}

/** Everything of mine, what the other person wrote last at the end. */
function lastOfOthersLast(shelf: Shelf): Entry[] {
  const entries = living(shelf);
  const written = entries.filter((entry) => isShown(entry) && !entry.row.mine);
  written.sort((one, other) => one.row.order - other.row.order);
  const last = written.at(-1);
  return last ? [...entries.filter((entry) => entry !== last), last] : entries;
}
