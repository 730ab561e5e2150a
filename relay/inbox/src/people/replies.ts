/**
 * Replies: whether somebody who was invited has answered without joining, for the page of the coach who looks at another inbox.
 *
 * Owns asking for it, and asks nobody where no invitation is out. Tells who and what kind of answer; the answer itself is read
 * under *Clients*. (docs/protocol.md, part 10.)
 */

import type { Api } from "../api.ts";
import { isZero, same } from "../crypto/encoding.ts";
import type { Event } from "../session.ts";
import type { Account } from "./account.ts";
import { fetched } from "./fault.ts";
import type { World } from "./world.ts";

/** Tell of the answers that there are now; nothing where there was nothing to ask. */
export async function tellReplies(
  api: Api,
  account: Account,
  world: World,
  tell: (event: Event) => void,
): Promise<void> {
  const { engagements } = account.records.vault;
  const out = engagements.filter((one) => !one.active && !isZero(one.invitationSecret));
  if (out.length === 0) {
    return;
  }
  const { Inviting } = await fetched(() => import("./inviting.ts"));
  const inviting = new Inviting(api, account, world);
  const found = await api.ask("GET", "/v1/engagements");
  const replies = found.objects("engagements").flatMap((facts) => {
    const id = facts.bytes("engagement_id", 16);
    const item = out.find((one) => same(one.engagementId, id));
    const state = facts.has("invitation") ? facts.object("invitation") : null;
    const reply = item && state && inviting.reply(item, state);
    return reply ? [{ name: item.theirName, kind: reply.kind }] : [];
  });
  tell({ kind: "replies", replies });
}
