/**
 * The file of a copy while it is written: straight into a file that its owner chose, where the browser can do that, and otherwise into parts that
 * the browser keeps until they are saved together. Owns what waits to be written, and passes it on sealed where the copy is locked. Must never
 * hold more than a piece of it in this page's memory, nor leave half a file under the name that was chosen.
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** What takes the bytes of the file. */
export interface Target {
  readonly write: (part: Blob) => Promise<void>;
  /** The file, where it is still to be saved; null where it lies under its name already. */
  readonly finish: () => Promise<Blob | null>;
  /** Nothing is left of it. */
  readonly drop: () => Promise<void>;
}

/** Seals what passes; `head` comes before. */
export interface Sealing {
  readonly head: Bytes;
  readonly seal: (piece: Bytes) => Promise<Bytes>;
  readonly end: () => Promise<Bytes>;
}

/** The file could not be written: there is no room, or it was taken away. */
export class NotWritten extends Error {}

const PIECE_BYTES = 1024 * 1024;

export class CopyFile {
  readonly #target: Target;
  readonly #sealing: Sealing | null;
  #waiting: (Blob | Bytes)[] = [];
  #waitingBytes = 0;

  constructor(target: Target, sealing: Sealing | null) {
    this.#target = target;
    this.#sealing = sealing;
  }

  /** Before anything else. */
  async begin(): Promise<void> {
    await (this.#sealing && this.#put(new Blob([this.#sealing.head])));
  }

  readonly write = async (part: Blob | Bytes): Promise<void> => {
    this.#waiting.push(part);
    this.#waitingBytes += part instanceof Blob ? part.size : part.length;
    if (this.#waitingBytes >= PIECE_BYTES) {
      await this.#pass();
    }
  };

  async finish(): Promise<Blob | null> {
    await this.#pass();
    await (this.#sealing && this.#put(new Blob([await this.#sealing.end()])));
    return await written(this.#target.finish());
  }

  async drop(): Promise<void> {
    this.#waiting = [];
    // What was being written goes by itself where this fails.
    await this.#target.drop().catch(() => {});
  }

  async #pass(): Promise<void> {
    const whole = new Blob(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!this.#sealing) {
      await this.#put(whole);
      return;
    }
    for (let at = 0; at < whole.size; at += PIECE_BYTES) {
      const plain = await whole.slice(at, at + PIECE_BYTES).arrayBuffer();
      await this.#put(new Blob([await this.#sealing.seal(new Uint8Array(plain))]));
    }
  }

  async #put(part: Blob): Promise<void> {
    await written(this.#target.write(part));
  }
}

async function written<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (reason) {
    throw new NotWritten("the file of a copy", { cause: reason });
  }
}

/** Parts that the browser keeps, outside this page's memory where they are many. */
export function keptParts(): Target {
  let parts: Blob[] = [];
  return {
    write: async (part) => {
      parts.push(part);
    },
    finish: async () => new Blob(parts, { type: "application/octet-stream" }),
    drop: async () => {
      parts = [];
    },
  };
}

interface Picker {
  readonly showSaveFilePicker?: (options: {
    readonly suggestedName: string;
  }) => Promise<FileSystemFileHandle>;
}

/** Ask its owner where the file is to lie, in answer to a press; null where nobody chose. The browser puts it there once it is whole. */
export async function chooseTarget(name: string): Promise<Target | null> {
  const { showSaveFilePicker: pick } = window as Picker;
  if (!pick) {
    return keptParts();
  }
  let handle: FileSystemFileHandle;
  try {
    handle = await pick.call(window, { suggestedName: name });
  } catch (reason) {
    // Where a browser has the question and may not ask it, the file is saved as any other.
    return reason instanceof DOMException && reason.name === "AbortError" ? null : keptParts();
  }
  const stream = await written(handle.createWritable());
  return {
    write: (part) => stream.write(part),
    finish: async () => {
      await stream.close();
      return null;
    },
    drop: () => stream.abort(),
  };
}
