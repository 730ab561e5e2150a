import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, concat, textBytes } from "./crypto/encoding.ts";
import { looksLikePhoto, withoutDetails } from "./photos.ts";

const bytes = (...numbers: number[]): Bytes => Uint8Array.of(...numbers);
const hold = (file: Bytes, secret: string) => Buffer.from(file).includes(secret);

function segment(marker: number, body: Bytes): Bytes {
  const length = body.length + 2;
  return concat(bytes(0xff, marker, length >> 8, length & 0xff), body);
}

/** Exif with an orientation, in either byte order, and a place in words. */
function exif(orientation: number, little = false): Bytes {
  const u16 = (n: number) => (little ? [n & 0xff, n >> 8] : [n >> 8, n & 0xff]);
  const u32 = (n: number) => (little ? [...u16(n), 0, 0] : [0, 0, ...u16(n)]);
  return concat(
    textBytes("Exif\0\0"),
    bytes(...(little ? [0x49, 0x49, 42, 0] : [0x4d, 0x4d, 0, 42]), ...u32(8)),
    bytes(...u16(1), ...u16(0x0112), ...u16(3), ...u32(1), ...u16(orientation), 0, 0, ...u32(0)),
    textBytes("47.3769N 8.5417E"),
  );
}

const SOI = bytes(0xff, 0xd8);
const EOI = bytes(0xff, 0xd9);
const JFIF = segment(0xe0, concat(textBytes("JFIF\0"), bytes(1, 1, 0, 0, 1, 0, 1, 0, 0)));
const TABLES = segment(0xdb, new Uint8Array(65).fill(1));
const SCAN = concat(
  segment(0xda, bytes(1, 1, 0, 0, 63, 0)),
  bytes(1, 2, 0xff, 0, 3, 0xff, 0xd3, 4),
);
const PICTURE = concat(TABLES, SCAN, segment(0xc4, bytes(0, 1, 2)), SCAN);

test("of a JPEG what a camera noted goes, and what makes the picture stays, byte for byte", () => {
  const noted = [
    segment(0xe1, exif(1)),
    segment(0xe1, textBytes("http://ns.adobe.com/xap/1.0/\0<x>47.3769N</x>")),
    segment(0xed, textBytes("Photoshop 3.0\0 47.3769N")),
    segment(0xe2, textBytes("MPF\0 47.3769N")),
    segment(0xfe, textBytes("at 47.3769N")),
  ];
  const colours = segment(0xe2, textBytes("ICC_PROFILE\0\u0001\u0001 colours"));
  const adobe = segment(0xee, textBytes("Adobe\0 transform"));
  const behind = textBytes("a video from 47.3769N");
  const found = withoutDetails(concat(SOI, JFIF, ...noted, colours, adobe, PICTURE, EOI, behind));
  assert.deepEqual(found, {
    bytes: concat(SOI, JFIF, colours, adobe, PICTURE, EOI),
    changed: true,
  });
});

test("the small picture in a JFIF header goes, whatever size it says it has", () => {
  const head = [1, 1, 0, 0, 1, 0, 1];
  for (const small of [bytes(1, 1, 9, 9, 9), bytes(0, 0, 9, 9, 9)]) {
    const jfif = segment(0xe0, concat(textBytes("JFIF\0"), bytes(...head), small));
    const found = withoutDetails(concat(SOI, jfif, PICTURE, EOI));
    assert.deepEqual(found, { bytes: concat(SOI, JFIF, PICTURE, EOI), changed: true });
  }
});

test("a photo that was held upright stays upright: the orientation is all that is left of Exif", () => {
  for (const little of [false, true]) {
    for (const orientation of [2, 6, 8]) {
      const found = withoutDetails(
        concat(SOI, segment(0xe1, exif(orientation, little)), PICTURE, EOI),
      );
      assert.ok(found?.changed);
      assert.equal(hold(found.bytes, "47.3769"), false);
      const again = withoutDetails(found.bytes);
      assert.equal(again?.changed, false); // so it was read as it was written
      assert.equal(found.bytes[2 + 4 + 6 + 8 + 2 + 9], orientation);
    }
  }
});

test("an orientation that is none, and Exif cut anywhere, is passed over", () => {
  for (const orientation of [0, 9, 600]) {
    const found = withoutDetails(concat(SOI, segment(0xe1, exif(orientation)), PICTURE, EOI));
    assert.deepEqual(found?.bytes, concat(SOI, PICTURE, EOI));
  }
  const whole = exif(1);
  for (let cut = 0; cut < whole.length; cut++) {
    const found = withoutDetails(concat(SOI, segment(0xe1, whole.slice(0, cut)), PICTURE, EOI));
    assert.deepEqual(found?.bytes, concat(SOI, PICTURE, EOI));
  }
});

test("a JPEG that ends early, or says lengths that do not fit, is not called mended", () => {
  const whole = concat(SOI, JFIF, segment(0xe1, exif(6)), PICTURE, EOI);
  for (let cut = 2; cut < whole.length; cut++) {
    assert.equal(withoutDetails(whole.slice(0, cut)), null, `cut at ${cut}`);
  }
  assert.equal(withoutDetails(concat(SOI, bytes(0xff, 0xe1, 0, 1), PICTURE, EOI)), null);
  assert.equal(withoutDetails(concat(SOI, bytes(0xff, 0xd0), PICTURE, EOI)), null);
  assert.equal(withoutDetails(concat(SOI, bytes(1, 2, 3, 4), EOI)), null);
});

function chunk(type: string, body: Bytes): Bytes {
  return concat(
    bytes(0, 0, body.length >> 8, body.length & 0xff),
    textBytes(type),
    body,
    bytes(1, 2, 3, 4),
  );
}

const PNG = concat(bytes(0x89), textBytes("PNG\r\n\u001a\n"), chunk("IHDR", new Uint8Array(13)));

test("of a PNG text, Exif, time and what nobody knows goes, and what follows its end", () => {
  const noted = ["tEXt", "zTXt", "iTXt", "eXIf", "tIME", "prVt"].map((type) =>
    chunk(type, textBytes("47.3769N")),
  );
  const shown = concat(
    chunk("iCCP", textBytes("colours")),
    chunk("IDAT", bytes(1, 2)),
    chunk("IEND", bytes()),
  );
  const found = withoutDetails(concat(PNG, ...noted, shown, textBytes("47.3769N")));
  assert.deepEqual(found, { bytes: concat(PNG, shown), changed: true });
  const whole = concat(PNG, shown);
  assert.equal(withoutDetails(whole)?.changed, false);
  for (let cut = 8; cut < whole.length; cut++) {
    assert.equal(withoutDetails(whole.slice(0, cut)), null, `cut at ${cut}`);
  }
});

function riff(...chunks: Bytes[]): Bytes {
  const body = concat(textBytes("WEBP"), ...chunks);
  return concat(textBytes("RIFF"), bytes(body.length & 0xff, body.length >> 8, 0, 0), body);
}

function part(type: string, body: Bytes): Bytes {
  const odd = body.length % 2 ? bytes(0) : bytes();
  return concat(textBytes(type), bytes(body.length, 0, 0, 0), body, odd);
}

test("of a WebP Exif and XMP go, the file no longer announces them, and its size is right", () => {
  const announced = part("VP8X", bytes(0x3c, 0, 0, 0, 9, 0, 0, 9, 0, 0));
  const plain = part("VP8X", bytes(0x30, 0, 0, 0, 9, 0, 0, 9, 0, 0));
  const picture = part("VP8L", bytes(1, 2, 3));
  const noted = [
    part("EXIF", textBytes("47.3769N")),
    part("XMP ", textBytes("47.3769N")),
    part("prvt", bytes(1)),
  ];
  const file = concat(riff(announced, picture, ...noted), textBytes("47.3769N"));
  assert.deepEqual(withoutDetails(file)?.bytes, riff(plain, picture));
  assert.equal(withoutDetails(riff(plain, picture))?.changed, false);
  const whole = riff(plain, picture);
  for (let cut = 12; cut < whole.length; cut++) {
    assert.equal(withoutDetails(whole.slice(0, cut)), null, `cut at ${cut}`);
  }
});

test("what is no picture of these kinds is left to others, and photos are known by type or name", () => {
  for (const file of [
    bytes(),
    textBytes("%PDF-1.7"),
    textBytes("GIF89a"),
    bytes(0xff),
    bytes(0xff, 0xd9),
  ]) {
    assert.equal(withoutDetails(file), null);
  }
  assert.ok(looksLikePhoto("IMG_1.HEIC", ""));
  assert.ok(looksLikePhoto("a", "image/jpeg"));
  assert.ok(!looksLikePhoto("goals.pdf", "application/pdf"));
  assert.ok(!looksLikePhoto("sketch.svg", "image/svg+xml"));
});
