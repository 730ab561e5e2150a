/** Where a picture is dark. Owns the line between dark and light, which is drawn anew for each place: a lamp beside the paper is no darkness. */

/** A picture as a grid of dark and light points. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  /** Whether a point is dark; what lies outside is light. */
  readonly dark: (x: number, y: number) => boolean;
}

/** Of the longer side: what a point is compared with. The three by three dark modules of a corner must fit well within. */
const WINDOW = 1 / 6;
/** Darker than this part of what is around it. */
const DARK = 0.86;

/** The grid of RGBA bytes, four a point, row by row from the top. */
export function gridOf(pixels: Uint8ClampedArray, width: number, height: number): Grid {
  const light = lightOf(pixels, width * height);
  const sums = sumsOf(light, width, height);
  const half = Math.max(4, Math.round((Math.max(width, height) * WINDOW) / 2));
  const points = new Uint8Array(width * height);
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
      const area = (right - left) * (bottom - top);
      points[y * width + x] = (light[y * width + x] as number) * area < sum * DARK ? 1 : 0;
    }
  }
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
