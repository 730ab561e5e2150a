/**
 * German, part by part: what the first page of an invitation says stands here, and where the rest is. Fetched by whoever speaks it, each part when
 * something of it is first to be said.
 */

import { first } from "./first.ts";

type Part = Readonly<Record<string, object>>;

const early = () => import("./early.ts");
const daily = () => import("./daily.ts");
const settling = () => import("./settling.ts");
const ways = () => import("./ways.ts");
const working = () => import("./working.ts");

/** In which part a catalogue stands. */
const WHERE: Readonly<Record<string, () => Promise<{ readonly german: Part }>>> = {
  ...{ browsers: early, words: early },
  ...{
    happened: daily,
    mail: daily,
    photos: daily,
    read: daily,
    search: daily,
    select: daily,
    sheets: daily,
  },
  ...{
    write: daily,
    asksheet: settling,
    endcard: daily,
    leave: settling,
    settings: settling,
    told: settling,
  },
  ...{
    beside: ways,
    camera: ways,
    coming: ways,
    how: ways,
    invite: ways,
    join: ways,
    recover: ways,
  },
  ...{ returning: ways, clients: working, receipts: working, report: working, work: working },
  ...{ closing: working, notes: working, reopen: working },
  copy: () => import("./copies.ts"),
  rows: () => import("./rows.ts"),
};

/** All that is known of these catalogues, by their names, and what came with them. */
export async function fetchGerman(names: readonly string[]): Promise<Part> {
  const parts = new Set(names.flatMap((name) => WHERE[name] ?? []));
  const found = await Promise.all([...parts].map((part) => part()));
  return Object.assign({ first }, ...found.map(({ german }) => german));
}
