/**
 * Where a file goes while it is written: straight to the place that its owner chose, where the browser can ask for one, and otherwise into parts
 * that the browser keeps until they are saved together. Must never leave half a file under the name that was chosen.
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** What takes the bytes of a file; every call may throw `NotWritten`. */
export interface Target {
  readonly write: (part: Blob | Bytes) => Promise<void>;
  /** The file, where it is still to be saved; null where it lies under its name already. */
  readonly finish: () => Promise<Blob | null>;
  /** Nothing is left of it. Never throws. */
  readonly drop: () => Promise<void>;
}

/** The file could not be written: there is no room, or it was taken away. */
export class NotWritten extends Error {}

/** Parts that the browser keeps, outside this page's memory where they are many. */
export function keptParts(): Target {
  let parts: BlobPart[] = [];
  return {
    write: async (part) => {
      parts.push(part instanceof Blob ? part : new Blob([part]));
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

/** Whether this browser can ask where a file is to lie. */
export function canChoose(): boolean {
  return (window as Picker).showSaveFilePicker !== undefined;
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
  return await placed(handle);
}

async function placed(handle: FileSystemFileHandle): Promise<Target> {
  const stream = await written(handle.createWritable());
  return {
    write: (part) => written(stream.write(part)),
    finish: async () => {
      await written(stream.close());
      return null;
    },
    drop: async () => {
      // What was being written goes by itself where this fails.
      await stream.abort().catch(() => {});
      await removeEmpty(handle).catch(() => {});
    },
  };
}

/** The question for a place leaves an empty file under the chosen name. */
async function removeEmpty(
  handle: FileSystemFileHandle & { readonly remove?: () => Promise<void> },
): Promise<void> {
  if ((await handle.getFile()).size === 0) {
    await handle.remove?.();
  }
}

async function written<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (reason) {
    throw new NotWritten("a file", { cause: reason });
  }
}
