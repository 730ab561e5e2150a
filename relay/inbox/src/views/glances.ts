/**
 * What *Clients* says of each at a glance, kept true while the list stands. Owns when it is read: all once, and after that of those alone into
 * whose inbox something came, some seconds apart however much comes.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { byNeed } from "../clientorder.ts";
import type { ClientGlance, ClientRow } from "../session.own.ts";
import { useDesk } from "./desk.ts";

/** So many are looked at in one go; the names are there before. */
const LOOKED_AT_ONCE = 20;
/** What comes in a burst is read together, and not sooner than so long after the reading before. */
const GATHERED_MS = 300;
const APART_MS = 3_000;

type Glances = ReadonlyMap<string, ClientGlance>;

export function useGlances(rows: readonly ClientRow[] | null): Glances {
  const { session } = useDesk();
  const [glances, setGlances] = useState<Glances>(new Map());
  const add = (found: readonly ClientGlance[]) =>
    setGlances((before) => new Map([...before, ...found.map((one) => [one.id, one] as const)]));
  useEffect(() => {
    let wanted = true;
    const look = async () => {
      const working = (rows ?? []).filter(({ address }) => address !== "").sort(byNeed);
      for (let at = 0; at < working.length && wanted; at += LOOKED_AT_ONCE) {
        const ids = working.slice(at, at + LOOKED_AT_ONCE).map(({ id }) => id);
        add(await session.own("clientGlances", [ids]));
      }
    };
    // Whoever cannot be looked at is still there by name.
    look().catch(() => {});
    return () => {
      wanted = false;
    };
  }, [rows, session]);
  useNews(rows, add);
  return glances;
}

/** Read again of whom there is news. */
function useNews(
  rows: readonly ClientRow[] | null,
  add: (found: readonly ClientGlance[]) => void,
): void {
  const { session, opened } = useDesk();
  const openId = useRef("");
  const here = rows?.find((row) => row.address !== "" && row.address === opened.inboundAddress);
  openId.current = here?.id ?? "";
  useEffect(() => {
    const news = new Map<string, number>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let readAt = Number.NEGATIVE_INFINITY;
    const read = () => {
      const some = [...news].slice(0, LOOKED_AT_ONCE).map(([id, cursor]) => ({ id, cursor }));
      for (const { id } of some) {
        news.delete(id);
      }
      readAt = performance.now();
      // What could not be read is read when the list is opened the next time.
      session.own("freshGlances", [some]).then(add, () => {});
      timer = news.size > 0 ? setTimeout(read, APART_MS) : undefined;
    };
    const told = (id: string, cursor: number) => {
      news.set(id, Math.max(cursor, news.get(id) ?? 0));
      timer ??= setTimeout(read, Math.max(GATHERED_MS, readAt + APART_MS - performance.now()));
    };
    const stop = session.onEvent((event) => {
      if (event.kind === "client") {
        told(event.id, event.cursor);
      } else if ((event.kind === "arrived" || event.kind === "gone") && openId.current) {
        told(openId.current, 0);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [session]);
}
