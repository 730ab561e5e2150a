/**
 * Making a copy: what goes into it, in which order and under which names (docs/mailbox.md, *The copy*). Owns how far it is, so that it goes on
 * where the line broke or somebody stopped it. Must never leave something out without saying so, nor write a file of which not all was checked.
 */

import {
  type ArchiveWords,
  ArchiveWriter,
  article,
  type CopiedMessage,
  numbered,
  pageFoot,
  pageHead,
  safeName,
} from "../archive.ts";
import type { CopyFile } from "../copyfile.ts";
import { tag } from "../language.ts";
import { reportText } from "../reporttext.ts";
import type { CallNote, Note } from "../session.own.ts";
import type { Failure, FileFacts, ListRow, Message } from "../session.ts";
import type { Work } from "../session.work.ts";
import { exactly, fullDay } from "../time.ts";
import { copyWords } from "../words.copy.ts";
import { words } from "../words.ts";
import { type Desk, failureOf, goesOn } from "./desk.ts";

/** How far it is: messages, and of a file that is on its way the bytes. */
export interface Step {
  readonly done: number;
  readonly total: number;
  readonly file: { readonly name: string; readonly done: number; readonly total: number } | null;
}

/** What became of it. `blob` is still to be saved, where there is one; `left` names what could not go into it. */
export interface Made {
  readonly blob: Blob | null;
  readonly messages: number;
  readonly files: number;
  readonly left: readonly string[];
}

/** What goes into it: everything, or these threads and nothing else. */
export type Threads = ReadonlySet<string> | null;

/** Above this much a text is handed to the browser. */
const SPOOL_CHARACTERS = 500_000;
/** A text that grows beyond what a page should hold. */
class Spool {
  readonly #parts: Blob[] = [];
  #waiting: string[] = [];
  #characters = 0;

  add(text: string): void {
    this.#waiting.push(text);
    this.#characters += text.length;
    if (this.#characters > SPOOL_CHARACTERS) {
      this.#parts.push(new Blob(this.#waiting));
      this.#waiting = [];
      this.#characters = 0;
    }
  }

  get parts(): readonly BlobPart[] {
    return [...this.#parts, ...this.#waiting];
  }
}

/** A message of which some files are in the archive already. */
interface Begun {
  readonly message: Message;
  readonly files: CopiedMessage["files"][number][];
  seen: number;
}

export interface Making {
  readonly desk: Desk;
  readonly work: Work;
  readonly threads: Threads;
  readonly file: CopyFile;
}

export class Copying {
  readonly #given: Making;
  readonly #archive: ArchiveWriter;
  readonly #page = new Spool();
  readonly #listed = new Spool();
  readonly #also: string[] = [];
  readonly #left: string[] = [];
  readonly #about: Record<string, unknown> = {};
  #own: readonly CallNote[] = [];
  /** What stands before the messages, each to be done once. */
  readonly #steps: (() => Promise<void>)[];
  #rows: readonly ListRow[] | null = null;
  #listing: { rows: readonly ListRow[]; before: number | null; more: boolean };
  #at = 0;
  #messages = 0;
  #files = 0;
  #begun: Begun | null = null;
  #signal = new AbortController().signal;
  #tell: (step: Step) => void = () => {};

  constructor(given: Making) {
    const { desk, file, threads } = given;
    const { rows, before, more } = desk.inbox;
    this.#given = given;
    this.#listing = { rows, before, more };
    this.#archive = new ArchiveWriter(file.write, desk.now());
    const records = [
      () => this.#agreement(),
      () => this.#receipts(),
      () => this.#report(),
      () => this.#calls(),
      () => this.#notes(),
    ];
    this.#steps = [() => file.begin(), ...(threads ? [] : records)];
  }

  /** Make it, or go on with it. A rejection of which `goesOn` says so may be followed by another call, any other not. */
  async run(signal: AbortSignal, tell: (step: Step) => void): Promise<Made> {
    this.#signal = signal;
    this.#tell = tell;
    const rows = await this.#allRows();
    for (let step = this.#steps[0]; step; step = this.#steps[0]) {
      this.#stopped();
      await step();
      this.#steps.shift();
    }
    for (; this.#at < rows.length; this.#at++) {
      this.#told();
      await this.#row(rows[this.#at] as ListRow);
    }
    this.#told();
    const blob = await this.#finish();
    return { blob, messages: this.#messages, files: this.#files, left: this.#left };
  }

  // --- messages ---

  /** Every row that goes into it, oldest first; the pages further back are fetched on the way. */
  async #allRows(): Promise<readonly ListRow[]> {
    const { desk, threads } = this.#given;
    while (this.#listing.more) {
      this.#stopped();
      const page = await desk.session.list(this.#listing.before);
      desk.dispatch({ kind: "page", page });
      const rows = [...this.#listing.rows, ...page.rows];
      this.#listing = { rows, before: page.before, more: page.more };
    }
    this.#rows ??= this.#listing.rows
      .filter((row) => !row.wentUnread && (!threads || threads.has(row.threadId)))
      .reverse();
    return this.#rows;
  }

  async #row(row: ListRow): Promise<void> {
    this.#stopped();
    if (row.failed) {
      this.#left.push(`row ${row.order}: ${row.failed.code}`);
      return;
    }
    try {
      this.#begun ??= { message: await this.#given.desk.session.read(row.id), files: [], seen: 0 };
    } catch (reason) {
      const failure = passing(reason);
      // What went on its date meanwhile is not missing.
      if (failure.code !== "gone") {
        this.#left.push(`row ${row.order}: ${failure.detail ?? failure.code}`);
      }
      return;
    }
    await this.#message(this.#begun);
    this.#begun = null;
  }

  async #message(begun: Begun): Promise<void> {
    const number = numbered(this.#messages);
    const { message, files } = begun;
    for (; begun.seen < message.attachments.length; begun.seen++) {
      const file = message.attachments[begun.seen] as FileFacts;
      const path = `files/${number}-${begun.seen + 1}-${safeName(file.name)}`;
      const bytes = await this.#file(message, file, path);
      if (bytes !== null) {
        files.push({ name: file.name, path, bytes });
        this.#files++;
      }
    }
    const copied = copiedOf(message, files, this.#given.desk.zone);
    await this.#archive.addText(`messages/${number}.txt`, letter(copied));
    this.#page.add(article(copied, this.#words()));
    this.#listed.add(`${this.#messages ? ",\n" : ""}${JSON.stringify(described(copied))}`);
    this.#messages++;
  }

  /** Fetch a file whole, and only then put it in; answers its size, null where it could not be had. */
  async #file(message: Message, file: FileFacts, path: string): Promise<number | null> {
    const { session } = this.#given.desk;
    const tell = ({ done, total }: { done: number; total: number }) =>
      this.#told({ name: file.name, done, total });
    tell({ done: 0, total: file.bytes });
    try {
      this.#stopped();
      const content = await session.file(message.id, file.index, tell, this.#signal);
      await this.#archive.add(path, content, () => this.#stopped());
      return content.size;
    } catch (reason) {
      const failure = passing(reason);
      this.#left.push(`${path}: ${failure.detail ?? failure.code}`);
      return null;
    }
  }

  // --- what both keep besides ---

  async #agreement(): Promise<void> {
    const { agreement, earlier } = this.#given.work;
    for (const { number, text } of [...earlier].reverse().concat(agreement)) {
      if (text !== null) {
        await this.#record(`agreement/agreement-${number}.txt`, new Blob([text]));
      }
    }
  }

  async #receipts(): Promise<void> {
    const { session } = this.#given.desk;
    const receipts = await session.receipts();
    if (receipts.length === 0) {
      return;
    }
    const content = await session.saveReceipts(receipts.map(({ id }) => id));
    await this.#record("receipts/receipts.json", content);
  }

  async #report(): Promise<void> {
    const { desk } = this.#given;
    if (!desk.opened.policy.sponsorName) {
      return;
    }
    const { versions } = await desk.session.report("facts", []);
    const [newest] = versions;
    if (newest) {
      await this.#record("report/report.txt", new Blob([reportText(newest.report, tag)]));
    }
  }

  async #calls(): Promise<void> {
    const { desk, work } = this.#given;
    const own = work.calls.length > 0 ? await desk.session.own("callNotes", []) : [];
    this.#about.calls = work.calls.map(({ id, heldAt, minutes, mine, note }) => {
      const text = own.find(({ callId }) => callId === id)?.text ?? "";
      return { at: heldAt, minutes, mine, note, private_note: text };
    });
    // A coach's are among the notes.
    this.#own = work.myRole === "coach" ? [] : own;
  }

  /** A coach's about the work, and anybody's about calls. */
  async #notes(): Promise<void> {
    const { desk, work } = this.#given;
    this.#about.notes = [];
    if (work.myRole !== "coach") {
      if (this.#own.length > 0) {
        const text = this.#own.map((one) => written(one, desk.zone)).join("\n\n");
        await this.#record("notes/notes.txt", new Blob([`${text}\n`]));
      }
      return;
    }
    const { notes, closed } = await desk.session.own("privateNotes", []);
    const oldest = [...notes].reverse();
    this.#about.notes = oldest.map(({ writtenAt, text }) => ({ at: writtenAt, text }));
    if (closed > 0) {
      this.#left.push(`notes: ${closed} could not be opened`);
    }
    if (oldest.length > 0) {
      const text = oldest.map((one) => written(one, desk.zone)).join("\n\n");
      await this.#record("notes/notes.txt", new Blob([`${text}\n`]));
    }
  }

  async #record(path: string, content: Blob): Promise<void> {
    await this.#archive.add(path, content);
    this.#also.push(path);
  }

  // --- the end ---

  /** Whatever fails here is for good. */
  async #finish(): Promise<Blob | null> {
    const { work, threads, file } = this.#given;
    const page = [pageHead(this.#words()), ...this.#page.parts, pageFoot(this.#words())];
    await this.#archive.add("open-me.html", new Blob(page));
    const about = {
      version: 1,
      work_ends_at: work.workEnds.at,
      deleted_at: work.deleted.at,
      ...(threads && { chosen: true }),
      left: this.#left,
      ...this.#about,
    };
    const opening = `${JSON.stringify(about).slice(0, -1)}, "messages": [\n`;
    const data = new Blob([opening, ...this.#listed.parts, "\n]}\n"]);
    await this.#archive.add("data.json", data);
    await this.#archive.finish();
    return await file.finish();
  }

  #words(): ArchiveWords {
    const { desk, work } = this.#given;
    return {
      lang: document.documentElement.lang,
      title: copyWords.title,
      people: copyWords.people(desk.opened.myName, desk.opened.otherName),
      destroy: copyWords.destroy(fullDay(work.deleted.at, desk.zone)),
      search: copyWords.search,
      noSubject: words.list.noSubject,
      files: copyWords.filesHead,
      also: this.#also.map((path) => ({ label: path, path })),
    };
  }

  #told(file: Step["file"] = null): void {
    this.#tell({ done: this.#at, total: this.#rows?.length ?? 0, file });
  }

  #stopped(): void {
    if (this.#signal.aborted) {
      throw { code: "stopped" } satisfies Failure;
    }
  }
}

/** A failure of one thing among many; what is more than that is thrown on. */
function passing(reason: unknown): Failure {
  const failure = failureOf(reason);
  if (goesOn(reason) || reason instanceof Error) {
    throw reason;
  }
  return failure;
}

/** A message as it stands in a copy. */
export function copiedOf(
  message: Message,
  files: CopiedMessage["files"],
  zone: string,
): CopiedMessage {
  return {
    id: message.id,
    from: message.senderName,
    mine: message.mine,
    at: message.createdAt,
    when: exactly(message.createdAt, zone),
    subject: message.subject,
    text: message.text,
    keptUntil: message.expiresAt,
    files,
    refused: message.refused ?? [],
  };
}

function letter({ from, when, subject, text, files }: CopiedMessage): string {
  const names = files.map((file) => file.path);
  return [
    `${from}, ${when}`,
    subject || words.list.noSubject,
    "",
    text,
    ...(names.length ? ["", copyWords.files(names)] : []),
    "",
  ].join("\n");
}

/** A message for programs. */
function described(one: CopiedMessage): object {
  const { id, from, mine, at, subject, text, files, refused } = one;
  return { id, from, mine, at, subject, text, kept_until: one.keptUntil, files, refused };
}

function written({ writtenAt, text }: Pick<Note, "writtenAt" | "text">, zone: string): string {
  return `${exactly(writtenAt, zone)}\n${text}`;
}
