/**
 * Photos without place and camera: what is taken out of a picture before it leaves this device.
 *
 * Owns which parts of a JPEG, PNG or WebP file are the picture; everything else goes, what follows its end included, because
 * phones hide whole videos there. Of what a camera notes only the orientation stays, without which the picture would lie on
 * its side. Never changes a pixel, and never lets a file through as mended that it could not take apart to the end.
 * (JPEG: ITU-T T.81 annex B; Exif 2.32, 4.6; PNG: W3C PNG 3, 5 and 11; WebP: RFC 9649.)
 */

import { type Bytes, concat } from "./crypto/encoding.ts";

/** Above this a file is not taken apart: it has to be in memory whole. */
export const MOST_PHOTO_BYTES = 64 * 1024 * 1024;

/** `null`: no picture of these kinds, or one that cannot be taken apart. */
export type Stripped = { readonly bytes: Bytes; readonly changed: boolean } | null;

/** Take a picture apart and keep what is the picture. */
export function withoutDetails(file: Bytes): Stripped {
  const parts = jpeg(file) ?? png(file) ?? webp(file);
  if (parts === null) {
    return null;
  }
  const bytes = concat(...parts);
  return {
    bytes,
    changed: bytes.length !== file.length || bytes.some((byte, at) => byte !== file[at]),
  };
}

/** Whether a file's name or type says that it is a photo, so that one that cannot be mended is told of. */
export function looksLikePhoto(name: string, type: string): boolean {
  return (
    /^image\/(?!svg|gif|bmp|x-icon)/.test(type) ||
    /\.(jpe?g|png|webp|hei[cf]|avif|tiff?|dng)$/i.test(name)
  );
}

// --- JPEG ---------------------------------------------------------------------------------------------------------------

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;

/** The pieces to keep, up to the end of the first image; null for what is no JPEG, or a broken one. */
function jpeg(file: Bytes): Bytes[] | null {
  if (file[0] !== 0xff || file[1] !== SOI) {
    return null;
  }
  const kept: Bytes[] = [file.subarray(0, 2)];
  let orientation = 1;
  let at = 2;
  while (at + 4 <= file.length && file[at] === 0xff) {
    const marker = file[at + 1] as number;
    if (marker === 0xff) {
      at += 1; // fill bytes may stand before a marker
      continue;
    }
    if (marker === EOI) {
      break;
    }
    const end = at + 2 + u16(file, at + 2);
    if (isBare(marker) || end < at + 4 || end > file.length) {
      return null;
    }
    const segment = file.subarray(at, end);
    if (marker === APP1) {
      orientation = orientationIn(segment.subarray(4)) ?? orientation;
    } else if (isPicture(marker, segment.subarray(4))) {
      kept.push(marker === APP0 ? withoutThumbnail(segment) : segment);
    }
    at = end;
    if (marker === SOS) {
      const after = scanEnd(file, at);
      kept.push(file.subarray(at, after));
      at = after;
    }
  }
  if (file[at] !== 0xff || file[at + 1] !== EOI) {
    return null;
  }
  const turned = orientation === 1 ? [] : [exifOf(orientation)];
  return [...kept.slice(0, 1), ...turned, ...kept.slice(1), file.subarray(at, at + 2)];
}

/** Markers without a length, which do not stand between segments. */
function isBare(marker: number): boolean {
  return marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= SOI);
}

/** Of the application segments those that change how the picture looks; no comment; all else is the picture. */
function isPicture(marker: number, body: Bytes): boolean {
  if (marker < APP0 || (marker > APP15 && marker !== COM)) {
    return true;
  }
  return (
    (marker === APP0 && starts(body, "JFIF\0")) ||
    (marker === APP2 && starts(body, "ICC_PROFILE\0")) ||
    (marker === APP14 && starts(body, "Adobe"))
  );
}

/** Marker and length, then of JFIF: name, version, density; what follows is the size of a small picture, and that picture. */
const JFIF_BYTES = 18;

/** A JFIF header whose small picture, which may be of something cut away since, is gone (JFIF 1.02, *APP0 marker*). */
function withoutThumbnail(segment: Bytes): Bytes {
  if (segment.length < JFIF_BYTES) {
    return segment;
  }
  const bare = segment.slice(0, JFIF_BYTES);
  bare.set([0, JFIF_BYTES - 2], 2);
  bare.set([0, 0], JFIF_BYTES - 2);
  return bare;
}

/** Where the entropy-coded bytes of a scan end: at the next marker that is neither stuffing nor a restart. */
function scanEnd(file: Bytes, from: number): number {
  let at = file.indexOf(0xff, from);
  while (at !== -1 && at + 1 < file.length) {
    const marker = file[at + 1] as number;
    if (marker !== 0 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd7)) {
      return at;
    }
    at = file.indexOf(0xff, marker === 0xff ? at + 1 : at + 2);
  }
  return file.length;
}

const ORIENTATION = 0x0112;
const SHORT = 3;

/** The orientation that an Exif segment notes, 1 to 8; null where it notes none, or is none. */
function orientationIn(body: Bytes): number | null {
  if (!starts(body, "Exif\0\0")) {
    return null;
  }
  const tiff = body.subarray(6);
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = starts(tiff, "II*\0");
  if (!little && !starts(tiff, "MM\0*")) {
    return null;
  }
  const entries = tiff.length >= 8 ? view.getUint32(4, little) : tiff.length;
  if (entries + 2 > tiff.length) {
    return null;
  }
  const count = view.getUint16(entries, little);
  for (
    let entry = entries + 2;
    entry < entries + 2 + 12 * count && entry + 12 <= tiff.length;
    entry += 12
  ) {
    if (
      view.getUint16(entry, little) === ORIENTATION &&
      view.getUint16(entry + 2, little) === SHORT
    ) {
      const value = view.getUint16(entry + 8, little);
      return value >= 1 && value <= 8 ? value : null;
    }
  }
  return null;
}

/** An Exif segment that notes the orientation and nothing else. */
function exifOf(orientation: number): Bytes {
  return Uint8Array.of(
    ...[0xff, APP1, 0, 34, ...ascii("Exif\0\0MM\0*"), 0, 0, 0, 8, 0, 1],
    ...[0x01, 0x12, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0],
  );
}

// --- PNG ----------------------------------------------------------------------------------------------------------------

const PNG = "\u0089PNG\r\n\u001a\n";
/** Ancillary chunks that change how the picture looks or moves. */
const PNG_KEPT = new Set(
  "tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split(" "),
);

function png(file: Bytes): Bytes[] | null {
  if (!starts(file, PNG)) {
    return null;
  }
  const kept = [file.subarray(0, 8)];
  for (let at = 8; at + 12 <= file.length; ) {
    const end = at + 12 + u32(file, at);
    const type = text(file, at + 4);
    if (end > file.length || !/^[A-Za-z]{4}$/.test(type)) {
      return null;
    }
    if (/^[A-Z]/.test(type) || PNG_KEPT.has(type)) {
      kept.push(file.subarray(at, end));
    }
    if (type === "IEND") {
      return kept;
    }
    at = end;
  }
  return null;
}

// --- WebP ---------------------------------------------------------------------------------------------------------------

const WEBP_KEPT = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
/** The flags of VP8X that announce Exif and XMP (RFC 9649, 2.7). */
const WEBP_NOTES = 0x0c;

function webp(file: Bytes): Bytes[] | null {
  if (!starts(file, "RIFF") || text(file, 8) !== "WEBP") {
    return null;
  }
  const stated = 8 + u32little(file, 4);
  if (stated > file.length) {
    return null;
  }
  const kept: Bytes[] = [];
  for (let at = 12; at < stated; ) {
    const type = text(file, at);
    const bytes = at + 8 <= stated ? u32little(file, at + 4) : stated;
    const end = at + 8 + bytes + (bytes % 2);
    if (end > stated) {
      return null;
    }
    if (WEBP_KEPT.has(type)) {
      kept.push(type === "VP8X" ? withoutNotes(file.subarray(at, end)) : file.subarray(at, end));
    }
    at = end;
  }
  const head = file.slice(0, 12);
  const size = kept.reduce((all, chunk) => all + chunk.length, 4);
  new DataView(head.buffer).setUint32(4, size, true);
  return [head, ...kept];
}

function withoutNotes(chunk: Bytes): Bytes {
  const flags = chunk[8];
  const copy = chunk.slice();
  if (flags !== undefined) {
    copy[8] = flags & ~WEBP_NOTES;
  }
  return copy;
}

// --- bytes --------------------------------------------------------------------------------------------------------------

function ascii(letters: string): number[] {
  return [...letters].map((letter) => letter.charCodeAt(0));
}

function starts(bytes: Bytes, letters: string): boolean {
  return ascii(letters).every((code, at) => bytes[at] === code);
}

function text(bytes: Bytes, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function u16(bytes: Bytes, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function u32(bytes: Bytes, at: number): number {
  return u16(bytes, at) * 65_536 + u16(bytes, at + 2);
}

function u32little(bytes: Bytes, at: number): number {
  return (
    ((bytes[at + 3] ?? 0) * 256 + (bytes[at + 2] ?? 0)) * 65_536 +
    (bytes[at + 1] ?? 0) * 256 +
    (bytes[at] ?? 0)
  );
}
