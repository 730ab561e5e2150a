/** Pictures of squares as a camera may see them: turned, tilted, unevenly lit, blurred, with noise. Owns the drawing, for tests alone. */

import { encode } from "uqr";

export interface Shot {
  readonly text: string;
  readonly ecc?: "L" | "M" | "Q" | "H";
  readonly mask?: number;
  readonly width?: number;
  readonly height?: number;
  /** Of a module, in points of the picture. */
  readonly module?: number;
  readonly degrees?: number;
  /** How much nearer one side is than the other: 0 for none. */
  readonly tilt?: readonly [number, number];
  /** Points over which light is spread. */
  readonly blur?: number;
  readonly noise?: number;
  /** How much darker the right side is. */
  readonly shade?: number;
  /** Modules of dirt. */
  readonly dirt?: readonly (readonly [number, number])[];
}

/** Numbers from 0 to 1 that look drawn and are the same each time. */
function drawn(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The RGBA bytes of a picture. */
export function picture(shot: Shot) {
  const { width = 480, height = 360, module = 8, degrees = 0, tilt = [0, 0] } = shot;
  const { data, size } = encode(shot.text, {
    ecc: shot.ecc ?? "M",
    border: 4,
    maskPattern: shot.mask ?? -1,
  });
  const dirt = new Set((shot.dirt ?? []).map(([x, y]) => `${x + 4} ${y + 4}`));
  const dark = (x: number, y: number) => Boolean(data[y]?.[x]) !== dirt.has(`${x} ${y}`);
  const turn = (degrees * Math.PI) / 180;
  const random = drawn(7);
  const light = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // Back from the picture to the paper: the turned and tilted plane, its middle in the picture's.
      const [px, py] = [(x - width / 2) / module, (y - height / 2) / module];
      const depth = 1 + (tilt[0] * px + tilt[1] * py) / size;
      const [tx, ty] = [px / depth, py / depth];
      const u = Math.cos(turn) * tx + Math.sin(turn) * ty + size / 2;
      const v = -Math.sin(turn) * tx + Math.cos(turn) * ty + size / 2;
      const [mx, my] = [Math.floor(u), Math.floor(v)];
      const paper = mx >= 0 && my >= 0 && mx < size && my < size;
      const value = !paper ? 150 : dark(mx, my) ? 40 : 220;
      light[y * width + x] = value * (1 - ((shot.shade ?? 0) * x) / width);
    }
  }
  const soft = blurred(light, width, height, shot.blur ?? 0);
  const pixels = new Uint8ClampedArray(4 * width * height);
  soft.forEach((value, at) => {
    const seen = value + (random() - 0.5) * 2 * (shot.noise ?? 0);
    pixels.set([seen, seen, seen, 255], 4 * at);
  });
  return { pixels, width, height };
}

function blurred(light: Float64Array, width: number, height: number, by: number): Float64Array {
  const along = (from: Float64Array, step: number) =>
    from.map((_, at) => {
      let sum = 0;
      for (let i = -by; i <= by; i++) {
        sum += Number(from[Math.min(from.length - 1, Math.max(0, at + i * step))]);
      }
      return sum / (2 * by + 1);
    });
  return by && height ? along(along(light, 1), width) : light;
}
