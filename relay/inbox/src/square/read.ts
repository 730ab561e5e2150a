/**
 * Reads the recovery sheet's square in a picture. Owns where its modules lie there; keeps nothing of the picture, and asks nobody.
 *
 * Only the sheet's kind is read (`code.ts`). Others are told apart by their size or by what they say, so that somebody who shows one hears of it.
 */

import { digitsOf, type Modules, SIZE } from "./code.ts";
import { type Corners, cornersIn, type Point } from "./corners.ts";
import { type Grid, gridOf } from "./dark.ts";

/** `other`: a square that is no recovery sheet's. */
export type Seen =
  | { readonly kind: "nothing" | "other" }
  | { readonly kind: "digits"; readonly digits: string };

/** Modules between the middles of two rings. */
const APART = SIZE - 7;
/** The next larger kind has 18. */
const MOST_APART = 16;
const NEAR = 3.5;
/** A picture has at most so many places that are worth a look. */
const MOST_TRIES = 6;

/** What stands in a picture of RGBA bytes. `look`: which way to look at it, any number; whoever has more pictures takes the next for each. */
export function readSquare(
  pixels: Uint8ClampedArray,
  width: number,
  height: number,
  look = 0,
): Seen {
  const grid = gridOf(pixels, width, height, look);
  const all = cornersIn(grid).slice(0, MOST_TRIES);
  for (const corners of all.filter(({ modulesApart }) => modulesApart < MOST_APART)) {
    const digits = digitsAt(grid, corners);
    if (digits !== null) {
      return { kind: "digits", digits };
    }
  }
  // One of the sheet's size that cannot be read may be a blurred one.
  const other = all.some((one) => one.modulesApart >= MOST_APART && isOther(grid, one));
  return { kind: other ? "other" : "nothing" };
}

/**
 * The smallest square has no mark at its fourth corner. So it is sought around where the others say that it is: what is read elsewhere does not pass
 * the checks.
 */
function digitsAt(grid: Grid, corners: Corners): string | null {
  const { topLeft, topRight, bottomLeft, bottomRight } = corners;
  const along = { x: (topRight.x - topLeft.x) / APART, y: (topRight.y - topLeft.y) / APART };
  const down = { x: (bottomLeft.x - topLeft.x) / APART, y: (bottomLeft.y - topLeft.y) / APART };
  for (const [right, below] of AROUND) {
    const place = placing(topLeft, topRight, bottomLeft, {
      x: bottomRight.x + right * along.x + below * down.x,
      y: bottomRight.y + right * along.y + below * down.y,
    });
    const digits = digitsOf((x, y) => {
      const at = place((x + 0.5 - NEAR) / APART, (y + 0.5 - NEAR) / APART);
      return grid.dark(at.x, at.y);
    });
    if (digits !== null) {
      return digits;
    }
  }
  return null;
}

const STEPS = [-1.8, -1.2, -0.6, 0, 0.6, 1.2, 1.8];
/** By how many modules the fourth corner may be off, the nearest first. */
const AROUND = STEPS.flatMap((right) => STEPS.map((below) => [right, below] as const)).sort(
  (a, b) => Math.hypot(...a) - Math.hypot(...b),
);

/** Where a place of the unit square lies in the picture whose corners are these four: a plane seen from anywhere. */
function placing(
  zero: Point,
  one: Point,
  below: Point,
  across: Point,
): (u: number, v: number) => Point {
  const sum = { x: zero.x - one.x + across.x - below.x, y: zero.y - one.y + across.y - below.y };
  const right = { x: one.x - across.x, y: one.y - across.y };
  const down = { x: below.x - across.x, y: below.y - across.y };
  const area = right.x * down.y - down.x * right.y;
  const g = (sum.x * down.y - down.x * sum.y) / area;
  const h = (right.x * sum.y - sum.x * right.y) / area;
  return (u, v) => {
    const depth = g * u + h * v + 1;
    return {
      x: ((one.x - zero.x + g * one.x) * u + (below.x - zero.x + h * below.x) * v + zero.x) / depth,
      y: ((one.y - zero.y + g * one.y) * u + (below.y - zero.y + h * below.y) * v + zero.y) / depth,
    };
  };
}

/** Whether these are the corners of a square that is not the sheet's: its timing, dark and light in turn, goes from ring to ring. */
function isOther(grid: Grid, { topLeft, topRight, bottomLeft, modulesApart }: Corners): boolean {
  const apart = 4 * Math.round((modulesApart - APART) / 4) + APART;
  const modules: Modules = (x, y) => {
    const [u, v] = [(x + 0.5 - NEAR) / apart, (y + 0.5 - NEAR) / apart];
    return grid.dark(
      topLeft.x + (topRight.x - topLeft.x) * u + (bottomLeft.x - topLeft.x) * v,
      topLeft.y + (topRight.y - topLeft.y) * u + (bottomLeft.y - topLeft.y) * v,
    );
  };
  const places = Array.from({ length: apart - 7 }, (_, i) => i + 7);
  const right = places.filter((at) => modules(at, 6) === (at % 2 === 0));
  const down = places.filter((at) => modules(6, at) === (at % 2 === 0));
  return right.length + down.length >= 0.9 * 2 * places.length;
}
