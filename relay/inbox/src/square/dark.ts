/** Where a picture is dark. Owns the line between dark and light, which is drawn anew for each place: a lamp beside the paper is no darkness. */

/** A picture as a grid of dark and light points. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  /** Whether a point is dark; what lies outside is light. */
  readonly dark: (x: number, y: number) => boolean;
}

/** One way to tell dark from light; what suits one picture misses another. */
interface Look {
  /** Of the longer side: what a point is compared with. The three by three dark modules of a corner must fit well within. */
  readonly window: number;
  /** Darker than this part of what is around it. */
  readonly dark: number;
  /** What is done to the points before. */
  readonly first: (light: Uint8Array, width: number, height: number) => Uint8Array;
}

/** For good light and whatever is far away; for little light; for a lens out of focus, and a shadow's edge across the square. */
const LOOKS: readonly Look[] = [
  { window: 1 / 6, dark: 0.86, first: (light) => light },
  { window: 1 / 6, dark: 0.86, first: softened },
  { window: 1 / 12, dark: 0.9, first: sharpened },
];
/** Of the longer side: what a point is set off against. */
const NEIGHBOURS = 1 / 25;
const SHARPER = 3;

/** The grid of RGBA bytes, four a point, row by row from the top, by one look of those there are: any number, the next in turn. */
export function gridOf(
  pixels: Uint8ClampedArray,
  width: number,
  height: number,
  look: number,
): Grid {
  const { window, dark, first } = LOOKS[look % LOOKS.length] as Look;
  const light = first(lightOf(pixels, width * height), width, height);
  const means = meansOf(light, width, height, window);
  const points = light.map((value, at) => Number(value < (means[at] as number) * dark));
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height;
  return {
    width,
    height,
    dark: (x, y) => inside(x, y) && points[Math.floor(y) * width + Math.floor(x)] === 1,
  };
}

/** How light each point looks: of green most, of blue least. */
function lightOf(pixels: Uint8ClampedArray, length: number): Uint8Array {
  const light = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    const [red, green, blue] = [4 * at, 4 * at + 1, 4 * at + 2];
    light[at] =
      (77 * (pixels[red] as number) +
        150 * (pixels[green] as number) +
        29 * (pixels[blue] as number)) >>
      8;
  }
  return light;
}

/** The mean of each point and its neighbours, since in little light each alone is off; at the edge, where no square is, what it was. */
function softened(light: Uint8Array, width: number, height: number): Uint8Array {
  const made = light.slice();
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      let sum = 0;
      for (const row of [at - width, at, at + width]) {
        sum += (light[row - 1] as number) + (light[row] as number) + (light[row + 1] as number);
      }
      made[at] = sum / 9;
    }
  }
  return made;
}

/** Each point farther from the mean around it. */
function sharpened(light: Uint8Array, width: number, height: number): Uint8Array {
  const means = meansOf(light, width, height, NEIGHBOURS);
  const made = new Uint8ClampedArray(light.length);
  for (let at = 0; at < made.length; at++) {
    const value = light[at] as number;
    made[at] = value + SHARPER * (value - (means[at] as number));
  }
  return new Uint8Array(made.buffer);
}

/** The mean of a square window around each point, by four looks at sums that are made once. */
function meansOf(light: Uint8Array, width: number, height: number, window: number): Float32Array {
  const sums = sumsOf(light, width, height);
  const means = new Float32Array(width * height);
  const half = Math.max(4, Math.round((Math.max(width, height) * window) / 2));
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - half);
    const bottom = Math.min(height, y + half + 1);
    const [above, below] = [top * (width + 1), bottom * (width + 1)];
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - half);
      const right = Math.min(width, x + half + 1);
      const sum =
        (sums[below + right] as number) -
        (sums[below + left] as number) -
        (sums[above + right] as number) +
        (sums[above + left] as number);
      means[y * width + x] = sum / ((right - left) * (bottom - top));
    }
  }
  return means;
}

/** How light all points together are that lie left of and above a place: any rectangle's sum in four looks. */
function sumsOf(light: Uint8Array, width: number, height: number): Uint32Array {
  const wide = width + 1;
  const sums = new Uint32Array(wide * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += light[y * width + x] as number;
      sums[(y + 1) * wide + x + 1] = (sums[y * wide + x + 1] as number) + row;
    }
  }
  return sums;
}
