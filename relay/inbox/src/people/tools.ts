/**
 * Tools: what the parts of an open inbox work with. Owns this list of theirs: types alone.
 */

import type { Api } from "../api.ts";
import type { Account } from "./account.ts";
import type { Keepers } from "./keepers.ts";
import type { LogHead } from "./loghead.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Outbox } from "./outbox.ts";
import type { Shelf } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import type { World } from "./world.ts";

export interface Tools {
  readonly api: Api;
  readonly account: Account;
  readonly standing: Standing;
  readonly keepers: Keepers;
  readonly logHead: LogHead;
  readonly mailbox: Mailbox;
  readonly outbox: Outbox;
  readonly shelf: Shelf;
  readonly world: World;
  /** Read the engagement anew and tell the page. */
  readonly follow: () => Promise<void>;
  /** Take what has arrived. */
  readonly look: () => Promise<void>;
  readonly remove: (ids: readonly string[]) => void;
}
