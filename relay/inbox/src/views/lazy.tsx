/** Views that are fetched when somebody first goes there, so that the list is not kept waiting for them. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { withWords } from "../languages.ts";
import { words } from "../words.ts";
import { Trouble, Wait } from "./parts.tsx";

/** A view in a file of its own. Once fetched it is drawn at once; where it cannot be fetched, the page says so and offers to try again. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let known: ComponentType<Props> | null = null;
  return function Lazy(props: Props) {
    const [, drawn] = useState(false);
    const [failed, setFailed] = useState(false);
    const get = () => {
      setFailed(false);
      withWords(load()).then(
        (view) => {
          known = view;
          drawn(true);
        },
        () => setFailed(true),
      );
    };
    useEffect(() => {
      if (!known) {
        get();
      }
    }, []);
    if (known) {
      const View = known;
      return (
        <>
          <View {...props} />
          <Arrived />
        </>
      );
    }
    return (
      <div class="page">
        {failed ? (
          <Trouble text={words.failure({ code: "offline" }, "")} again={get} />
        ) : (
          <Wait>{words.frame.loading}</Wait>
        )}
      </div>
    );
  };
}

/** The heading could not take the focus before it was there. */
function Arrived() {
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement === null) {
      document.querySelector("h1")?.focus({ preventScroll: true });
    }
  }, []);
  return null;
}
