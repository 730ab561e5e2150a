/**
 * Api: the calls of one relay, by what they are about (docs/protocol.md, part 13).
 *
 * Owns the routes and the reading of their answers; `exchange.ts` speaks to the relay. Must never put a name or a secret
 * into an address.
 *
 * Longer than most modules, so that everything that can be asked is read in one place.
 */

import { type Bytes, exact, toBase64url, utf8 } from "./crypto/encoding.ts";
import { Malformed } from "./crypto/errors.ts";
import type { Json } from "./crypto/json.ts";
import { DAY_KEY_BYTES } from "./crypto/keeper_wire.ts";
import { ID_BYTES } from "./crypto/names.ts";
import { BINARY_TYPE, Exchange, JSON_TYPE, LARGE_BYTES } from "./exchange.ts";
import { type FirmFacts, firmOf } from "./firm.ts";
import { fault } from "./people/fault.ts";
import { Fields, Problem, parseRows, type Row } from "./wire.ts";

/** For 8 MiB over a slow line. */
const PIECE_MS = 300_000;
const MARKS_MS = 3_000;
const ROWS_BYTES = 5 * 1024 * 1024;
/** Above any order that a relay can give. */
const NEWEST = Number.MAX_SAFE_INTEGER;

const VAULT = "/v1/vault/items";

export class Api extends Exchange {
  #brought = new Map<string, Fields>();

  // --- the relay, invitations ---

  async relay(): Promise<{ name: string; backupTailDays: number; firm: FirmFacts }> {
    const fields = Fields.of((await this.get("/v1/relay")).body);
    return {
      name: fields.text("name", 200),
      backupTailDays: fields.whole("backup_tail_days"),
      firm: firmOf(fields.json("colours"), fields.json("mark")),
    };
  }

  async invitation(inviteId: Bytes): Promise<InvitationBox> {
    const fields = Fields.of((await this.get(`/v1/invitations/${toBase64url(inviteId)}`)).body);
    return {
      kind: fields.whole("kind"),
      box: fields.bytes("box"),
      expiresAt: fields.whole("expires_at"),
    };
  }

  /** Enrol, all in one transaction. The same body again gives the same answer. */
  async redeem(inviteId: Bytes, body: Bytes, signature: Bytes): Promise<void> {
    await this.#byLink("POST", `${toBase64url(inviteId)}/redeem`, body, signature);
  }

  /** Say something without joining. The same body again changes nothing. */
  async reply(inviteId: Bytes, body: Bytes, signature: Bytes): Promise<void> {
    await this.#byLink("PUT", `${toBase64url(inviteId)}/reply`, body, signature);
  }

  async #byLink(method: "POST" | "PUT", to: string, body: Bytes, signature: Bytes): Promise<void> {
    const headers = { "Quietbox-Redeem": toBase64url(signature) };
    const path = `/v1/invitations/${to}`;
    await this.exchange({ method, path, body, type: JSON_TYPE, headers });
  }

  // --- signing in ---

  async startSession(name: string): Promise<LoginStart> {
    const fields = await this.json("POST", "/v1/sessions/start", { name });
    return {
      accountId: fields.bytes("account_id", 16),
      challenge: fields.bytes("challenge", 32),
      methods: fields.objects("methods").map((one) => ({
        methodId: one.bytes("method_id", 16),
        kind: one.text("kind", 16),
        kdf: one.whole("kdf"),
        serverSalt: one.bytes("salt", 16),
      })),
    };
  }

  /** Answer a challenge, which serves once; keeps the token, and what comes with it, and gives the wrapped account key. */
  async openSession(answer: LoginAnswer): Promise<Bytes> {
    const body = {
      account_id: toBase64url(answer.accountId),
      method_id: toBase64url(answer.methodId),
      challenge: toBase64url(answer.challenge),
      nonce: toBase64url(answer.nonce),
      signature: toBase64url(answer.signature),
      opening: true,
    };
    const more = { repeat: false, mostBytes: LARGE_BYTES };
    const fields = await this.json("POST", "/v1/sessions", body, more);
    this.speakWith(fields.text("session", 256));
    this.#bring(fields.object("opening"));
    return fields.bytes("wrap");
  }

  /** Go on with a session that is open at the relay. */
  async goOn(token: string): Promise<void> {
    this.speakWith(token);
    this.#bring(Fields.of((await this.get("/v1/opening", LARGE_BYTES)).body));
  }

  /** What an inbox is opened with came in one answer; each part of it serves once, in the place of a question of its own. */
  #bring(opening: Fields): void {
    this.#brought = new Map([
      ["/v1/account", opening.object("account")],
      [VAULT, opening.object("vault")],
    ]);
    if (opening.has("engagement")) {
      const engagement = opening.object("engagement");
      const id = toBase64url(engagement.bytes("engagement_id", 16));
      this.#brought.set(`/v1/engagements/${id}`, engagement);
    }
  }

  /** Whatever was not used of it is too old now. */
  forgetBrought(): void {
    this.#brought.clear();
  }

  async #broughtOrGot(path: string, mostBytes?: number): Promise<Fields> {
    const brought = this.#brought.get(path);
    this.#brought.delete(path);
    return brought ?? Fields.of((await this.get(path, mostBytes)).body);
  }

  /** End the session; the token is forgotten whatever the relay says. */
  async closeSession(): Promise<void> {
    if (this.signedIn) {
      const done = this.exchange({ method: "DELETE", path: "/v1/sessions", repeat: false });
      this.speakWith("");
      await done;
    }
  }

  // --- account ---

  async account(): Promise<AccountFacts> {
    const fields = await this.#broughtOrGot("/v1/account");
    const mailboxes = fields.objects("mailboxes").map((one) => ({
      mailboxId: one.bytes("mailbox_id", 16),
      address: one.text("address", 320),
      cursor: one.whole("cursor"),
    }));
    return { coach: fields.text("role", 16) === "coach", mailboxes };
  }

  /** The vault's first part, and what the relay thinks is opened with it. */
  async vault(): Promise<StoredItem[]> {
    const brought = this.#brought.get(VAULT);
    this.#brought.delete(VAULT);
    return brought ? storedItems(brought) : await this.vaultItems(0, []);
  }

  /** Of these what there is, all of one instant; and the first part where the manifest is not the known one. */
  async vaultItems(known: number, names: readonly string[]): Promise<StoredItem[]> {
    const more = { mostBytes: LARGE_BYTES };
    return storedItems(await this.json("POST", VAULT, { known, names: [...names] }, more));
  }

  async putVault(items: readonly StoredItem[], removed: readonly string[]): Promise<void> {
    await this.done("PUT", "/v1/vault", { items: items.map(itemJson), removed: [...removed] });
  }

  async addStatement(statement: Bytes): Promise<void> {
    await this.done("POST", "/v1/statements", { statement: toBase64url(statement) });
  }

  // --- engagements ---

  async engagement(engagementId: Bytes): Promise<EngagementFacts> {
    const path = `/v1/engagements/${toBase64url(engagementId)}`;
    const fields = await this.#broughtOrGot(path, LARGE_BYTES);
    const notes = fields.object("notes");
    return {
      state: fields.text("state", 16),
      notes: { count: notes.whole("count"), expiresAt: notes.whole("expires_at") },
      proposals: fields.list("proposals"),
      members: fields.objects("members").map((one) => ({
        role: one.whole("role"),
        statement: one.bytes("statement"),
      })),
      policies: fields.list("policies"),
      acts: fields.list("acts"),
    };
  }

  async statements(engagementId: Bytes, role: number, after: number): Promise<Bytes[]> {
    const path = `/v1/engagements/${toBase64url(engagementId)}/statements?role=${role}&after=${after}`;
    return Fields.of((await this.get(path, LARGE_BYTES)).body).list("statements");
  }

  /** Store an act; `policy` is the frame of an act of kind 1. */
  async addAct(engagementId: Bytes, act: Bytes, policy?: Bytes): Promise<void> {
    await this.done("POST", `/v1/engagements/${toBase64url(engagementId)}/acts`, {
      act: toBase64url(act),
      ...(policy && { policy: toBase64url(policy) }),
    });
  }

  async putProposal(engagementId: Bytes, act: Bytes): Promise<void> {
    await this.done("PUT", `/v1/engagements/${toBase64url(engagementId)}/proposal`, {
      act: toBase64url(act),
    });
  }

  /** Withdraw one's own, or decline the other's. */
  async removeProposal(engagementId: Bytes): Promise<void> {
    const path = `/v1/engagements/${toBase64url(engagementId)}/proposal`;
    await this.exchange({ method: "DELETE", path });
  }

  // --- the spoken check ---

  async spokenRun(engagementId: Bytes): Promise<SpokenRun> {
    const path = `/v1/engagements/${toBase64url(engagementId)}/spoken-check`;
    const fields = Fields.of((await this.get(path)).body);
    const value = (name: string) => (fields.has(name) ? fields.bytes(name, 32) : null);
    return {
      commitment: value("commitment"),
      clientRandom: value("client_random"),
      coachRandom: value("coach_random"),
    };
  }

  /** Begin a run, or add one's own random number to it. */
  async spokenStep(engagementId: Bytes, commitment: Bytes, random: Bytes | null): Promise<void> {
    await this.done("PUT", `/v1/engagements/${toBase64url(engagementId)}/spoken-check`, {
      commitment: toBase64url(commitment),
      ...(random && { random: toBase64url(random) }),
    });
  }

  // --- receipts and the log ---

  /** A page of receipts above an order, ascending. */
  async receipts(after: number): Promise<{ receipts: Json[]; more: boolean }> {
    const path = `/v1/receipts?after=${after}&limit=100`;
    const fields = Fields.of((await this.get(path, LARGE_BYTES)).body);
    return { receipts: fields.raw("receipts"), more: fields.yes("more") };
  }

  /** The newest signed checkpoint, or the one of a hash; null where the log never signed such a one. */
  async checkpoint(hash?: Bytes): Promise<string | null> {
    const path = hash ? `/v1/log/checkpoints/${toBase64url(hash)}` : "/v1/log/checkpoint";
    try {
      return utf8((await this.get(path)).body);
    } catch (reason) {
      if (isProblem(reason, "not-found")) {
        return null;
      }
      throw reason;
    }
  }

  async consistency(first: number, second: number): Promise<Bytes[]> {
    const path = `/v1/log/consistency?first=${first}&second=${second}`;
    return Fields.of((await this.get(path)).body).list("proof");
  }

  async inclusion(index: number, size: number): Promise<Bytes[]> {
    const path = `/v1/log/inclusion?index=${index}&size=${size}`;
    return Fields.of((await this.get(path)).body).list("proof");
  }

  // --- keepers ---

  /** The signed key of one day. */
  async dayKey(keeperId: Bytes, day: number): Promise<Bytes> {
    const path = `/v1/keepers/${toBase64url(keeperId)}/days?first=${day}&count=1`;
    return (await this.get(path, DAY_KEY_BYTES)).body;
  }

  async openLocks(keeperId: Bytes, request: Bytes): Promise<Bytes> {
    const path = `/v1/keepers/${toBase64url(keeperId)}/open`;
    return (await this.send("POST", path, request)).body;
  }

  /** The keeper's answer, or null while the request waits for it. */
  async revoke(keeperId: Bytes, request: Bytes): Promise<Bytes | null> {
    const answer = await this.send("POST", `/v1/keepers/${toBase64url(keeperId)}/revoke`, request);
    return answer.status === 202 ? null : answer.body;
  }

  // --- envelopes ---

  async deposit(body: Bytes): Promise<void> {
    await this.send("POST", "/v1/envelopes", body);
  }

  /** A page above an order, ascending. */
  async rowsAfter(mailboxId: Bytes, after: number): Promise<RowPage> {
    return await this.#rows(mailboxId, `after=${after}`, "ascending");
  }

  /** A page below an order (null: the newest), descending. */
  async rowsBefore(mailboxId: Bytes, before: number | null, limit: number): Promise<RowPage> {
    return await this.#rows(mailboxId, `before=${before ?? NEWEST}&limit=${limit}`, "descending");
  }

  async #rows(
    mailboxId: Bytes,
    query: string,
    direction: "ascending" | "descending",
  ): Promise<RowPage> {
    const path = `/v1/mailboxes/${toBase64url(mailboxId)}/envelopes?${query}`;
    const { headers, body } = await this.get(path, ROWS_BYTES);
    return {
      rows: parseRows(body, direction),
      next: cursorOf(headers.get("Quietbox-Next")),
      more: headers.get("Quietbox-More") === "1",
    };
  }

  /** These have been shown to a person. While they live their author is told of it under read marks alone. */
  async acknowledge(mailboxId: Bytes, envelopeIds: readonly Bytes[]): Promise<void> {
    const path = `/v1/mailboxes/${toBase64url(mailboxId)}/acknowledge`;
    await this.done("POST", path, { envelope_ids: envelopeIds.map(toBase64url) });
  }

  /**
   * Which of my own copies, at most 1,024, the other has opened; none unless both have signed read marks. Asked once:
   * nobody waits long for it.
   */
  async opened(mailboxId: Bytes, envelopeIds: readonly Bytes[]): Promise<Bytes[]> {
    const path = `/v1/mailboxes/${toBase64url(mailboxId)}/opened`;
    const asked = { envelope_ids: envelopeIds.map(toBase64url) };
    const more = { repeat: false, milliseconds: MARKS_MS };
    const opened = (await this.json("POST", path, asked, more)).list("opened");
    if (opened.length > envelopeIds.length) {
      throw new Malformed("more than was asked for");
    }
    return opened.map((one) => exact(one, ID_BYTES, "envelope id"));
  }

  /** Take away my own copies, now; answers how many were there. */
  async expireOwn(mailboxId: Bytes, envelopeIds: readonly Bytes[]): Promise<number> {
    const path = `/v1/mailboxes/${toBase64url(mailboxId)}/expire`;
    return (await this.json("POST", path, { envelope_ids: envelopeIds.map(toBase64url) })).whole(
      "expired",
    );
  }

  // --- the sealed index ---

  /** A page of segments above a place. */
  async indexPage(
    mailboxId: Bytes,
    afterDay: number,
    afterNumber: number,
  ): Promise<{ body: Bytes; more: boolean }> {
    const path = `/v1/mailboxes/${toBase64url(mailboxId)}/index?after_day=${afterDay}&after_number=${afterNumber}`;
    const { headers, body } = await this.get(path, ROWS_BYTES);
    return { body, more: headers.get("Quietbox-More") === "1" };
  }

  async putIndex(mailboxId: Bytes, body: Bytes): Promise<void> {
    await this.send("PUT", `/v1/mailboxes/${toBase64url(mailboxId)}/index`, body);
  }

  // --- blobs ---

  async createBlob(blobId: Bytes, expiresAt: number): Promise<void> {
    await this.done("POST", "/v1/blobs", { blob_id: toBase64url(blobId), expires_at: expiresAt });
  }

  /** How many bytes of a blob are stored. */
  async storedBytes(blobId: Bytes, signal: AbortSignal): Promise<number> {
    const path = `/v1/blobs/${toBase64url(blobId)}`;
    const { headers } = await this.exchange({ method: "HEAD", path, signal });
    return cursorOf(headers.get("Content-Length"));
  }

  /** Send a piece; a relay that holds another number of bytes throws the problem `blob-offset`. */
  async putPiece(
    blobId: Bytes,
    offset: number,
    piece: Bytes,
    signal: AbortSignal,
  ): Promise<number> {
    const path = `/v1/blobs/${toBase64url(blobId)}?offset=${offset}`;
    const call = {
      method: "PUT",
      path,
      body: piece,
      type: BINARY_TYPE,
      milliseconds: PIECE_MS,
      signal,
    };
    return Fields.of((await this.exchange(call)).body).whole("stored");
  }

  async finishBlob(blobId: Bytes, storedLength: number, sha256: Bytes): Promise<void> {
    const fields = { stored_length: storedLength, sha256: toBase64url(sha256) };
    await this.done("POST", `/v1/blobs/${toBase64url(blobId)}/finish`, fields);
  }

  /** The stored bytes from `start` up to `stop`. */
  async readBlob(blobId: Bytes, start: number, stop: number, signal: AbortSignal): Promise<Bytes> {
    const path = `/v1/blobs/${toBase64url(blobId)}`;
    const headers = { Range: `bytes=${start}-${stop - 1}` };
    const call = {
      method: "GET",
      path,
      headers,
      mostBytes: stop - start,
      milliseconds: PIECE_MS,
      signal,
    };
    const { body } = await this.exchange(call);
    if (body.length !== stop - start) {
      throw fault("gone");
    }
    return body;
  }
}

function cursorOf(header: string | null): number {
  const number = Number(header);
  if (header === null || !/^\d{1,16}$/.test(header) || !Number.isSafeInteger(number)) {
    throw new Malformed("not a number in a header");
  }
  return number;
}

// --- values ---------------------------------------------------------------------------------------------------------

export interface InvitationBox {
  readonly kind: number;
  readonly box: Bytes;
  readonly expiresAt: number;
}

/** A way in as a login answer offers it. */
export interface OfferedMethod {
  readonly methodId: Bytes;
  readonly kind: string;
  readonly kdf: number;
  readonly serverSalt: Bytes;
}

export interface LoginStart {
  readonly accountId: Bytes;
  readonly methods: readonly OfferedMethod[];
  readonly challenge: Bytes;
}

export interface LoginAnswer {
  readonly accountId: Bytes;
  readonly methodId: Bytes;
  readonly challenge: Bytes;
  readonly nonce: Bytes;
  readonly signature: Bytes;
}

/** An account as its owner is shown it. */
export interface AccountFacts {
  readonly coach: boolean;
  readonly mailboxes: readonly MailboxFacts[];
}

export interface MailboxFacts {
  readonly mailboxId: Bytes;
  readonly address: string;
  readonly cursor: number;
}

/** A vault item as the relay holds it. */
export interface StoredItem {
  readonly name: string;
  readonly version: number;
  readonly expiresAt: number;
  readonly box: Bytes;
}

/** An engagement as the relay shows it; policies, acts and statements are believed by their signatures alone. */
export interface EngagementFacts {
  readonly state: string;
  readonly members: readonly { readonly role: number; readonly statement: Bytes }[];
  readonly policies: readonly Bytes[];
  readonly acts: readonly Bytes[];
  /** Acts of kind 3 or 5 with one signature. */
  readonly proposals: readonly Bytes[];
  /** The coach's private notes: their number, and when the last of them goes (0: there are none). */
  readonly notes: { readonly count: number; readonly expiresAt: number };
}

/** A run of the spoken check, as the relay shows it; what is not there is null. */
export interface SpokenRun {
  readonly commitment: Bytes | null;
  readonly clientRandom: Bytes | null;
  readonly coachRandom: Bytes | null;
}

export interface RowPage {
  readonly rows: readonly Row[];
  readonly next: number;
  readonly more: boolean;
}

/** A vault item as the contract's JSON writes it. */
export function itemJson(item: StoredItem): Json {
  return {
    name: item.name,
    version: item.version,
    expires_at: item.expiresAt,
    box: toBase64url(item.box),
  };
}

/** Whether the relay answered with exactly this problem. */
export function isProblem(reason: unknown, problem: string): reason is Problem {
  return reason instanceof Problem && reason.problem === problem;
}

function storedItems(fields: Fields): StoredItem[] {
  return fields.objects("items").map((one) => ({
    name: one.text("name", 64),
    version: one.whole("version"),
    expiresAt: one.whole("expires_at"),
    box: one.bytes("box"),
  }));
}
