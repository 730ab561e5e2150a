/**
 * Index list: the vault's item by which a segment of the sealed index is believed.
 *
 * Owns reading it, and writing mine together with what another browser has listed since. Must never let go what another one
 * listed and this page has not seen, nor say of two stretches with a gap between them that they are one.
 * (docs/protocol.md, part 19.)
 */

import { same } from "../crypto/encoding.ts";
import { encodeList, type Listed, parseList, type SegmentList } from "../crypto/index.ts";
import type { Account } from "./account.ts";
import { placeName } from "./segments.ts";
import type { Standing } from "./standing.ts";
import type { Changes, Vault } from "./vault.ts";

interface Parts {
  readonly account: Account;
  readonly standing: Standing;
}

/** The orders that an index covers. */
type Stretch = Pick<SegmentList, "below" | "upTo">;

export class IndexList {
  readonly #parts: Parts;
  /** As it was last seen in the vault: what differs from it there is another browser's. */
  #seen = new Map<string, Listed>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The list in a vault; null where there is none that this release reads. */
  read(vault: Vault): SegmentList | null {
    const plain = vault.item(this.#parts.standing.itemName("index"));
    try {
      return plain ? parseList(plain) : null;
    } catch {
      // Written by a later release, say: it is made again.
      return null;
    }
  }

  /** This is what stands in the vault, and what of it is believed has been taken up. */
  see(list: SegmentList | null): void {
    this.#seen = new Map(list?.segments.map((one) => [placeName(one), one]));
  }

  /** List my segments, as they are when the vault is written, by place, and what they cover. */
  async write(
    covered: Stretch,
    mine: () => ReadonlyMap<string, Listed>,
    today: number,
  ): Promise<void> {
    const { account, standing } = this.#parts;
    const name = standing.itemName("index");
    const vault = await account.records.change((vault): Changes => {
      const theirs = this.read(vault);
      const segments = this.#merged(theirs, mine(), today);
      const plain = encodeList({ ...joined(theirs, covered), segments });
      const there = vault.item(name);
      return there && same(there, plain)
        ? new Map()
        : new Map([[name, { plain, expiresAt: standing.keptUntil() }]]);
    });
    this.see(this.read(vault));
  }

  /** My segments, and those that another browser has listed since: it built upon mine where its version is later. */
  #merged(theirs: SegmentList | null, mine: ReadonlyMap<string, Listed>, today: number): Listed[] {
    const segments = new Map(mine);
    for (const one of theirs?.segments ?? []) {
      const name = placeName(one);
      const known = segments.get(name);
      const seen = this.#seen.get(name);
      const news = !seen || !same(seen.boxHash, one.boxHash);
      if (news && (known?.version ?? 0) < one.version && one.day >= today) {
        segments.set(name, one);
      }
    }
    return [...segments.values()];
  }
}

/** What two browsers' indexes cover together, where that is one stretch; else the later of the two. */
function joined(theirs: Stretch | null, mine: Stretch): Stretch {
  if (!theirs || theirs.upTo < mine.below) {
    return mine;
  }
  if (mine.upTo < theirs.below) {
    return theirs;
  }
  return { below: Math.min(mine.below, theirs.below), upTo: Math.max(mine.upTo, theirs.upTo) };
}
