/**
 * Own: what a person may ask of their own account, in the settings and beside the work.
 *
 * Owns which part answers which word. Fetched with its parts when the first word is said. Must never answer one itself.
 */

import type { Api } from "../api.ts";
import type { Account } from "./account.ts";
import { Addresses } from "./addresses.ts";
import { Belongings } from "./belongings.ts";
import { Clientele } from "./clientele.ts";
import { Jottings } from "./jottings.ts";
import type { Run } from "./run.ts";
import { Ways } from "./ways.ts";
import { WaysBack } from "./waysback.ts";
import type { Workroom } from "./workroom.ts";
import type { World } from "./world.ts";

type Part = Ways | Addresses | Belongings | Jottings | Clientele | WaysBack;

/** The words that the parts have. A word of the seam that none of them had could not be handed to `answer`. */
type Word<One = Part> = One extends Part ? keyof One : never;

type Answer = (...given: readonly unknown[]) => Promise<unknown>;

export class Own {
  readonly #parts: readonly Part[];

  /** `work` is *Our work* of the engagement that is open when it is asked. */
  constructor(api: Api, account: Account, world: World, work: () => Promise<Workroom>) {
    this.#parts = [
      new Ways(api, account, world),
      new Addresses(api),
      new Belongings(api, world),
      new Jottings(account, world, work),
      new Clientele(api, account, world),
      new WaysBack(api, account, world, work),
    ];
  }

  /** `Session` ties arguments to names; here all that is left to do is to hand them over. */
  async answer(name: Word, args: readonly unknown[], run: Run): Promise<unknown> {
    const part = this.#parts.find((one) => name in one) as Part;
    const answer = part[name as keyof Part] as Answer;
    return await answer.call(part, ...args, run);
  }
}
