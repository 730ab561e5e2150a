/**
 * Revoking: what ends a release which the relay will not hand back, and asking the keepers to refuse what is over.
 *
 * Owns the vault's item of releases that were let out, and the asking again where a keeper has not confirmed. Must never
 * forget a release before every keeper has confirmed or its date has passed. (docs/protocol.md, part 23; `kept_releases.ts`
 * has the item and the rule.)
 */

import type { ActCore } from "../crypto/acts.ts";
import { same } from "../crypto/encoding.ts";
import { encodeKept, type KeptRelease, overNow, parseKept } from "./kept_releases.ts";
import { type Held, heldNow } from "./sponsorsway.ts";
import type { Tools } from "./tools.ts";
import type { Vault } from "./vault.ts";

const AGAIN_MS = 30_000;

export class Revoking {
  readonly #tools: Tools;
  #repeat: (() => void) | null = null;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  async settle(): Promise<void> {
    const { standing } = this.#tools;
    await standing.refresh();
    const acts = standing.terms.acts.map(({ core }) => core);
    await this.revoke(this.over(acts, await heldNow(this.#tools).catch(() => null)));
  }

  /** `acts` are those that were known before the relay was asked what it holds: what came since is on no list of before. */
  over(acts: readonly ActCore[], held: Held | null): KeptRelease[] {
    const open = held ? (held.slot?.mailboxId ?? null) : undefined;
    const listed = held?.releases.map(({ actNumber }) => actNumber);
    return overNow(this.kept(), acts, open, this.#tools.world.clock.now(), listed);
  }

  /** Ask the keepers to refuse what is over; again after a while where one has not confirmed it. */
  async revoke(over: readonly KeptRelease[]): Promise<void> {
    const { keepers, world } = this.#tools;
    const done = await Promise.all(
      over.map(async (one) => ((await keepers.revoke(one).catch(() => false)) ? [one] : [])),
    );
    const confirmed = done.flat();
    const now = world.clock.now();
    const leaves = (one: KeptRelease) =>
      one.endsAt <= now || confirmed.some(({ subject }) => same(subject, one.subject));
    if (this.kept().some(leaves)) {
      await this.#change((kept) => kept.filter((one) => !leaves(one)));
    }
    this.#repeat?.();
    this.#repeat = null;
    if (confirmed.length < over.length) {
      this.#repeat = world.after(AGAIN_MS, () => {
        this.settle()
          .then(() => this.#tools.follow())
          .catch(() => {});
      });
    }
  }

  kept(vault: Vault = this.#tools.account.records.vault): KeptRelease[] {
    const plain = vault.item(this.#name);
    return plain ? parseKept(plain) : [];
  }

  /** Keep what ends a release, in the place of what was kept of it under an earlier number. */
  async keep(release: KeptRelease): Promise<void> {
    await this.#change((kept) => [
      ...kept.filter(({ subject }) => !same(subject, release.subject)),
      release,
    ]);
  }

  async #change(change: (kept: KeptRelease[]) => KeptRelease[]): Promise<void> {
    const { account, standing } = this.#tools;
    await account.records.change((vault) => {
      const plain = encodeKept(change(this.kept(vault)));
      return new Map([[this.#name, { plain, expiresAt: standing.keptUntil() }]]);
    });
  }

  get #name(): string {
    return this.#tools.standing.itemName("releases");
  }
}
