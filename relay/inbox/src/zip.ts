/**
 * A ZIP file as a row of parts: nothing is compressed, and no file is held in memory as a whole. (APPNOTE.TXT 6.3.10 of PKWARE, 4.3 and 4.4.)
 *
 * Owns the bytes of headers and the checksum. Must never make a file that needs more than the classic format: beyond 4 GiB it refuses.
 */

export interface ZipEntry {
  readonly name: string;
  readonly content: Blob;
}

export const MOST_ZIP_BYTES = 0xffff_ffff;
const MOST_ENTRIES = 0xffff;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const LOCAL = 0x0403_4b50;
const CENTRAL = 0x0201_4b50;
const END = 0x0605_4b50;

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
export async function eachPiece(blob: Blob, take: (piece: Uint8Array) => void): Promise<void> {
  const reader = blob.stream().getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    take(step.value);
  }
}

/** All entries in one file. `modifiedAt` (Unix seconds) stands for each of them; throws RangeError for what does not fit. */
export async function zip(entries: readonly ZipEntry[], modifiedAt: number): Promise<Blob> {
  const parts: Blob[] = [];
  const central: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const { name, content } of entries) {
    let crc = 0;
    await eachPiece(content, (piece) => {
      crc = crc32(piece, crc);
    });
    const known = facts(name, crc, content.size, modifiedAt);
    const head = joined(u32(LOCAL), u16(VERSION), known, u16(0), text(name));
    central.push(joined(u32(CENTRAL), u16(VERSION), u16(VERSION), known, ...rest(at), text(name)));
    parts.push(new Blob([head]), content);
    at += head.length + content.size;
  }
  const directory = new Blob(central);
  if (at + directory.size > MOST_ZIP_BYTES || entries.length > MOST_ENTRIES) {
    throw new RangeError("a ZIP of this kind holds 4 GiB");
  }
  const counts = joined(u16(0), u16(0), u16(entries.length), u16(entries.length));
  const end = joined(u32(END), counts, u32(directory.size), u32(at), u16(0));
  return new Blob([...parts, directory, end], { type: "application/zip" });
}

/** What both headers say: flags, method, time, date, checksum, both sizes, length of the name. */
function facts(
  name: string,
  crc: number,
  size: number,
  modifiedAt: number,
): Uint8Array<ArrayBuffer> {
  const when = new Date(modifiedAt * 1000);
  const time =
    (when.getUTCHours() << 11) | (when.getUTCMinutes() << 5) | (when.getUTCSeconds() >> 1);
  const date =
    ((when.getUTCFullYear() - 1980) << 9) | ((when.getUTCMonth() + 1) << 5) | when.getUTCDate();
  return joined(
    u16(UTF8_NAMES),
    u16(0),
    u16(time),
    u16(date),
    u32(crc),
    u32(size),
    u32(size),
    u16(text(name).length),
  );
}

/** Extra field, comment, disk, attributes: none; and where the file begins. */
function rest(at: number): Uint8Array<ArrayBuffer>[] {
  return [u16(0), u16(0), u16(0), u16(0), u32(0), u32(at)];
}

function u16(number: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([number & 0xff, (number >>> 8) & 0xff]);
}

function u32(number: number): Uint8Array<ArrayBuffer> {
  return joined(u16(number & 0xffff), u16(Math.floor(number / 0x1_0000) & 0xffff));
}

function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
