/**
 * Ways back for a client who has lost every way in: what coach, newcomer and former client may ask until it is over.
 *
 * Owns which part answers whom: `reopening.ts` the coach, for the engagement that is open; `returning.ts` whoever comes
 * back, and whoever was client before. Must never let either be fetched before somebody needs it.
 * (docs/protocol.md, part 25.)
 */

import type { Api } from "../api.ts";
import { toBase64url } from "../crypto/encoding.ts";
import type { GivenBack, WayBack, WayBackSession } from "../session.own.ts";
import type { CheckOutcome } from "../session.work.ts";
import type { Account } from "./account.ts";
import { fetched } from "./fault.ts";
import type { Reopening } from "./reopening.ts";
import type { Return } from "./returning.ts";
import type { Run } from "./run.ts";
import type { Workroom } from "./workroom.ts";
import type { World } from "./world.ts";

export class WaysBack implements WayBackSession {
  readonly #api: Api;
  readonly #account: Account;
  readonly #world: World;
  /** Of the engagement that is open now. */
  readonly #work: () => Promise<Workroom>;
  #returning: Return | null = null;

  constructor(api: Api, account: Account, world: World, work: () => Promise<Workroom>) {
    this.#api = api;
    this.#account = account;
    this.#world = world;
    this.#work = work;
  }

  async wayBack(): Promise<WayBack> {
    return await (await this.#reopening()).state();
  }

  async openWayBack(welcome: string): Promise<WayBack> {
    return await (await this.#reopening()).open(welcome);
  }

  async wayBackCode(): Promise<string> {
    return await (await this.#reopening()).code();
  }

  async endWayBack(): Promise<void> {
    await (await this.#reopening()).end();
  }

  async checkWayBack(run?: Run): Promise<CheckOutcome> {
    return await (await this.#reopening()).check(signalOf(run));
  }

  async agreeWayBack(run?: Run): Promise<GivenBack> {
    return await (await this.#reopening()).agree(run as Run);
  }

  async giveBack(run?: Run): Promise<GivenBack> {
    return await (await this.#reopening()).giveBack(run as Run);
  }

  async #reopening(): Promise<Reopening> {
    return await (await this.#work()).reopening();
  }

  // --- whoever comes back, and whoever was client before ---

  async checkReturn(run?: Run): Promise<CheckOutcome> {
    return await (await this.#return()).check(signalOf(run));
  }

  async agreeReturn(run?: Run): Promise<void> {
    await (await this.#return()).agree(signalOf(run));
  }

  async stopReturn(): Promise<void> {
    await (await this.#return()).stop();
  }

  async #return(): Promise<Return> {
    const { Return: Kind } = await fetched(() => import("./returning.ts"));
    this.#returning ??= new Kind(this.#api, this.#account, this.#world);
    return this.#returning;
  }

  async endReopening(): Promise<void> {
    const active = this.#account.records.vault.engagements.find((one) => one.active);
    if (active) {
      await this.#api.ask(
        "DELETE",
        `/v1/engagements/${toBase64url(active.engagementId)}/reopening`,
      );
    }
  }
}

function signalOf(run: Run | undefined): AbortSignal {
  return run?.signal ?? new AbortController().signal;
}
