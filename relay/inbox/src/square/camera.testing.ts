/**
 * Photographs of a recovery sheet as a telephone takes them: held at an angle, far away, out of focus, moved, in the dark, in a shadow, bent. Owns the
 * drawing, for tests alone: a lens, a paper with other print on it, and light; each a number that was drawn from a seed.
 */

import { encode } from "uqr";

export interface Photo {
  readonly width: number;
  readonly height: number;
  /** Of a module in the middle of the picture, in its points. */
  readonly module: number;
  /** In radians: how far the paper is turned, and leans to the side and back. */
  readonly turn: number;
  readonly lean: readonly [number, number];
  /** How many modules the sides of the square stand out before its middle. */
  readonly bend: number;
  /** Of the lens, in modules: a point is spread so far. */
  readonly blur: number;
  /** How far the hand moved meanwhile, in modules, and which way. */
  readonly moved: number;
  /** How light paper and ink are, of 255. */
  readonly paper: number;
  readonly ink: number;
  /** What each point is off by, on the average. */
  readonly noise: number;
  /** By how much the far side is darker; by how much a shadow with an edge across the square is. */
  readonly falling: number;
  readonly shadow: number;
  /** A lamp's reflection: how many modules wide; 0 for none. */
  readonly glare: number;
  readonly seed: number;
}

const QUIET = 4;
/** A lens sees as wide as this many times its distance: that of a telephone. */
const WIDE = 1.15;
const SAMPLES = 2;
const BENDING_STEPS = 3;

/** Numbers from 0 to 1 that look drawn and are the same each time. */
export function drawn(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // The low bits of such a sequence are poor, so they are stirred once more.
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** The RGBA bytes of a photograph of a sheet whose square says `text`. */
export function photographed(text: string, photo: Photo) {
  const { width, height } = photo;
  const light = seenThrough(lens(photo), sheetOf(text, photo), photo);
  const soft = moved(softened(light, width, height, photo.blur * photo.module), photo);
  const random = drawn(photo.seed);
  const pixels = new Uint8ClampedArray(4 * width * height);
  soft.forEach((value, at) => {
    const off = (random() + random() + random() + random() - 2) * Math.sqrt(3) * photo.noise;
    pixels.set([value + off, value + off, value + off, 255], 4 * at);
  });
  return pixels;
}

/** How light a place of the paper is; places are counted in modules from the middle of the square. */
type Paper = (u: number, v: number) => number;

function sheetOf(text: string, { paper, ink, seed, falling, shadow, glare, turn }: Photo): Paper {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
  const random = drawn(seed ^ 0x5eed);
  const [table, half, slant] = [ink + random() * (paper - ink), size / 2, random() * 6.3];
  const spot = { u: (random() - 0.5) * size, v: (random() - 0.5) * size };
  const edge = (random() - 0.5) * size;
  const print = (u: number, v: number) =>
    // Lines of words beneath and the thirty digits above, as the sheet has them.
    (v > half + QUIET + 2 || v < -half - QUIET - 2) &&
    Math.abs(u) < 26 &&
    Math.floor(v / 1.6) % 2 === 0 &&
    Math.sin(u * 7.3 + Math.floor(v / 1.6) * 11) > 0.1;
  return (u, v) => {
    const [x, y] = [Math.floor(u + half), Math.floor(v + half)];
    const dark = data[y]?.[x] ?? print(u, v);
    const on = Math.abs(u) < 34 && Math.abs(v) < 45;
    const along = u * Math.cos(slant - turn) + v * Math.sin(slant - turn);
    const lit = 1 - falling * Math.min(1, Math.max(0, 0.5 + along / (2 * size)));
    const shaded = along > edge ? 1 - shadow : 1;
    const shine = glare ? 255 * Math.exp(-((u - spot.u) ** 2 + (v - spot.v) ** 2) / glare ** 2) : 0;
    return (on ? (dark ? ink : paper) : table) * lit * shaded + shine;
  };
}

/** Where on the paper a point of the picture lies. */
function lens({ width, height, module, turn, lean, bend, seed }: Photo) {
  const random = drawn(seed ^ 0x1e25);
  const focal = Math.max(width, height) / WIDE;
  const far = focal / module;
  // Nobody holds it quite in the middle.
  const middle = [0.05, 0.05].map((part) => (random() - 0.5) * part * far);
  const [side, back] = lean;
  const turned = (x: number, y: number): readonly [number, number, number] => {
    const [tx, ty] = [
      Math.cos(turn) * x - Math.sin(turn) * y,
      Math.sin(turn) * x + Math.cos(turn) * y,
    ];
    const deep = Math.sin(side) * tx;
    return [
      Math.cos(side) * tx,
      Math.cos(back) * ty - Math.sin(back) * deep,
      Math.sin(back) * ty + Math.cos(back) * deep,
    ];
  };
  const [right, down] = [turned(1, 0), turned(0, 1)];
  const out = [
    right[1] * down[2] - right[2] * down[1],
    right[2] * down[0] - right[0] * down[2],
    right[0] * down[1] - right[1] * down[0],
  ] as const;
  const at = [middle[0] ?? 0, middle[1] ?? 0, far] as const;
  const height0 = out[0] * at[0] + out[1] * at[1] + out[2] * at[2];
  return (x: number, y: number): readonly [number, number] => {
    const ray = [(x - width / 2) / focal, (y - height / 2) / focal, 1] as const;
    const facing = out[0] * ray[0] + out[1] * ray[1] + out[2];
    let [u, v] = [0, 0];
    for (let step = 0; step <= (bend ? BENDING_STEPS : 0); step++) {
      const reach = (height0 - bend * (u / 10.5) ** 2) / facing;
      const [px, py, pz] = [ray[0] * reach - at[0], ray[1] * reach - at[1], reach - at[2]];
      u = right[0] * px + right[1] * py + right[2] * pz;
      v = down[0] * px + down[1] * py + down[2] * pz;
    }
    return [u, v];
  };
}

/** Each point is what falls on it, on the average of a few places within. */
function seenThrough(place: ReturnType<typeof lens>, paper: Paper, { width, height }: Photo) {
  const light = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < SAMPLES ** 2; i++) {
        const [right, below] = [i % SAMPLES, Math.floor(i / SAMPLES)];
        const [u, v] = place(x + (right + 0.5) / SAMPLES, y + (below + 0.5) / SAMPLES);
        sum += paper(u, v);
      }
      light[y * width + x] = sum / SAMPLES ** 2;
    }
  }
  return light;
}

/** Spread as by a lens out of focus, about: the weighted mean of neighbours, each way in turn. */
function softened(light: Float64Array, width: number, height: number, sigma: number) {
  const far = Math.ceil(2 * sigma);
  const weights = Array.from({ length: 2 * far + 1 }, (_, i) =>
    Math.exp(-((i - far) ** 2) / (2 * sigma ** 2)),
  );
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const along = (from: Float64Array, step: number, length: number) => {
    const made = new Float64Array(from.length);
    for (let at = 0; at < from.length; at++) {
      const place = Math.floor(at / step) % length;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) {
        const off = Math.min(length - 1, Math.max(0, place + i - far)) - place;
        sum += (weights[i] as number) * (from[at + off * step] as number);
      }
      made[at] = sum / whole;
    }
    return made;
  };
  return sigma > 0 ? along(along(light, 1, width), width, height) : light;
}

/** The mean along the way that the hand moved. */
function moved(light: Float64Array, { width, height, moved: by, module, seed }: Photo) {
  const way = drawn(seed ^ 0x40fe)() * 6.3;
  const steps = Math.ceil(by * module * 2);
  if (steps === 0) {
    return light;
  }
  return light.map((value, at) => {
    let sum = value;
    for (let step = 1; step <= steps; step++) {
      const far = (step / steps) * by * module;
      const x = Math.min(width - 1, Math.max(0, Math.round((at % width) + Math.cos(way) * far)));
      const y = Math.round(Math.floor(at / width) + Math.sin(way) * far);
      sum += Number(light[Math.min(height - 1, Math.max(0, y)) * width + x]);
    }
    return sum / (steps + 1);
  });
}

/** What of a photograph differs from a good one, by the numbers drawn for it. */
type Kind = (random: () => number) => Partial<Photo> & { readonly share?: number };

const between = (random: () => number, low: number, high: number) => low + random() * (high - low);
const leaning = (random: () => number, most: number): [number, number] => {
  const [far, way] = [between(random, most / 2, most), random() * 6.3];
  return [far * Math.cos(way), far * Math.sin(way)];
};

/** By name, what a person meets with; `share` is how much of the picture's height the square with its margin fills. */
export const KINDS: Readonly<Record<string, Kind>> = {
  "held well": (random) => ({ share: between(random, 0.5, 0.9) }),
  "at an angle, to 55 degrees": (random) => ({ lean: leaning(random, 0.96) }),
  "far away": (random) => ({ share: between(random, 0.2, 0.4) }),
  "out of focus": (random) => ({ blur: between(random, 0.3, 0.6) }),
  moved: (random) => ({ moved: between(random, 0.4, 1) }),
  "in the dark": (random) => ({
    ...{ paper: between(random, 40, 80), ink: between(random, 8, 20) },
    noise: between(random, 6, 12),
  }),
  "in a shadow": (random) => ({
    ...{ shadow: between(random, 0.3, 0.6), falling: between(random, 0.1, 0.5) },
  }),
  "under a lamp": (random) => ({ glare: between(random, 1, 3), falling: between(random, 0, 0.4) }),
  bent: (random) => ({ bend: between(random, -1.5, 1.5), lean: leaning(random, 0.4) }),
  "a small camera": (random) => ({
    ...{ width: 320, height: 240, share: between(random, 0.5, 0.9) },
    ...{ noise: between(random, 4, 10), lean: leaning(random, 0.4) },
  }),
  "some of everything": (random) => ({
    ...{
      share: between(random, 0.4, 0.8),
      lean: leaning(random, 0.5),
      bend: between(random, 0, 0.5),
    },
    ...{
      blur: between(random, 0, 0.3),
      moved: between(random, 0, 0.4),
      noise: between(random, 4, 10),
    },
    ...{ paper: between(random, 100, 200), falling: between(random, 0, 0.4) },
  }),
};

/** The photograph of a kind with this number; pictures are as wide as the page looks at them. */
export function photo(kind: string, number: number): Photo {
  const random = drawn(number * 7_919 + kind.length);
  const made = KINDS[kind]?.(random) ?? {};
  const { width = 480, height = random() < 0.5 ? 360 : 270 } = made;
  return {
    ...{ width, height, seed: number },
    module: ((made.share ?? between(random, 0.5, 0.8)) * height) / 29,
    turn: random() * 6.3,
    ...{ lean: leaning(random, 0.3), bend: 0, blur: 0.12, moved: 0 },
    ...{ paper: between(random, 180, 240), ink: between(random, 20, 60), noise: 4 },
    ...{ falling: 0.1, shadow: 0, glare: 0 },
    ...made,
  };
}
