/**
 * Ways: the browsers that are open, the ways in, and what their owner is asked about them.
 *
 * Owns the making and closing of ways in after joining, and the vault's item of what is noted of each. Every change of a
 * way wraps the same account key, so no message is touched by it. Must never let a password or the digits of a sheet leave:
 * the relay has what is made of them. (docs/protocol.md, parts 3, 8 and 13.)
 */

import { Api } from "../api.ts";
import {
  type Browser,
  cutLabel,
  encodeBrowsers,
  MOST_BROWSERS,
  parseBrowsers,
} from "../crypto/browsers.ts";
import { type Bytes, fromBase64url, same, toBase64url } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import { DAY_SECONDS } from "../crypto/names.ts";
import { openLabel } from "../crypto/tab.ts";
import * as unlock from "../crypto/unlock.ts";
import type {
  Browsers,
  Lent,
  LentState,
  NewSheet,
  OpenBrowser,
  PasskeyResult,
  WayIn,
  WaysSession,
} from "../session.own.ts";
import type { Fields } from "../wire.ts";
import { type Account, authority, signIn } from "./account.ts";
import * as enrol from "./enrol.ts";
import { fault, fetched } from "./fault.ts";
import type { Lending } from "./lending.ts";
import { type Changes, KEPT_SECONDS, type Vault } from "./vault.ts";
import type { World } from "./world.ts";

const ITEM = "browsers";
/** Thirty digits and what people put between them. */
const SHEET = /^\s*(\d[\s-]*){30}$/;
const KINDS: readonly WayIn["kind"][] = ["password", "sheet", "device", "passkey"];

export class Ways implements WaysSession {
  readonly #api: Api;
  readonly #account: Account;
  readonly #world: World;
  #drawn: string | null = null;
  #lending: Lending | null = null;

  constructor(api: Api, account: Account, world: World) {
    this.#api = api;
    this.#account = account;
    this.#world = world;
  }

  async browsers(): Promise<Browsers> {
    const [open, ways] = await Promise.all([
      this.#api.ask("GET", "/v1/sessions"),
      this.#api.ask("GET", "/v1/methods"),
      this.#account.records.load(),
    ]);
    const known = new Map(this.#known().map((one) => [toBase64url(one.methodId), one]));
    return {
      open: open.objects("sessions").map((one) => this.#openBrowser(one)),
      ways: ways.objects("methods").flatMap((one) => wayIn(one, known)),
    };
  }

  async endBrowser(id: string): Promise<void> {
    await this.#api.ask("DELETE", `/v1/sessions/${id}`);
  }

  async removeWay(id: string): Promise<void> {
    const methodId = fromBase64url(id, 16);
    await this.#api.ask("DELETE", `/v1/methods/${id}`);
    await this.#change((browsers) => browsers.filter((one) => !same(one.methodId, methodId)));
  }

  async prove(typed: string): Promise<void> {
    const api = new Api(this.#world);
    const { name } = this.#account;
    const way = SHEET.test(typed) ? { name, sheet: typed } : { name, password: typed };
    await signIn(api, this.#world, way, null);
    await api.closeSession();
  }

  // --- new ways ---

  async offerPassword(): Promise<string> {
    return enrol.drawPassword(await this.#world.words(), this.#world.random);
  }

  async changePassword(password: string): Promise<void> {
    await this.#replace("password", enrol.newPasswordSecret(password));
  }

  async drawSheet(): Promise<NewSheet> {
    this.#drawn = enrol.drawSheet(this.#world.random);
    return { inboxName: this.#inboxName, sheet: this.#drawn.split(" ") };
  }

  async keepSheet(): Promise<void> {
    if (this.#drawn === null) {
      throw fault("refused");
    }
    await this.#replace("sheet", enrol.sheetSecret(this.#drawn));
    this.#drawn = null;
  }

  async aboutPasskey(): Promise<{ name: string; inboxName: string }> {
    return { name: this.#account.name, inboxName: this.#inboxName };
  }

  async addPasskey(passkey: PasskeyResult, label: string): Promise<void> {
    const { accountKey, records } = this.#account;
    const seeds = { accountId: records.vault.accountId, accountKey };
    const { json } = enrol.makePasskey(passkey, seeds, this.#world.random);
    await this.#api.ask("POST", "/v1/methods", { method: json });
    await this.notePasskey(passkey.credentialId, label);
  }

  async notePasskey(credentialId: Bytes, label: string): Promise<void> {
    const methodId = unlock.passkeyMethodId(credentialId);
    const today = this.#today;
    const added = { methodId, addedOn: today, usedOn: today, label: cutLabel(label) };
    await this.#change((browsers) => [
      ...browsers.filter((one) => !same(one.methodId, methodId)),
      added,
    ]);
  }

  async usedPasskey(credentialId: Bytes): Promise<void> {
    const [methodId, today] = [unlock.passkeyMethodId(credentialId), this.#today];
    await this.#change((browsers) =>
      browsers.map((one) => (same(one.methodId, methodId) ? { ...one, usedOn: today } : one)),
    );
  }

  async #replace(kind: "password" | "sheet", secret: Bytes): Promise<void> {
    const { name, accountKey, records } = this.#account;
    const seeds = { accountId: records.vault.accountId, accountKey };
    const who = { name, origin: this.#world.origin, seeds };
    const { json } = await enrol.makeMethod(kind, secret, who, this.#world.random);
    await this.#api.ask("POST", "/v1/methods", { method: json });
  }

  // --- a further browser ---

  async lend(): Promise<Lent> {
    return await (await this.#lendings()).lend();
  }

  async lentCode(): Promise<string> {
    return await (await this.#lendings()).code();
  }

  async lentState(): Promise<LentState> {
    return await (await this.#lendings()).state();
  }

  async endLending(): Promise<void> {
    await (await this.#lendings()).end();
  }

  async #lendings(): Promise<Lending> {
    const { Lending: Kind } = await fetched(() => import("./lending.ts"));
    this.#lending ??= new Kind(this.#api, this.#account, this.#world);
    return this.#lending;
  }

  // --- what their owner is asked ---

  async answerHappened(number: number): Promise<void> {
    const { answerHappened } = await fetched(() => import("./happened.ts"));
    await answerHappened(this.#account, number, this.#world.clock.now());
  }

  async answerSheet(group: string | null): Promise<void> {
    const { answerSheet } = await fetched(() => import("./asksheet.ts"));
    await answerSheet(this.#account, group, this.#world.clock.now());
  }

  // --- what is noted of them ---

  #openBrowser(one: Fields): OpenBrowser {
    return {
      id: toBase64url(one.bytes("session_id", 16)),
      label: this.#label(one.bytes("label")),
      seenAt: one.whole("seen_at"),
      expiresAt: one.whole("expires_at"),
      current: one.yes("current"),
    };
  }

  #label(box: Bytes): string {
    const { keys, records } = this.#account;
    try {
      return box.length > 0 ? openLabel(box, keys.vaultKey, records.vault.accountId) : "";
    } catch (reason) {
      if (reason instanceof KeysError) {
        return "";
      }
      throw reason;
    }
  }

  #known(vault: Vault = this.#account.records.vault): Browser[] {
    const plain = vault.item(ITEM);
    return plain ? parseBrowsers(plain) : [];
  }

  async #change(make: (browsers: readonly Browser[]) => readonly Browser[]): Promise<void> {
    await this.#account.records.change((vault): Changes => {
      const before = vault.item(ITEM);
      const plain = encodeBrowsers(make(this.#known(vault)).slice(-MOST_BROWSERS));
      const unchanged = before ? same(before, plain) : plain.length === 3;
      const expiresAt = this.#world.clock.now() + KEPT_SECONDS;
      return unchanged ? new Map() : new Map([[ITEM, { plain, expiresAt }]]);
    });
  }

  get #inboxName(): string {
    return `${this.#account.name}@${authority(this.#world.origin)}`;
  }

  get #today(): number {
    const now = this.#world.clock.now();
    return now - (now % DAY_SECONDS);
  }
}

function wayIn(one: Fields, known: ReadonlyMap<string, Browser>): WayIn[] {
  const kind = KINDS.find((name) => name === one.text("kind", 16));
  const id = toBase64url(one.bytes("method_id", 16));
  const noted = known.get(id);
  const { label, addedOn, usedOn } = noted ?? { label: "", addedOn: 0, usedOn: 0 };
  return kind ? [{ id, kind, label, addedOn, usedOn }] : [];
}
