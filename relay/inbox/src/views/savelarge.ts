/**
 * Saving a large file to the place that its owner chose: written as it comes, so that nobody holds it. Owns how far it is, and goes on from there
 * after a break. Must never close what is written before the last part was answered: all of the file was right only then.
 */

import type { FileFacts, Progress, Session } from "../session.ts";
import { canChoose, chooseTarget, NotWritten, type Target } from "../target.ts";
import { goesOn } from "./desk.ts";
import { saveBlob } from "./parts.tsx";

/** Up to here a file comes as any download does, without a question; half of what a browser may hold of one (docs/performance.md, row 27). */
const LARGE_BYTES = 32 * 1024 * 1024;

export function isWrittenAsItComes(file: FileFacts): boolean {
  return file.bytes > LARGE_BYTES && canChoose();
}

export interface Follow {
  readonly show: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** The saving of one file, as long as its row stands there. */
export class LargeSaving {
  readonly #file: FileFacts;
  #target: Target | null = null;
  #written = 0;
  #isOver = false;

  constructor(file: FileFacts) {
    this.#file = file;
  }

  /** Ask for the place in answer to a press, unless there is one; false where nobody chose. Throws `NotWritten`. */
  async choose(): Promise<boolean> {
    this.#target ??= await chooseTarget(this.#file.name);
    if (this.#isOver) {
      this.#drop();
    }
    return this.#target !== null;
  }

  /** Write what is missing, and put it in place. After a rejection of which `goesOn` says so the next call goes on, after any other all is let go. */
  async run(session: Session, id: string, follow: Follow): Promise<void> {
    try {
      const kept = await this.#write(session, id, follow);
      this.#target = null;
      this.#written = 0;
      await (kept && saveBlob(kept, this.#file.name));
    } catch (reason) {
      if (!goesOn(reason)) {
        this.#drop();
      }
      throw reason;
    }
  }

  /** Nothing is left of it but what is in place. */
  end(): void {
    this.#isOver = true;
    this.#drop();
  }

  async #write(session: Session, id: string, { show, signal }: Follow): Promise<Blob | null> {
    const { index, bytes: total } = this.#file;
    const target = this.#target;
    if (!target) {
      throw new NotWritten("nobody chose a place");
    }
    for (let last = false; !last; ) {
      const part = await session.filePart(id, index, this.#written, signal);
      await target.write(part.bytes);
      this.#written += part.bytes.length;
      last = part.last;
      show({ done: this.#written, total });
    }
    return await target.finish();
  }

  #drop(): void {
    this.#target?.drop();
    this.#target = null;
    this.#written = 0;
  }
}
