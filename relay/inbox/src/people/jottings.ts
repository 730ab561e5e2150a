/**
 * Jottings: what a person writes down for nobody else: notes, notes about calls, copies taken, the language of the page.
 *
 * Owns the language's item in the vault, and where the rest is asked for: it lies with the engagement that is open. Must
 * never let the other person read any. (docs/protocol.md, part 6.)
 */

import { same } from "../crypto/encoding.ts";
import { encodeSettings, SETTINGS } from "../crypto/settings.ts";
import type { CallNote, CopyTaken, JottingsSession, Notes } from "../session.own.ts";
import type { Account } from "./account.ts";
import type { Notebook } from "./notebook.ts";
import type { OwnShelf } from "./ownshelf.ts";
import { type Changes, KEPT_SECONDS } from "./vault.ts";
import type { Workroom } from "./workroom.ts";
import type { World } from "./world.ts";

export class Jottings implements JottingsSession {
  readonly #account: Account;
  readonly #world: World;
  /** Of the engagement that is open now. */
  readonly #work: () => Promise<Workroom>;

  constructor(account: Account, world: World, work: () => Promise<Workroom>) {
    this.#account = account;
    this.#world = world;
    this.#work = work;
  }

  async privateNotes(): Promise<Notes> {
    return await (await this.#notebook()).list();
  }

  async writeNote(text: string): Promise<void> {
    await (await this.#notebook()).write(text);
  }

  async expireNote(id: string): Promise<void> {
    await (await this.#notebook()).expire(id);
  }

  async #notebook(): Promise<Notebook> {
    return await (await this.#work()).notebook();
  }

  async callNotes(): Promise<readonly CallNote[]> {
    return await (await this.#records()).callNotes();
  }

  async writeCallNote(callId: string, text: string): Promise<void> {
    await (await this.#records()).writeCallNote(callId, text);
  }

  async copiesTaken(): Promise<readonly CopyTaken[]> {
    return await (await this.#records()).copies();
  }

  async noteCopy(chosen: boolean): Promise<void> {
    await (await this.#records()).noteCopy(chosen);
  }

  async #records(): Promise<OwnShelf> {
    return await (await this.#work()).records();
  }

  async keepLanguage(language: string): Promise<void> {
    const plain = encodeSettings({ language });
    const expiresAt = this.#world.clock.now() + KEPT_SECONDS;
    await this.#account.records.change((vault): Changes => {
      const before = vault.item(SETTINGS);
      return before && same(before, plain)
        ? new Map()
        : new Map([[SETTINGS, { plain, expiresAt }]]);
    });
  }
}
