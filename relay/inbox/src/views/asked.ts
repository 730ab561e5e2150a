/** Asked: what a view asks the worker for, and asks again. Owns that the answer to the newest question stands, whichever comes last. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure } from "../session.ts";
import { failureOf } from "./desk.ts";

export interface Asked<Value> {
  /** null until there is one; that of an earlier question while a further one is out, or has failed. */
  readonly value: Value | null;
  readonly failure: Failure | null;
  readonly load: () => Promise<void>;
}

/** Ask at once, whenever one of `of` changes, and by `load`. */
export function useAsked<Value>(
  ask: () => Promise<Value>,
  of: readonly unknown[] = [],
): Asked<Value> {
  const [value, setValue] = useState<Value | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const asked = useRef(0);
  const load = async () => {
    asked.current += 1;
    const mine = asked.current;
    const isNewest = () => mine === asked.current;
    setFailure(null);
    await ask().then(
      (found) => isNewest() && setValue(() => found),
      (reason: unknown) => isNewest() && setFailure(failureOf(reason)),
    );
  };
  useEffect(() => {
    load();
  }, of);
  return { value, failure, load };
}
