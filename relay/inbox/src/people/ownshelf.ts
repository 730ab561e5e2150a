/**
 * Own shelf: what I wrote down for nobody else, beside calls and copies.
 *
 * Owns which note of one call stands, and letting the others go: a note outlives neither the next one nor its call. A
 * coach's lie among the notes, where the client counts them; a client's in the client's own mailbox. Must never take a note
 * for orphaned while something could not be opened that may be its call. Mirrors `client_sdk/call_notes.py` and
 * `client_sdk/copies.py`. (docs/protocol.md, part 6.)
 */

import { ContentKind } from "../crypto/content.ts";
import { type Bytes, toHex } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import { type OwnRecord, readOwn } from "../crypto/ownrecord.ts";
import type { CallNote, CopyTaken } from "../session.own.ts";
import { encodeDeposit } from "../wire.ts";
import { checkDraft } from "./compose.ts";
import { fault } from "./fault.ts";
import type { Notebook } from "./notebook.ts";
import { sealOwn } from "./ownrecords.ts";
import { living } from "./remains.ts";
import type { Entry } from "./shelf.ts";
import { idBytes } from "./text.ts";
import type { Tools } from "./tools.ts";

const OWN_KINDS: readonly number[] = [ContentKind.OWN, ContentKind.CALL];

/** A note about the call of this content id, in hex. `id` is its envelope's. */
export interface Noted {
  readonly id: string;
  readonly about: string;
  readonly writtenAt: number;
  readonly text: string;
}

/** The note that stands of each call: the newest, and of one second what comes first in `notes`. */
export function standingNotes(notes: readonly Noted[]): ReadonlyMap<string, Noted> {
  const standing = new Map<string, Noted>();
  for (const one of notes) {
    const held = standing.get(one.about);
    if (!held || one.writtenAt > held.writtenAt) {
      standing.set(one.about, one);
    }
  }
  return standing;
}

/** The ids of those that a newer one replaced, and of those whose call has gone, where that can be known. */
export function notesOver(
  notes: readonly Noted[],
  calls: ReadonlySet<string>,
  allOpened: boolean,
): string[] {
  const standing = standingNotes(notes);
  return notes
    .filter((one) => standing.get(one.about) !== one || (allOpened && !calls.has(one.about)))
    .map(({ id }) => id);
}

export class OwnShelf {
  readonly #tools: Tools;
  readonly #notebook: () => Promise<Notebook>;

  constructor(tools: Tools, notebook: () => Promise<Notebook>) {
    this.#tools = tools;
    this.#notebook = notebook;
  }

  async callNotes(): Promise<CallNote[]> {
    const { standing, calls } = await this.#read();
    return [...standing.values()].flatMap(({ about, writtenAt, text }) => {
      const call = calls.get(about);
      return call ? [{ callId: call.row.id, writtenAt, text }] : [];
    });
  }

  /** The note before goes once the new one is stored: what is lost on the way stands there twice for a while, and never not at all. */
  async writeCallNote(callId: string, text: string): Promise<void> {
    checkDraft({ subject: "", text, files: [] });
    const { standing, calls } = await this.#read();
    const call = [...calls].find(([, { row }]) => row.id === callId);
    if (!call) {
      throw fault("gone");
    }
    const [about, { content, row }] = call;
    const before = standing.get(about);
    if (text.trim()) {
      await this.#write(text, content?.contentId as Bytes, row.expiresAt);
    }
    await this.#expire(before ? [before.id] : []);
    await this.#tools.look();
    await this.#tools.follow();
  }

  async copies(): Promise<CopyTaken[]> {
    await this.#opened();
    const copies = this.#records().flatMap(({ record, entry }) =>
      record.type === "copy" ? [{ at: entry.row.createdAt, chosen: record.chosen }] : [],
    );
    return copies.sort((one, other) => other.at - one.at);
  }

  async noteCopy(chosen: boolean): Promise<void> {
    const { api, standing, look } = this.#tools;
    await standing.refresh();
    const envelope = await sealOwn(this.#tools, standing.place, { type: "copy", chosen });
    await api.deposit(encodeDeposit([{ envelope, blobIds: [] }]));
    await look();
  }

  async #opened(): Promise<void> {
    const { mailbox } = this.#tools;
    await mailbox.toBottom();
    await mailbox.openKinds(OWN_KINDS);
  }

  async #read(): Promise<{
    standing: ReadonlyMap<string, Noted>;
    calls: ReadonlyMap<string, Entry>;
  }> {
    await this.#opened();
    const all = this.#living();
    const calls = new Map(
      all.flatMap((entry): [string, Entry][] =>
        entry.content?.kind === ContentKind.CALL ? [[toHex(entry.content.contentId), entry]] : [],
      ),
    );
    const notes = this.#isCoach ? await this.#coachNotes() : this.#clientNotes();
    const allOpened = all.every(({ row }) => !row.failed);
    await this.#expire(notesOver(notes, new Set(calls.keys()), allOpened));
    return { standing: standingNotes(notes), calls };
  }

  get #isCoach(): boolean {
    return this.#tools.standing.myRoleName === "coach";
  }

  async #coachNotes(): Promise<Noted[]> {
    const { notes } = await (await this.#notebook()).list();
    return notes.flatMap(({ id, writtenAt, text, about }) =>
      about ? [{ id, writtenAt, text, about }] : [],
    );
  }

  /** Newest first. */
  #clientNotes(): Noted[] {
    const notes = this.#records().flatMap(({ record, entry }): Noted[] =>
      record.type === "note" && record.callId
        ? [
            {
              id: toHex(entry.envelopeId),
              about: toHex(record.callId),
              writtenAt: entry.row.createdAt,
              text: record.text,
            },
          ]
        : [],
    );
    return notes;
  }

  /** My own records in my own mailbox, newest first; what is no record of ours is passed over. */
  #records(): { readonly record: OwnRecord; readonly entry: Entry }[] {
    const own = this.#living().filter(({ content }) => content?.kind === ContentKind.OWN);
    own.sort((one, other) => other.row.order - one.row.order);
    return own.flatMap((entry) => {
      const record = recordOf(entry);
      return record ? [{ record, entry }] : [];
    });
  }

  #living(): Entry[] {
    const { shelf, world } = this.#tools;
    const now = world.clock.now();
    return living(shelf).filter(({ row }) => row.expiresAt > now);
  }

  async #write(text: string, callId: Bytes, until: number): Promise<void> {
    const { api, standing } = this.#tools;
    if (this.#isCoach) {
      await (await this.#notebook()).write(text, { id: callId, until });
      return;
    }
    await standing.refresh();
    const record = { type: "note", text, callId } as const;
    const envelope = await sealOwn(this.#tools, standing.place, record, until);
    await api.deposit(encodeDeposit([{ envelope, blobIds: [] }]));
  }

  async #expire(ids: readonly string[]): Promise<void> {
    const { api, standing, remove } = this.#tools;
    if (ids.length === 0) {
      return;
    }
    if (this.#isCoach) {
      await (await this.#notebook()).expireAll(ids);
      return;
    }
    await api.expireOwn(standing.place.myMailbox, ids.map(idBytes));
    remove(ids);
  }
}

function recordOf({ content }: Entry): OwnRecord | null {
  try {
    return content?.special ? readOwn(content.special.shown) : null;
  } catch (reason) {
    if (reason instanceof KeysError) {
      return null;
    }
    throw reason;
  }
}
