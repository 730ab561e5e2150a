/**
 * Opened marks: which of my own messages the other person has opened.
 *
 * Owns the question to the relay. Must never put it unless the agreement in force has read marks, nor let reading fail or
 * wait long for the answer. A copy that was sealed once more is not the one that was opened: of it only *yes* is known.
 */

import type { Api } from "../api.ts";
import { toHex } from "../crypto/encoding.ts";
import type { Message } from "../session.ts";
import type { Entry } from "./shelf.ts";
import type { Standing } from "./standing.ts";

/** As many as one question may name (docs/protocol.md, part 13). */
const MOST_ASKED = 1024;

interface Parts {
  readonly api: Api;
  readonly standing: Standing;
}

/** What can be said of a message. */
export type Mark = (entry: Entry) => Pick<Message, "opened">;

/** Ask once for the newest of these, oldest first; nothing is said of the others, nor where the relay is silent. */
export async function openedMarks(
  { api, standing }: Parts,
  entries: readonly Entry[],
): Promise<Mark> {
  const own = entries.filter(({ row, content }) => row.mine && content?.shared);
  const ids = own.slice(-MOST_ASKED).map(({ envelopeId }) => envelopeId);
  if (!standing.terms.inForce.policy.readMarks || ids.length === 0) {
    return () => ({});
  }
  const asked = new Set(ids.map(toHex));
  const opened = await api.opened(standing.place.myMailbox, ids).then(
    (found) => new Set(found.map(toHex)),
    () => null,
  );
  return ({ row, envelopeId }) => {
    const id = toHex(envelopeId);
    const again = row.keptLonger || row.givenBack;
    if (!opened || !asked.has(id) || (again && !opened.has(id))) {
      return {};
    }
    return { opened: opened.has(id) };
  };
}
