/**
 * Segments: the boxes of a sealed index as the relay has them. Owns fetching and storing them and their names; must never
 * believe one. (docs/protocol.md, part 19.)
 */

import type { Api } from "../api.ts";
import { type Bytes, concat, counted, Reader, u16, u32, u64 } from "../crypto/encoding.ts";
import { MOST_BOX_BYTES, MOST_SEGMENTS } from "../crypto/index.ts";

export interface Found {
  readonly day: number;
  readonly number: number;
  readonly version: number;
  readonly box: Bytes;
}

/** The relay's segments of a mailbox, by place. */
export async function fetchSegments(api: Api, mailboxId: Bytes): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for (let day = 0, number = 0, more = true; more && found.size <= MOST_SEGMENTS; ) {
    const known = found.size;
    const page = await api.indexPage(mailboxId, day, number);
    [day, number] = readSegments(page.body, found) ?? [0, 0];
    // A relay that gives the same ones again has no more.
    more = page.more && found.size > known;
  }
  return found;
}

/** Read a page of segments into `found`; gives the place of the last one. */
function readSegments(body: Bytes, found: Map<string, Found>): [number, number] | null {
  const reader = new Reader(body);
  let last: [number, number] | null = null;
  while (reader.remaining > 0) {
    const [day, number, version] = [reader.u32(), reader.u64(), reader.u64()];
    found.set(placeName({ day, number }), {
      ...{ day, number, version },
      box: reader.counted(4, MOST_BOX_BYTES),
    });
    last = [day, number];
  }
  return last;
}

/** A segment to be stored, and when the first of its rows goes. */
export interface Sealed {
  readonly stored: Pick<Found, "day" | "number" | "version">;
  readonly expiresAt: number;
  readonly box: Bytes;
}

/** Store segments together; the problem `index-conflict` where another browser stored one of them first. */
export async function putSegments(
  api: Api,
  mailboxId: Bytes,
  segments: readonly Sealed[],
): Promise<void> {
  const body = segments.map(({ stored: { day, number, version }, expiresAt, box }) =>
    concat(u32(day), u64(number), u64(version), u64(expiresAt), counted(box, 4)),
  );
  await api.putIndex(mailboxId, concat(u16(segments.length), ...body));
}

export function placeName({
  day,
  number,
}: {
  readonly day: number;
  readonly number: number;
}): string {
  return `${day}/${number}`;
}
