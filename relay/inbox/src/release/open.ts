/**
 * Opening a release, as the sponsor's page does it: relay, keepers, judgement. Owns the three requests and what their answers mean to a person.
 * Must never say more of what is not there than that it is not there.
 */

import { type Bytes, toBase64url } from "../crypto/encoding.ts";
import { keeperLocks } from "../crypto/envelope.ts";
import { openUnsigned, Status, signOpenRequest } from "../crypto/keeper_wire.ts";
import { linkAccessKey, linkId } from "../crypto/locks.ts";
import {
  type Believed,
  believe,
  checkServed,
  parseServed,
  type ReleaseLink,
  type Served,
} from "../crypto/release.ts";
import { OpenKey } from "../crypto/suite.ts";

/** Why nothing is shown. `nothing` is everything that a release that is not there, or not to be believed, can look like. */
export class NotShown extends Error {
  readonly why: "wrong" | "nothing" | "tries" | "offline" | "later";

  constructor(why: NotShown["why"]) {
    super(why);
    this.why = why;
  }
}

/** Asks the relay: a path below `/v1/release`, and what is sent as JSON. */
export type Ask = (path: string, fields: object) => Promise<Response>;

/** Open what lies behind a link; `NotShown` for whatever is in the way. */
export async function openRelease(
  link: ReleaseLink,
  digits: string,
  ask: Ask,
  random: (sizeBytes: number) => Bytes,
): Promise<Believed> {
  const fields = { link_id: toBase64url(linkId(link.secret)), digits };
  const first = await ask("", fields);
  const now = Number(first.headers.get("quietbox-time"));
  const raw = new Uint8Array(await first.arrayBuffer());
  const keep = (id: Bytes, request: Bytes) => {
    const path = `/keepers/${toBase64url(id)}/open`;
    return ask(path, { ...fields, request: toBase64url(request) }).then((answer) =>
      answer.arrayBuffer(),
    );
  };
  try {
    return await judged(link, parseServed(raw), now, random, keep);
  } catch (reason) {
    throw reason instanceof NotShown ? reason : new NotShown("nothing");
  }
}

type Keep = (keeperId: Bytes, request: Bytes) => Promise<ArrayBuffer>;

/** Ask every keeper for every lock: which is whose is nothing that this reader could know. A wrong share opens nothing. */
export async function judged(
  link: ReleaseLink,
  served: Served,
  now: number,
  random: (sizeBytes: number) => Bytes,
  keep: Keep,
): Promise<Believed> {
  const { envelope } = checkServed(link, served);
  const { headerHash } = envelope;
  const access = linkAccessKey(link.secret);
  const items = keeperLocks(envelope).map((lock) => ({ headerHash, lock }));
  const answers = await Promise.all(
    served.keeperIds.map(async (keeperId) => {
      const replyKey = OpenKey.fromSeed(random(32));
      const request = {
        keeperId,
        accessPublic: access.public,
        askedAt: now,
        nonce: random(16),
        replyPublic: replyKey.public,
        items,
        days: [],
      };
      const raw = signOpenRequest(request, access);
      return openUnsigned(new Uint8Array(await keep(keeperId, raw)), request, raw, replyKey).grants;
    }),
  );
  const shares = items.map((_, at) => {
    const grant = answers.map((grants) => grants[at]).find((one) => one?.status === Status.HERE);
    if (!grant) {
      throw new NotShown("nothing");
    }
    return grant.share;
  });
  return await believe(link, served, shares, now);
}
