/**
 * `node src/square/campaign.testing.ts [NUMBER]`: takes so many photographs of each kind and tells what share of them was read. Owns the telling;
 * what must hold stands in `read.test.ts`.
 */

import { KINDS, photo, photographed } from "./camera.testing.ts";
import { readSquare } from "./read.ts";

const SHEET = "482910573829104756382910473820";

/** As many pictures in a row as there are ways to look. */
const LOOKS = 3;

/** How many of the first photographs of a kind were read, by one look or another, and how many as something else than was there. */
export function campaign(kind: string, count: number): { right: number; wrong: number } {
  let [right, wrong] = [0, 0];
  for (let number = 0; number < count; number++) {
    const taken = photo(kind, number);
    const pixels = photographed(SHEET, taken);
    const read = Array.from({ length: LOOKS }, (_, look) => {
      const seen = readSquare(pixels, taken.width, taken.height, look);
      return seen.kind === "digits" ? seen.digits : null;
    });
    right += Number(read.includes(SHEET));
    wrong += read.filter((digits) => digits !== null && digits !== SHEET).length;
  }
  return { right, wrong };
}

if (import.meta.main) {
  const count = Number(process.argv[2] ?? 100);
  for (const kind of Object.keys(KINDS)) {
    const { right, wrong } = campaign(kind, count);
    console.log(`${((100 * right) / count).toFixed(1).padStart(5)} % ${kind}; ${wrong} wrong`);
  }
}
