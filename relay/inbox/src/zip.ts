/**
 * A ZIP file, written from its beginning to its end: nothing is compressed, and no file is held in memory as a whole. (APPNOTE.TXT 6.3.10 of
 * PKWARE, 4.3 to 4.5; what lies beyond 4 GiB, or is more than 65,535 entries, is said as in its ZIP64.)
 *
 * Owns the bytes of headers and the checksum. An entry has less than 4 GiB: no file here has more than one.
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** Where the bytes go, in their order. */
export type Write = (part: Blob | Bytes) => Promise<void>;

const CLASSIC = 20;
const ZIP64 = 45;
const UTF8_NAMES = 0x0800;
const LOCAL = 0x0403_4b50;
const CENTRAL = 0x0201_4b50;
const END64 = 0x0606_4b50;
const LOCATOR64 = 0x0706_4b50;
const END = 0x0605_4b50;
/** What stands in a field of the classic form whose number stands in that of ZIP64. */
const MOST_U16 = 0xffff;
const MOST_U32 = 0xffff_ffff;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) {
    value = value & 1 ? 0xedb8_8320 ^ (value >>> 1) : value >>> 1;
  }
  return value;
});

/** CRC-32 of a piece, going on from the pieces before. */
export function crc32(piece: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of piece) {
    crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** Each piece of a blob in turn. */
async function eachPiece(blob: Blob, take: (piece: Uint8Array) => void): Promise<void> {
  const reader = blob.stream().getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    take(step.value);
  }
}

export class ZipWriter {
  readonly #write: Write;
  readonly #when: Bytes;
  /** A line of the directory for each entry; blobs, so that the browser may put them away. */
  readonly #directory: Blob[] = [];
  #at = 0;

  /** `modifiedAt` (Unix seconds) stands for each entry. */
  constructor(write: Write, modifiedAt: number) {
    this.#write = write;
    this.#when = instant(modifiedAt);
  }

  /** Write an entry. `look` sees its pieces before; whatever it throws, nothing of the entry was written. */
  async add(
    name: string,
    content: Blob,
    look: (piece: Uint8Array) => void = () => {},
  ): Promise<void> {
    let crc = 0;
    await eachPiece(content, (piece) => {
      look(piece);
      crc = crc32(piece, crc);
    });
    const called = new TextEncoder().encode(name);
    const sizes = joined(u32(content.size), u32(content.size), u16(called.length));
    const known = joined(u16(UTF8_NAMES), u16(0), this.#when, u32(crc), sizes);
    const head = joined(u32(LOCAL), u16(CLASSIC), known, u16(0), called);
    this.#directory.push(new Blob([listed(this.#at, known), called, far(this.#at)]));
    await this.#write(head);
    await this.#write(content);
    this.#at += head.length + content.size;
  }

  /** Write what tells where the entries are. Nothing may follow. */
  async finish(): Promise<void> {
    const directory = new Blob(this.#directory);
    const [count, size, at] = [this.#directory.length, directory.size, this.#at];
    await this.#write(directory);
    if (count >= MOST_U16 || size >= MOST_U32 || at >= MOST_U32) {
      const versions = joined(u16(ZIP64), u16(ZIP64), u32(0), u32(0));
      const numbers = joined(u64(count), u64(count), u64(size), u64(at));
      await this.#write(joined(u32(END64), u64(44), versions, numbers));
      await this.#write(joined(u32(LOCATOR64), u32(0), u64(at + size), u32(1)));
    }
    const counts = joined(u16(0), u16(0), u16(count), u16(count));
    await this.#write(joined(u32(END), counts, u32(size), u32(at), u16(0)));
  }
}

/** An entry's line in the directory, up to its name: no comment, disk or attributes; where it begins, classically or in the field behind. */
function listed(at: number, known: Bytes): Bytes {
  const extra = far(at);
  const version = extra.length > 0 ? ZIP64 : CLASSIC;
  const none = joined(u16(0), u16(0), u16(0), u32(0));
  return joined(u32(CENTRAL), u16(version), u16(version), known, u16(extra.length), none, u32(at));
}

/** The field of ZIP64 for an entry that begins beyond the classic form's reach; nothing for any other. */
function far(at: number): Bytes {
  return at < MOST_U32 ? new Uint8Array(0) : joined(u16(1), u16(8), u64(at));
}

/** Time and date as ZIP has them, in UTC. */
function instant(seconds: number): Bytes {
  const when = new Date(seconds * 1000);
  const time =
    (when.getUTCHours() << 11) | (when.getUTCMinutes() << 5) | (when.getUTCSeconds() >> 1);
  const date =
    ((when.getUTCFullYear() - 1980) << 9) | ((when.getUTCMonth() + 1) << 5) | when.getUTCDate();
  return joined(u16(time), u16(date));
}

function u16(number: number): Bytes {
  const most = Math.min(number, MOST_U16);
  return new Uint8Array([most & 0xff, most >>> 8]);
}

function u32(number: number): Bytes {
  const most = Math.min(number, MOST_U32);
  return joined(u16(most % 0x1_0000), u16(Math.floor(most / 0x1_0000)));
}

function u64(number: number): Bytes {
  return joined(u32(number % 0x1_0000_0000), u32(Math.floor(number / 0x1_0000_0000)));
}

function joined(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
