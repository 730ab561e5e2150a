/**
 * The first few kilobytes: which half of the page is needed. Owns nothing but that choice, and the secret of an invitation while the page lives.
 *
 * The first page of an invitation is shown by this part alone. Everything else, the worker with the keys included, is fetched when somebody goes
 * on, so that a link preview or a mail scanner that opens an invitation starts nothing.
 */

import { Component, type ComponentType, render } from "preact";
import { fragmentKind } from "../fragment.ts";
import { wordsFor } from "../languages.ts";
import type { Route } from "../route.ts";
import type { Session } from "../session.ts";
import { Before, Fetched } from "./before.tsx";
import { applyTextSize, applyTheme, speakAsWished } from "./kept.ts";

/** What the page gets from outside: nothing below reads a clock or makes a worker. */
export interface Surroundings {
  /** All but the first page of an invitation. */
  readonly whole: () => Promise<Whole>;
  /** Unix seconds on this device. */
  readonly now: () => number;
  readonly zone: string;
}

interface Whole {
  readonly Rest: ComponentType<RestProps>;
  readonly createSession: () => Session;
}

export interface RestProps {
  readonly surroundings: Surroundings;
  readonly session: Session;
  /** The part after `#` with which the page was opened. */
  readonly given: string;
  /** Where the first page of an invitation led; null where the address says it. */
  readonly onward: Route | null;
}

/** Draw the page into its element, in its reader's language. */
export async function start(root: HTMLElement, surroundings: Surroundings): Promise<void> {
  applyTheme();
  applyTextSize();
  const given = takeFragment();
  const draw = () => render(<Page surroundings={surroundings} given={given} />, root);
  addEventListener("languagechange", () => speakAsWished().then(draw));
  await speakAsWished();
  root.replaceChildren();
  draw();
}

/** The fragment with which the page was opened: kept in this page's memory alone, and taken out of the address and its history at once. */
function takeFragment(): string {
  const fragment = location.hash.slice(1);
  if (fragment) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return fragment;
}

type PageProps = Pick<RestProps, "surroundings" | "given">;

class Page extends Component<PageProps, Pick<RestProps, "onward">> {
  override state = { onward: null };

  /** Without a link there is a code to be typed, which needs the rest. */
  alone = /^\/i\/?$/.test(location.pathname) && fragmentKind(this.props.given) !== "none";

  fetchAll = async () => {
    // At the same time: on a slow line each would cost a round trip.
    const [whole] = await Promise.all([this.props.surroundings.whole(), wordsFor("words")]);
    return { Rest: whole.Rest, session: whole.createSession() };
  };

  override render({ surroundings, given }: PageProps, { onward }: Pick<RestProps, "onward">) {
    const go = (route: Route) => this.setState({ onward: route });
    return (
      <Fetched
        get={this.alone && !onward ? null : this.fetchAll}
        meanwhile={this.alone && <Before fragment={given} go={go} />}
        draw={({ Rest, session }) => <Rest {...{ surroundings, session, given, onward }} />}
      />
    );
  }
}
