/** Asked: what a view asks the worker for, and asks again. Of several answers the newest question's stands. */

import { useEffect, useState } from "preact/hooks";
import { Newest } from "../newest.ts";
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
  const [newest] = useState(() => new Newest());
  const load = () => {
    setFailure(null);
    return newest.take(
      ask(),
      (found) => setValue(() => found),
      (reason) => setFailure(failureOf(reason)),
    );
  };
  useEffect(() => {
    load();
  }, of);
  return { value, failure, load };
}
