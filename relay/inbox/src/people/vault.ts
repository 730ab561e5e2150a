/**
 * Vault: a person's own records at the relay, opened and checked as a whole, and kept current.
 *
 * Owns what is written when an item changes: the next version of each, and a new manifest with the counter one higher.
 * Must never accept a vault whose manifest is not signed by the identity key in it, names other boxes than were shown,
 * or has a lower counter than this page has seen: an old vault would bring back old keys and old pins.
 * (docs/protocol.md, part 8.)
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
const TRIES = 5;

/** An item as it is now. `expiresAt` is what the relay was last asked for. */
interface Entry {
  readonly version: number;
  readonly expiresAt: number;
  readonly plain: Bytes;
  readonly boxHash: Bytes;
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
  readonly #manifestVersion: number;

  private constructor(
    owner: Owner,
    counter: number,
    entries: ReadonlyMap<string, Entry>,
    manifestVersion: number,
  ) {
    this.#owner = owner;
    this.counter = counter;
    this.#entries = entries;
    this.#manifestVersion = manifestVersion;
  }

  /** The vault of an account that is being made. */
  static empty(accountId: Bytes, vaultKey: Bytes): Vault {
    return new Vault({ accountId, vaultKey }, 0, new Map(), 0);
  }

  /** Open and check everything; a fault with the detail vault, vault-manifest or vault-rollback otherwise. */
  static open(
    accountId: Bytes,
    vaultKey: Bytes,
    stored: readonly StoredItem[],
    leastCounter: number,
  ): Vault {
    const owner = { accountId, vaultKey };
    const entries = new Map(stored.map((item) => [item.name, openEntry(owner, item)]));
    const { manifest, version } = takeManifest(owner, entries);
    checkListed(manifest, entries);
    if (manifest.counter < leastCounter) {
      throw notTrusted("vault-rollback");
    }
    return new Vault(owner, manifest.counter, entries, version);
  }

  get accountId(): Bytes {
    return this.#owner.accountId;
  }

  /** The plain bytes of an item, or null. */
  item(name: string): Bytes | null {
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

  /** All engagements, ascending by id. */
  get engagements(): items.EngagementItem[] {
    const names = [...this.#entries.keys()].filter((name) => name.startsWith("engagement/")).sort();
    return names.map((name) => items.parseEngagement(this.#need(name)));
  }

  engagement(engagementId: Bytes): items.EngagementItem {
    return items.parseEngagement(this.#need(`engagement/${toHex(engagementId)}`));
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
      const version = (entries.get(name)?.version ?? 0) + 1;
      const box = this.#seal(name, version, plain, random);
      written.push({ name, version, expiresAt, box });
      entries.set(name, { version, expiresAt, plain, boxHash: H(box) });
    }
    const vault = new Vault(this.#owner, this.counter + 1, entries, this.#manifestVersion + 1);
    return { items: [...written, vault.#manifest(random)], vault };
  }

  #manifest(random: Random): StoredItem {
    const rows = [...this.#entries].map(([name, { version, boxHash }]) => ({
      name,
      version,
      boxHash,
    }));
    const manifest = { counter: this.counter, entries: rows };
    const plain = items.signManifest(manifest, this.#owner.accountId, this.identity);
    const box = this.#seal(MANIFEST, this.#manifestVersion, plain, random);
    const dates = [...this.#entries.values()].map((entry) => entry.expiresAt);
    return { name: MANIFEST, version: this.#manifestVersion, expiresAt: Math.max(...dates), box };
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

function checkListed(manifest: items.Manifest, entries: ReadonlyMap<string, Entry>): void {
  const listed = new Map(manifest.entries.map((one) => [one.name, one]));
  for (const [name, { version, boxHash }] of entries) {
    const entry = listed.get(name);
    if (!entry || entry.version !== version || !same(entry.boxHash, boxHash)) {
      throw notTrusted("vault-manifest");
    }
  }
  const missing = [...listed.keys()].filter((name) => !entries.has(name));
  if (missing.some((name) => !OF_ENGAGEMENT.test(name))) {
    throw notTrusted("vault-manifest");
  }
}

/** The vault as it was last read or written. `change` resolves once the relay has stored it. */
export class Records {
  readonly #api: Api;
  readonly #vaultKey: Bytes;
  readonly #random: Random;
  #vault: Vault;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(api: Api, vault: Vault, vaultKey: Bytes, random: Random) {
    this.#api = api;
    this.#vault = vault;
    this.#vaultKey = vaultKey;
    this.#random = random;
  }

  get vault(): Vault {
    return this.#vault;
  }

  /** Read the vault again; never an older one than is held. */
  async load(): Promise<Vault> {
    const { accountId, counter } = this.#vault;
    this.#vault = Vault.open(accountId, this.#vaultKey, await this.#api.vault(), counter);
    return this.#vault;
  }

  /**
   * Write what `make` wants changed, again on the newer vault if another browser wrote first. One after the other: each
   * is made of the vault that the one before has left.
   */
  change(make: (vault: Vault) => Changes): Promise<Vault> {
    const changed = this.#writing.then(() => this.#change(make));
    this.#writing = changed.catch(() => {});
    return changed;
  }

  async #change(make: (vault: Vault) => Changes): Promise<Vault> {
    for (let attempt = 1; ; attempt++) {
      const changes = make(this.#vault);
      if (changes.size === 0) {
        return this.#vault;
      }
      const written = this.#vault.write(changes, this.#random);
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
      await this.load();
    }
  }
}
