/**
 * Vault: a person's own records at the relay, opened and checked as a whole, and kept current.
 *
 * Owns what is written when an item changes: the next version of each, and a new manifest with the counter one higher;
 * and what of it has not been fetched yet. Must never accept a vault whose manifest is not signed by the identity key in
 * it, names other boxes than were shown, or has a lower counter than this page has seen: an old vault would bring back old
 * keys and old pins. (docs/protocol.md, part 8.)
 */

import { type Api, isProblem, type StoredItem } from "../api.ts";
import { NONCE_BYTES } from "../crypto/box.ts";
import { type Bytes, type Random, same, toHex } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import { DAY_SECONDS } from "../crypto/names.ts";
import type { Pins } from "../crypto/pins.ts";
import { H, SignKey } from "../crypto/suite.ts";
import * as items from "../crypto/vault.ts";
import { notTrusted } from "./fault.ts";

const MANIFEST = "manifest";
/** How long the items of the account itself ask to be kept; the account's own end comes first. */
export const KEPT_SECONDS = 8_000 * DAY_SECONDS;
/** An engagement's records outlive its hold by as long as a client's account does. */
export const KEPT_AFTER_SECONDS = 30 * DAY_SECONDS;
/** Items that go with their engagement, and may therefore be missing though the manifest names them. */
const OF_ENGAGEMENT = /^[a-z]+\/[0-9a-f]{32}$/;
/** Of these, all that a list does not need: they come when they are asked for. */
const LATER = /^(?!engagement\/)[a-z]+\/[0-9a-f]{32}$/;
const HEAD = "engagement/";
const STANDING = /^standing\//;
const TRIES = 5;
/** Items that are asked for at a time. */
const MOST_NAMES = 256;
/** Four times what the largest vault takes; of a relay whose answers never come to an end nothing is believed. */
const MOST_ROUNDS = 64;

/** An item as it is now. `expiresAt` is what the relay was last asked for. */
interface Entry {
  readonly version: number;
  readonly expiresAt: number;
  readonly plain: Bytes;
  readonly boxHash: Bytes;
}

/** What the manifest names and was not fetched yet, by name. */
type Pending = ReadonlyMap<string, items.ManifestEntry>;

/** Somebody wants an item before it was fetched: `Records.hold` comes first, and `change` sees to it by itself. */
class NotHeld extends Error {
  readonly item: string;

  constructor(item: string) {
    super(`not fetched yet: ${item.split("/")[0]}`);
    this.item = item;
  }
}

/** What is written of an engagement: what a list needs, and what was signed. */
export function engagementKept(item: items.EngagementItem, expiresAt: number) {
  return [
    [items.engagementName(item), { plain: items.encodeEngagement(item), expiresAt }],
    [items.standingName(item), { plain: items.encodeStanding(item), expiresAt }],
  ] as const;
}

/** What items are to hold from now on, and until when, by name. */
export type Changes = ReadonlyMap<string, { readonly plain: Bytes; readonly expiresAt: number }>;

/** A write of the vault: what to send, and the vault once that is stored. */
export interface Written {
  readonly items: readonly StoredItem[];
  readonly vault: Vault;
}

interface Owner {
  readonly accountId: Bytes;
  readonly vaultKey: Bytes;
}

/** An opened vault. Each write gives a new one. */
export class Vault {
  readonly counter: number;
  readonly #owner: Owner;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly manifestVersion: number;
  readonly #pending: Pending;

  private constructor(
    owner: Owner,
    counter: number,
    entries: ReadonlyMap<string, Entry>,
    manifestVersion: number,
    pending: Pending = new Map(),
  ) {
    this.#owner = owner;
    this.counter = counter;
    this.#entries = entries;
    this.manifestVersion = manifestVersion;
    this.#pending = pending;
  }

  /** The vault of an account that is being made. */
  static empty(accountId: Bytes, vaultKey: Bytes): Vault {
    return new Vault({ accountId, vaultKey }, 0, new Map(), 0);
  }

  /** Open and check the first part and what came with it: a fault of vault, vault-manifest or vault-rollback otherwise. */
  static open(
    accountId: Bytes,
    vaultKey: Bytes,
    stored: readonly StoredItem[],
    leastCounter: number,
  ): Vault {
    const owner = { accountId, vaultKey };
    const entries = new Map(stored.map((item) => [item.name, openEntry(owner, item)]));
    const { manifest, version } = takeManifest(owner, entries);
    const rows = new Map(manifest.entries.map((one) => [one.name, one]));
    checkListed(rows, entries);
    const missing = [...rows].filter(([name]) => !entries.has(name));
    if (missing.some(([name]) => !OF_ENGAGEMENT.test(name))) {
      throw notTrusted("vault-manifest");
    }
    if (manifest.counter < leastCounter) {
      throw notTrusted("vault-rollback");
    }
    const pending = new Map(missing.filter(([name]) => LATER.test(name)));
    return new Vault(owner, manifest.counter, entries, version, pending);
  }

  /**
   * With what came, of which `asked` was asked for by name; what is held and has not changed stays. No item is taken but
   * by the manifest that is held or came along; faults as of `open`.
   */
  take(stored: readonly StoredItem[], asked: readonly string[]): Vault {
    const isRenewed = stored.some(({ name }) => name === MANIFEST);
    return (isRenewed ? this.#renewed(stored) : this.#joined(stored)).#without(asked);
  }

  /** By the manifest that is held. */
  #joined(stored: readonly StoredItem[]): Vault {
    const came = new Map(stored.map((item) => [item.name, openEntry(this.#owner, item)]));
    checkListed(this.#pending, came);
    return this.#with(came);
  }

  /** By the manifest that came along. */
  #renewed(stored: readonly StoredItem[]): Vault {
    const { accountId, vaultKey } = this.#owner;
    const vault = Vault.open(accountId, vaultKey, stored, this.counter);
    const isHeld = ([name, entry]: [string, Entry]) => {
      const row = vault.#pending.get(name);
      return row !== undefined && agrees(row, entry);
    };
    return vault.#with(new Map([...this.#entries].filter(isHeld)));
  }

  #with(came: ReadonlyMap<string, Entry>): Vault {
    const entries = new Map([...this.#entries, ...came]);
    const pending = new Map([...this.#pending].filter(([name]) => !came.has(name)));
    return new Vault(this.#owner, this.counter, entries, this.manifestVersion, pending);
  }

  /** What was asked for and did not come has gone; an engagement that is there is never without what was signed. */
  #without(asked: readonly string[]): Vault {
    const gone = new Set(this.notHeld((name) => asked.includes(name)));
    if ([...gone].some((name) => STANDING.test(name) && this.has(name.replace(STANDING, HEAD)))) {
      throw notTrusted("vault-manifest");
    }
    const pending = new Map([...this.#pending].filter(([name]) => !gone.has(name)));
    return new Vault(this.#owner, this.counter, this.#entries, this.manifestVersion, pending);
  }

  /** Which of the wanted items were not fetched yet. */
  notHeld(wanted: (name: string) => boolean): string[] {
    return [...this.#pending.keys()].filter(wanted);
  }

  /** Whether an item is at hand. */
  has(name: string): boolean {
    return this.#entries.has(name);
  }

  get accountId(): Bytes {
    return this.#owner.accountId;
  }

  /** The plain bytes of an item, or null. */
  item(name: string): Bytes | null {
    if (this.#pending.has(name)) {
      throw new NotHeld(name);
    }
    return this.#entries.get(name)?.plain ?? null;
  }

  get identity(): SignKey {
    return SignKey.fromSeed(items.parseIdentity(this.#need("identity")));
  }

  /** My reading keys, old ones included. */
  get reading(): items.ReadingSeed[] {
    return items.parseReading(this.#need("reading"));
  }

  get pins(): Pins {
    return items.parseRelay(this.#need("relay"));
  }

  /** My newest signed statement. */
  get card(): Bytes {
    return items.parseOwnCard(this.#need("card"));
  }

  /** All engagements, ascending by id, as far as a list needs them. */
  get engagements(): items.EngagementHead[] {
    const names = [...this.#entries.keys()].filter((name) => name.startsWith(HEAD)).sort();
    return names.map((name) => items.parseEngagement(this.#need(name)));
  }

  engagement(engagementId: Bytes): items.EngagementItem {
    const hex = toHex(engagementId);
    const head = items.parseEngagement(this.#need(`engagement/${hex}`));
    return { ...head, ...items.parseStanding(this.#need(`standing/${hex}`)) };
  }

  /** The last content known of each writer of an engagement. */
  writers(engagementId: Bytes): items.WriterMark[] {
    const plain = this.item(`writers/${toHex(engagementId)}`);
    return plain ? items.parseWriters(plain) : [];
  }

  /** What to send so that `changes` are stored. */
  write(changes: Changes, random: Random): Written {
    const entries = new Map(this.#entries);
    const written: StoredItem[] = [];
    for (const [name, { plain, expiresAt }] of changes) {
      this.item(name); // its version counts: it has to be at hand
      const version = (entries.get(name)?.version ?? 0) + 1;
      const box = this.#seal(name, version, plain, random);
      written.push({ name, version, expiresAt, box });
      entries.set(name, { version, expiresAt, plain, boxHash: H(box) });
    }
    const [counter, version] = [this.counter + 1, this.manifestVersion + 1];
    const vault = new Vault(this.#owner, counter, entries, version, this.#pending);
    return { items: [...written, vault.#manifest(random)], vault };
  }

  #manifest(random: Random): StoredItem {
    const rows = [...this.#entries].map(([name, { version, boxHash }]) => ({
      name,
      version,
      boxHash,
    }));
    const manifest = { counter: this.counter, entries: [...rows, ...this.#pending.values()] };
    const plain = items.signManifest(manifest, this.#owner.accountId, this.identity);
    const box = this.#seal(MANIFEST, this.manifestVersion, plain, random);
    const dates = [...this.#entries.values()].map((entry) => entry.expiresAt);
    return { name: MANIFEST, version: this.manifestVersion, expiresAt: Math.max(...dates), box };
  }

  #seal(name: string, version: number, plain: Bytes, random: Random): Bytes {
    const { vaultKey, accountId } = this.#owner;
    return items.sealItem(vaultKey, accountId, name, version, plain, random(NONCE_BYTES));
  }

  #need(name: string): Bytes {
    const plain = this.item(name);
    if (!plain) {
      throw notTrusted("vault");
    }
    return plain;
  }
}

function openEntry({ vaultKey, accountId }: Owner, item: StoredItem): Entry {
  try {
    const plain = items.openItem(vaultKey, accountId, item.name, item.version, item.box);
    return { version: item.version, expiresAt: item.expiresAt, plain, boxHash: H(item.box) };
  } catch (reason) {
    throw reason instanceof KeysError ? notTrusted("vault") : reason;
  }
}

/** Take the manifest out of the entries and verify it by the identity key that is among them. */
function takeManifest(
  owner: Owner,
  entries: Map<string, Entry>,
): { manifest: items.Manifest; version: number } {
  const [listed, identity] = [entries.get(MANIFEST), entries.get("identity")];
  entries.delete(MANIFEST);
  try {
    if (listed && identity) {
      const signer = SignKey.fromSeed(items.parseIdentity(identity.plain));
      const manifest = items.openManifest(listed.plain, owner.accountId, signer.public);
      return { manifest, version: listed.version };
    }
  } catch (reason) {
    throw reason instanceof KeysError ? notTrusted("vault-manifest") : reason;
  }
  throw notTrusted("vault");
}

function checkListed(rows: Pending, entries: ReadonlyMap<string, Entry>): void {
  for (const [name, entry] of entries) {
    const row = rows.get(name);
    if (!row || !agrees(row, entry)) {
      throw notTrusted("vault-manifest");
    }
  }
}

function agrees(row: items.ManifestEntry, { version, boxHash }: Entry): boolean {
  return row.version === version && same(row.boxHash, boxHash);
}

/** The vault as it was last read or written. `change` resolves once the relay has stored it. */
export class Records {
  readonly #api: Api;
  readonly #random: Random;
  /** Names of items, and the ends of names: of engagements that are held as a whole. */
  readonly #wanted = new Set<string>();
  #vault: Vault;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(api: Api, vault: Vault, random: Random) {
    this.#api = api;
    this.#vault = vault;
    this.#random = random;
  }

  get vault(): Vault {
    return this.#vault;
  }

  /** Read what has changed; never an older vault than is held. What was at hand, or wanted, is so afterwards. */
  load(): Promise<Vault> {
    return this.#inTurn(() => this.#load());
  }

  async #load(): Promise<Vault> {
    return await this.#complete(await this.#fetch(this.#vault, []));
  }

  /** From now on have these items at hand, by their names, or all that are named after an engagement. */
  hold(which: readonly string[] | Bytes): Promise<Vault> {
    const names = which instanceof Uint8Array ? [`/${toHex(which)}`] : which;
    return this.#inTurn(() => this.#hold(names));
  }

  async #hold(names: readonly string[]): Promise<Vault> {
    names.forEach((name) => {
      this.#wanted.add(name);
    });
    return await this.#complete(this.#vault);
  }

  /**
   * Fetch what is wanted and missing, and go on with that. A newer manifest may come instead, and name others, also of
   * what was at hand: so until none is left, and nothing of it is seen before.
   */
  async #complete(vault: Vault): Promise<Vault> {
    let whole = vault;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const names = whole.notHeld((name) => this.#isWanted(name));
      if (names.length === 0) {
        this.#vault = whole;
        return whole;
      }
      whole = await this.#fetch(whole, names.slice(0, MOST_NAMES));
    }
    throw notTrusted("vault-manifest");
  }

  #isWanted(name: string): boolean {
    const isNamed = this.#wanted.has(name) || this.#wanted.has(name.slice(name.indexOf("/")));
    return isNamed || this.#vault.has(name);
  }

  async #fetch(vault: Vault, names: readonly string[]): Promise<Vault> {
    return vault.take(await this.#api.vaultItems(vault.manifestVersion, names), names);
  }

  /** One after the other: each goes on from the vault that the one before has left. */
  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => {});
    return done;
  }

  /**
   * Write what `make` wants changed, again on the newer vault if another browser wrote first. One after the other: each
   * is made of the vault that the one before has left.
   */
  change(make: (vault: Vault) => Changes): Promise<Vault> {
    return this.#inTurn(() => this.#change(make));
  }

  async #change(make: (vault: Vault) => Changes): Promise<Vault> {
    for (let attempt = 1; ; attempt++) {
      const written = await this.#made(make);
      if (!written) {
        return this.#vault;
      }
      try {
        await this.#api.putVault(written.items, []);
        this.#vault = written.vault;
        return this.#vault;
      } catch (reason) {
        if (!isProblem(reason, "vault-conflict") || attempt === TRIES) {
          throw reason;
        }
      }
      // Somebody was first, perhaps this very write: `make` judges anew.
      await this.#load();
    }
  }

  /** What is to be written, once all items that it is made of are at hand; null: nothing. */
  async #made(make: (vault: Vault) => Changes): Promise<Written | null> {
    // Each round has one item more at hand for good, and `make` asks for a few.
    for (;;) {
      try {
        const changes = make(this.#vault);
        return changes.size > 0 ? this.#vault.write(changes, this.#random) : null;
      } catch (reason) {
        if (!(reason instanceof NotHeld)) {
          throw reason;
        }
        await this.#hold([reason.item]);
      }
    }
  }
}
