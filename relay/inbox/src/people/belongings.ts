/**
 * Belongings: what the server has of a person: shown as it is stored, locked into a copy, and let go.
 *
 * Owns asking for the stored rows and for the time that backups add, the copy that is being locked, and leaving. Must
 * never let anything go that was not asked for by name: a mailbox, or the account.
 */

import type { Api } from "../api.ts";
import { type Bytes, fromBase64url, toHex } from "../crypto/encoding.ts";
import { parseEnvelope } from "../crypto/envelope.ts";
import type { Json } from "../crypto/json.ts";
import type { BelongingsSession, Cell, StoredTable } from "../session.own.ts";
import type { Fields } from "../wire.ts";
import type { CopyLock } from "./copylock.ts";
import { fault, fetched } from "./fault.ts";
import type { World } from "./world.ts";

export class Belongings implements BelongingsSession {
  readonly #api: Api;
  readonly #world: World;
  /** The copy that is being made. */
  #copy: CopyLock | null = null;

  constructor(api: Api, world: World) {
    this.#api = api;
    this.#world = world;
  }

  async rows(): Promise<readonly StoredTable[]> {
    const fields = await this.#api.ask("GET", "/v1/account/rows");
    return fields.objects("tables").map(storedTable);
  }

  async backupDays(): Promise<number> {
    return (await this.#api.relay()).backupTailDays;
  }

  // --- a copy under a password ---

  async lockCopy(password: string): Promise<Bytes> {
    const { CopyLock } = await fetched(() => import("./copylock.ts"));
    this.#copy = await CopyLock.under(password, this.#world.random);
    return this.#copy.head;
  }

  async sealCopy(piece: Bytes): Promise<Bytes> {
    return await this.#needCopy().seal(piece);
  }

  async endCopy(): Promise<Bytes> {
    const end = await this.#needCopy().finish();
    this.#copy = null;
    return end;
  }

  #needCopy(): CopyLock {
    if (!this.#copy) {
      throw fault("gone");
    }
    return this.#copy;
  }

  // --- leaving ---

  async deleteMine(inboundAddress: string): Promise<number> {
    const { mailboxes } = await this.#api.account();
    const mailbox = mailboxes.find((one) => one.address === inboundAddress);
    if (!mailbox) {
      throw fault("gone");
    }
    let deleted = 0;
    for (let after = 0, more = true; more; ) {
      const page = await this.#api.rowsAfter(mailbox.mailboxId, after);
      const ids = page.rows.flatMap((row) =>
        row.kind === "envelope" ? [parseEnvelope(row.raw).header.envelopeId] : [],
      );
      deleted += ids.length > 0 ? await this.#api.expireOwn(mailbox.mailboxId, ids) : 0;
      after = page.next;
      more = page.more;
    }
    return deleted;
  }

  async leave(): Promise<void> {
    await this.#api.ask("DELETE", "/v1/account");
  }
}

function storedTable(one: Fields): StoredTable {
  const rows = one.raw("rows").map((row) => (Array.isArray(row) ? row : []).map(cell));
  const columns = one.raw("columns").map(String);
  return { table: one.text("table", 64), count: one.whole("count"), columns, rows };
}

function cell(value: Json): Cell {
  if (typeof value === "number" || typeof value === "string" || value === null) {
    return value;
  }
  const bytes = value as { size_bytes?: Json; begins?: Json };
  return {
    sizeBytes: Number(bytes.size_bytes),
    begins: toHex(fromBase64url(String(bytes.begins))),
  };
}
