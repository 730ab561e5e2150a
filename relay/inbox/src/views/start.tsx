/**
 * The first few kilobytes: which half of the page is needed. Owns nothing but that choice, and the secret of an invitation while the page lives.
 *
 * The first page of an invitation is shown by this part alone. Everything else, the worker with the keys included, is fetched when somebody goes
 * on, so that a link preview or a mail scanner that opens an invitation starts nothing.
 */

import { type ComponentType, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { wordsFor } from "../languages.ts";
import { fragmentKind, type Route } from "../route.ts";
import type { Session } from "../session.ts";
import { Before, NotLoaded } from "./before.tsx";
import { type Go, takeFragment, useHistory } from "./history.ts";
import { applyTextSize, applyTheme, speakAsWished } from "./kept.ts";

/** What the page gets from outside: nothing below reads a clock or makes a worker. */
export interface Surroundings {
  readonly session: () => Promise<Session>;
  /** Unix seconds on this device. */
  readonly now: () => number;
  readonly zone: string;
}

export interface RestProps {
  readonly surroundings: Surroundings;
  readonly session: Session;
  readonly fragment: string;
  /** Where a typed code has led. */
  readonly setFragment: (fragment: string) => void;
  readonly route: Route;
  readonly go: Go;
}

interface Rest {
  readonly View: ComponentType<RestProps>;
  readonly session: Session;
}

/** Draw the page into its element, in its reader's language. */
export async function start(root: HTMLElement, surroundings: Surroundings): Promise<void> {
  applyTheme();
  applyTextSize();
  const fragment = takeFragment();
  const draw = () => render(<Page surroundings={surroundings} given={fragment} />, root);
  addEventListener("languagechange", () => speakAsWished().then(draw));
  await speakAsWished();
  root.replaceChildren();
  draw();
}

function Page({ surroundings, given }: { surroundings: Surroundings; given: string }) {
  const [fragment, setFragment] = useState(given);
  const { route, go } = useHistory();
  const [rest, setRest] = useState<Rest | null>(null);
  const [failed, setFailed] = useState(false);
  const kind = fragmentKind(fragment);
  // Without a link there is a code to be typed, which needs the rest.
  const alone =
    route.view === "invitation" && kind !== "none" && (route.step === "start" || kind !== "client");
  const load = () => {
    setFailed(false);
    // At the same time: on a slow line each would cost a round trip.
    Promise.all([import("./rest.tsx"), surroundings.session(), wordsFor("words")]).then(
      ([{ Rest: View }, session]) => setRest({ View, session }),
      () => setFailed(true),
    );
  };
  useEffect(() => {
    if (!alone && !rest) {
      load();
    }
  }, [alone, rest]);
  if (rest) {
    const { View, session } = rest;
    return <View {...{ surroundings, session, fragment, setFragment, route, go }} />;
  }
  if (alone) {
    return <Before fragment={fragment} go={go} />;
  }
  return failed ? <NotLoaded again={load} /> : null;
}
