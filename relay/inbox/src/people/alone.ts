/**
 * Alone: a coach with whom nobody works, yet or any more, stands in the place of an open inbox.
 *
 * Owns what the page is told then, and the line by which it hears of answers to invitations. There is no mailbox, so
 * nothing is read, sealed or sent here.
 */

import type { Api } from "../api.ts";
import { ZERO_ID } from "../crypto/names.ts";
import type { Event, Opened } from "../session.ts";
import type { Account } from "./account.ts";
import { fetched } from "./fault.ts";
import { newestHappened } from "./happened.ts";
import { listen } from "./live.ts";
import { NO_POLICY } from "./nopolicy.ts";
import { languageIn } from "./standing.ts";
import type { World } from "./world.ts";

interface Around {
  readonly api: Api;
  readonly account: Account;
  readonly world: World;
  readonly relayName: string;
  readonly tell: (event: Event) => void;
}

export class Alone {
  readonly #around: Around;
  readonly #stop = new AbortController();

  constructor(around: Around) {
    // What comes in once this has ended is nothing for the inbox that is open then.
    const tell = (event: Event) => this.#stop.signal.aborted || around.tell(event);
    this.#around = { ...around, tell };
  }

  /** Listen from now on; answers with what the page is told. */
  begin(): Opened {
    const { api, world, tell } = this.#around;
    const listener = {
      look: async () => {
        await this.#tellHappened();
        await this.#tellReplies();
      },
      // Whoever joins has a mailbox from then on.
      elsewhere: () => tell({ kind: "clients" }),
      engagement: async () => {},
      others: () => {
        tell({ kind: "clients" });
        this.#tellReplies().catch(() => {});
      },
      account: () => this.#tellHappened(),
      connection: (state: "live" | "lost") => tell({ kind: "connection", state }),
    };
    const nowhere = { mailboxId: ZERO_ID, engagementId: ZERO_ID };
    listen(api, world, nowhere, listener, this.#stop.signal).catch(() => {
      tell({ kind: "connection", state: "lost" });
    });
    return this.#opened();
  }

  /** Stop listening. */
  end(): void {
    this.#stop.abort();
  }

  /** Something was done to the account from elsewhere: its owner is asked. */
  async #tellHappened(): Promise<void> {
    const { api, account, world, tell } = this.#around;
    const happened = await newestHappened(api, account, world);
    if (happened) {
      tell({ kind: "happened", happened });
    }
  }

  async #tellReplies(): Promise<void> {
    const { api, account, world, tell } = this.#around;
    const { tellReplies } = await fetched(() => import("./replies.ts"));
    await tellReplies(api, account, world, tell);
  }

  #opened(): Opened {
    const { account, world, relayName } = this.#around;
    const { vault } = account.records;
    return {
      relayName,
      language: languageIn(vault),
      myName: vault.engagements[0]?.myName ?? "",
      otherName: "",
      myRole: "coach",
      engagementState: "gone",
      policy: NO_POLICY,
      closedBy: null,
      released: null,
      asked: 0,
      clockOffset: world.clock.offsetSeconds(),
      inboundAddress: "",
      alone: true,
    };
  }
}
