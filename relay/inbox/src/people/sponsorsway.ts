/**
 * Sponsor's way in: the link and the digits by which a sponsor reads, and what the relay holds behind them.
 *
 * Owns opening that way, and what the relay says of it. Must never give one person's link to another.
 * (docs/protocol.md, part 23.)
 */

import { type Bytes, type Random, same, toBase64url } from "../crypto/encoding.ts";
import { linkAccessKey, linkId } from "../crypto/locks.ts";
import { fingerprint } from "../crypto/names.ts";
import { encodeFragment, pairHash } from "../crypto/release.ts";
import type { SponsorWay } from "../session.report.ts";
import type { Steps, Version } from "./reportsteps.ts";
import type { Standing } from "./standing.ts";
import type { Tools } from "./tools.ts";

const DIGITS = 6;
/** Far more than a few envelopes of a report. */
const MOST_ANSWER_BYTES = 8 * 1024 * 1024;

/** What the relay holds for the sponsor. */
export interface Held {
  readonly slot: { readonly linkId: Bytes; readonly mailboxId: Bytes } | null;
  readonly releases: readonly {
    readonly actNumber: number;
    readonly notBefore: number;
    readonly endsAt: number;
    readonly envelope: Bytes;
  }[];
}

/** The relay's route of what is let out of this engagement. */
export function releasePath({ engagementId }: Standing): string {
  return `/v1/engagements/${toBase64url(engagementId)}/release`;
}

export async function heldNow({ api, standing }: Tools): Promise<Held> {
  const fields = await api.ask("GET", releasePath(standing), undefined, MOST_ANSWER_BYTES);
  const slot = fields.has("slot") ? fields.object("slot") : null;
  return {
    slot: slot && { linkId: slot.bytes("link_id", 16), mailboxId: slot.bytes("mailbox_id", 16) },
    releases: fields.objects("releases").map((one) => ({
      actNumber: one.whole("act_number"),
      notBefore: one.whole("not_before"),
      endsAt: one.whole("ends_at"),
      envelope: one.bytes("envelope"),
    })),
  };
}

/** Both keys as the sponsor's link names them. */
export function pairOf({ place }: Standing): Bytes {
  return pairHash(fingerprint(place.coachPublic), fingerprint(place.clientPublic));
}

/** Open the way in of this link, with digits drawn anew. */
export async function openWay({ api, standing, world }: Tools, secret: Bytes): Promise<SponsorWay> {
  const digits = drawDigits(world.random);
  await api.ask("PUT", `/v1/engagements/${toBase64url(standing.engagementId)}/slot`, {
    link_id: toBase64url(linkId(secret)),
    reader_key: toBase64url(linkAccessKey(secret).public),
    digits,
  });
  const fragment = encodeFragment({ secret, pair: pairOf(standing) });
  return { link: `${world.origin}/r/${fragment}`, digits };
}

/** The link whose way in is open. */
export function openLink({ links }: Steps, { slot }: Held): Steps["links"][number] | null {
  return (slot && links.find(({ secret }) => same(linkId(secret), slot.linkId))) ?? null;
}

/** The link that the same person has already; another person gets another link, and the old one ends. */
export function sameReader(steps: Steps, held: Held, { report }: Version): Bytes | null {
  const open = openLink(steps, held);
  return open?.person === report.sponsorPerson ? open.secret : null;
}

/** Six digits, each row of them as likely as any other. */
function drawDigits(random: Random): string {
  const most = 10 ** DIGITS;
  const fair = 2 ** 32 - (2 ** 32 % most);
  for (;;) {
    const drawn = new DataView(random(4).buffer).getUint32(0);
    if (drawn < fair) {
      return String(drawn % most).padStart(DIGITS, "0");
    }
  }
}
