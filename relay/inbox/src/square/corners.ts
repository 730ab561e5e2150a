/**
 * The three corners by which a square is found: rings whose dark and light runs are as 1 : 1 : 3 : 1 : 1 on every line through the middle, however
 * the paper is turned (ISO/IEC 18004, finder pattern). Owns finding them and telling which is which.
 */

import type { Grid } from "./dark.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The middles of the rings, as they stand on an upright paper, and how many modules lie between two of them. */
export interface Corners {
  readonly topLeft: Point;
  readonly topRight: Point;
  readonly bottomLeft: Point;
  /** Where the fourth would be, by how the others shrink with distance. */
  readonly bottomRight: Point;
  readonly modulesApart: number;
}

interface Ring extends Point {
  readonly module: number;
  readonly seen: number;
}

const RING = [1, 1, 3, 1, 1];
const RING_MODULES = 7;
/** How far a run may be from what it should be: a part of it, since ink runs and pictures blur. */
const SLACK = 0.6;
/** As many rings are tried, those seen on the most lines first: a page of print has many places that look a little like one. */
const MOST_RINGS = 9;

/** Every three rings that may be a square's, the likeliest first. */
export function cornersIn(grid: Grid): Corners[] {
  const rings = ringsIn(grid);
  const found: { readonly corners: Corners; readonly odd: number }[] = [];
  rings.forEach((one, i) => {
    rings.slice(i + 1).forEach((two, j) => {
      for (const three of rings.slice(i + j + 2)) {
        const made = cornersOf(grid, [one, two, three]);
        if (made) {
          found.push(made);
        }
      }
    });
  });
  return found.sort((a, b) => a.odd - b.odd).map(({ corners }) => corners);
}

/** The ring at the right angle stands top left; of the other two, the one clockwise from it top right. */
function cornersOf(grid: Grid, rings: readonly [Ring, Ring, Ring]) {
  const [one, two, three] = rings;
  const turns = [
    [one, two, three],
    [two, one, three],
    [three, one, two],
  ] as const;
  const lengths = turns.map(([, a, b]) => distance(a, b));
  const longest = Math.max(...lengths);
  const [corner, a, b] = turns[lengths.indexOf(longest)] ?? turns[0];
  const [first, second] = [distance(corner, a), distance(corner, b)];
  const modules = rings.map(({ module }) => module);
  const odd =
    Math.abs(Math.log(first / second)) +
    Math.abs(Math.log((first ** 2 + second ** 2) / longest ** 2));
  if (odd > 0.9 || Math.max(...modules) > 1.8 * Math.min(...modules)) {
    return null;
  }
  const clockwise = (a.x - corner.x) * (b.y - corner.y) > (a.y - corner.y) * (b.x - corner.x);
  const [topRight, bottomLeft] = clockwise ? [a, b] : [b, a];
  const [right, down] = [sideOf(grid, corner, topRight), sideOf(grid, corner, bottomLeft)];
  if (!right || !down) {
    return null;
  }
  const [far, low] = [right.depth, down.depth];
  const fourth = (one: number, other: number, third: number) =>
    (one * far + other * low - third) / (far + low - 1);
  const bottomRight = {
    x: fourth(topRight.x, bottomLeft.x, corner.x),
    y: fourth(topRight.y, bottomLeft.y, corner.y),
  };
  const modulesApart = (right.modules + down.modules) / 2;
  return { corners: { topLeft: corner, topRight, bottomLeft, bottomRight, modulesApart }, odd };
}

/**
 * Two rings on the line between them: the modules from one to the other, and how much farther away the second is, as what is twice as far is half as
 * wide, and a length that leads away is a quarter. Null where one is no ring on that line.
 */
function sideOf(grid: Grid, from: Point, to: Point) {
  const length = distance(from, to);
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [one, other] = [across(grid, from, dx, dy), across(grid, to, dx, dy)];
  if (!one || !other) {
    return null;
  }
  const depth = Math.sqrt(one.module / other.module);
  // Between the two a module is on the average as wide as at both ends, the one's times the other's.
  return { modules: length / Math.sqrt(one.module * other.module), depth };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function ringsIn(grid: Grid): Ring[] {
  const found: Ring[] = [];
  for (let y = 0; y < grid.height; y++) {
    for (const x of middlesIn(grid, y)) {
      const down = across(grid, { x, y }, 0, 1);
      const level = down && across(grid, { x, y: down.y }, 1, 0);
      if (down && level) {
        note(found, { x: level.x, y: down.y, module: (down.module + level.module) / 2, seen: 1 });
      }
    }
  }
  const often = found.filter(({ seen }) => seen > 1).sort((a, b) => b.seen - a.seen);
  return often.slice(0, MOST_RINGS);
}

/** Where the runs of a row are as those of a ring: the middle of each. */
function middlesIn(grid: Grid, y: number): number[] {
  const middles: number[] = [];
  const runs = [0, 0, 0, 0, 0];
  let dark = false;
  for (let x = 0; x <= grid.width; x++) {
    if (grid.dark(x, y) === dark) {
      runs[4] = Number(runs[4]) + 1;
      continue;
    }
    if (dark && moduleOf(runs)) {
      middles.push(x - Number(runs[4]) - Number(runs[3]) - Number(runs[2]) / 2);
    }
    runs.shift();
    runs.push(1);
    dark = !dark;
  }
  return middles;
}

/** The width of a module where five runs are as those of a ring; else 0. */
function moduleOf(runs: readonly number[]): number {
  const module = runs.reduce((sum, run) => sum + run, 0) / RING_MODULES;
  const fits = runs.every((run, i) => {
    const wanted = module * Number(RING[i]);
    return run > 0 && Math.abs(run - wanted) <= Math.max(1, SLACK * Math.min(wanted, 2 * module));
  });
  return module >= 1 && fits ? module : 0;
}

/** The ring around a point as it lies on a line through it: its middle on that line, and its module; null for no ring. */
function across(grid: Grid, from: Point, dx: number, dy: number) {
  const before = outward(grid, from, -dx, -dy);
  const after = outward(grid, from, dx, dy);
  const runs = [before[2], before[1], before[0] + after[0] - 1, after[1], after[2]];
  const module = moduleOf(runs);
  const shift = (after[0] - before[0]) / 2;
  return module ? { x: from.x + dx * shift, y: from.y + dy * shift, module } : null;
}

/** From a ring's middle outward: how far it is dark, then light, then dark. Three zeros where it is not dark to begin with. */
function outward(grid: Grid, from: Point, dx: number, dy: number): [number, number, number] {
  const lengths: [number, number, number] = [0, 0, 0];
  const most = Math.max(grid.width, grid.height);
  let step = 0;
  for (const part of [0, 1, 2] as const) {
    const dark = part !== 1;
    while (step < most && grid.dark(from.x + dx * step, from.y + dy * step) === dark) {
      lengths[part] += 1;
      step += 1;
    }
  }
  return lengths;
}

/** A ring is seen on many lines: they are one, in the middle of all. */
function note(rings: Ring[], found: Ring): void {
  const at = rings.findIndex((ring) => distance(ring, found) < 2 * ring.module);
  const ring = rings[at];
  if (!ring) {
    rings.push(found);
    return;
  }
  const seen = ring.seen + 1;
  const mean = (was: number, is: number) => (was * ring.seen + is) / seen;
  rings[at] = {
    x: mean(ring.x, found.x),
    y: mean(ring.y, found.y),
    module: mean(ring.module, found.module),
    seen,
  };
}
