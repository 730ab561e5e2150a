/**
 * The first page of an invitation: whose device is this. Owns nothing that is secret: the link's secret passes through it untouched, and nothing
 * is fetched before *Continue*, unless somebody turns aside. Its views are classes, because the hooks of all the others are a sixth of what may be
 * loaded by then.
 */

import { Component, type ComponentChildren } from "preact";
import { insideAnotherApp } from "../agent.ts";
import { fragmentKind } from "../fragment.ts";
import { LANGUAGES, language, withWords } from "../languages.ts";
import type { Route } from "../route.ts";
import { first } from "../words.first.ts";
import { chooseLanguage } from "./kept.ts";

type Device = "own" | "work" | "unsure";
type Side = "question" | "stop" | "unexpected" | "inApp";
/** A page that few see. */
export type Aside = Exclude<Side, "question"> | "coach" | "none" | "mistyped";

/** The first stop of the Tab key: past everything to the heading. */
export function Skip() {
  const skip = (event: Event) => {
    event.preventDefault();
    document.querySelector("h1")?.focus();
  };
  return (
    // biome-ignore lint/a11y/useValidAnchor: it goes to a place in the page, without leaving an entry in the history
    <a class="skip" href="#main" onClick={skip}>
      {first.skip}
    </a>
  );
}

/** A page of one column, for whoever has not opened an inbox. */
export function Letter({
  top,
  children,
}: {
  top?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <div class="outside">
      <Skip />
      <header class="letter-top">
        {top}
        <OtherLanguage />
      </header>
      <main id="main" class="letter">
        {children}
      </main>
    </div>
  );
}

/** The way to the other language, in that language, before anybody has found any settings. */
function OtherLanguage() {
  const other = language === "en" ? "de" : "en";
  return (
    <button type="button" class="link" lang={other} onClick={() => chooseLanguage(other)}>
      {LANGUAGES[other]}
    </button>
  );
}

let arrived = false;

/** Draws nothing: the title, and the focus to the heading of each page but the first. What comes later has *Back* too (`useArrival`). */
export class Arrival extends Component {
  override componentDidMount() {
    this.componentDidUpdate();
    if (arrived) {
      scrollTo(0, 0);
      document.querySelector("h1")?.focus({ preventScroll: true });
    }
    arrived = true;
  }

  override componentDidUpdate() {
    document.title = first.title;
  }

  override render() {
    return null;
  }
}

interface FetchedProps<T> {
  /** Null while it is not wanted. */
  readonly get: (() => Promise<T>) | null;
  readonly meanwhile?: ComponentChildren;
  readonly draw: (found: T) => ComponentChildren;
}

interface FetchedState<T> {
  readonly found?: T;
  readonly failed?: boolean;
}

/** What is fetched when it is wanted; where it could not be, the way to try again. */
export class Fetched<T> extends Component<FetchedProps<T>, FetchedState<T>> {
  override componentDidMount() {
    this.props.get?.().then(
      (found) => this.setState({ found }),
      () => this.setState({ failed: true }),
    );
  }

  override componentDidUpdate({ get }: FetchedProps<T>) {
    if (get !== this.props.get) {
      this.componentDidMount();
    }
  }

  override render({ draw, meanwhile }: FetchedProps<T>, { found, failed }: FetchedState<T>) {
    const again = () => {
      this.setState({ failed: false });
      this.componentDidMount();
    };
    return found ? draw(found) : failed ? <NotLoaded again={again} /> : meanwhile;
  }
}

interface BeforeProps {
  readonly fragment: string;
  readonly go: (route: Route) => void;
}

interface BeforeState {
  readonly side: Side;
  readonly device: Device | null;
  readonly missing: boolean;
}

const fetchBeside = () => withWords(import("./beside.tsx"));

/** All that can be said of an invitation's link before it is opened. */
export class Before extends Component<BeforeProps, BeforeState> {
  override state: BeforeState = {
    side: insideAnotherApp(navigator.userAgent) ? "inApp" : "question",
    device: null,
    missing: false,
  };

  override render({ fragment, go }: BeforeProps, { side, device, missing }: BeforeState) {
    const kind = fragmentKind(fragment);
    const shown = kind === "client" ? side : kind;
    const turn = (to: Side) => this.setState({ side: to });
    if (shown !== "question") {
      // Fetched by whoever comes there.
      const back = () => turn("question");
      return (
        <Fetched
          get={fetchBeside}
          draw={({ Beside }) => <Beside page={shown} {...{ fragment, back, go }} />}
        />
      );
    }
    const next = () => {
      if (device === "own") {
        go({ view: "invitation", step: "agreement" });
      } else if (device === "work") {
        turn("stop");
      } else {
        this.setState({ missing: device === null });
      }
    };
    return (
      <Question
        device={device}
        missing={missing}
        choose={(choice) => this.setState({ device: choice, missing: false })}
        unexpected={() => turn("unexpected")}
        how={() => go({ view: "how" })}
        next={next}
      />
    );
  }
}

/** The rest of the page could not be fetched. */
function NotLoaded({ again }: { again: () => void }) {
  return (
    <main class="letter">
      <Arrival />
      <h1 tabIndex={-1}>{first.notLoaded.heading}</h1>
      <p>{first.notLoaded.why}</p>
      <button type="button" class="do" onClick={again}>
        {first.notLoaded.again}
      </button>
    </main>
  );
}

interface QuestionProps {
  readonly device: Device | null;
  readonly missing: boolean;
  readonly choose: (device: Device) => void;
  readonly unexpected: () => void;
  readonly how: () => void;
  readonly next: () => void;
}

const DEVICES: readonly Device[] = ["own", "work", "unsure"];

function Question({ device, missing, choose, unexpected, how, next }: QuestionProps) {
  const words = first.start;
  /** What a press does instead of what the browser would: a page that is loaded anew has not got the link's secret. */
  const instead = (act: () => void) => (event: Event) => {
    event.preventDefault();
    act();
  };
  return (
    <Letter top={<span>{first.stepOf(1)}</span>}>
      <Arrival />
      <h1 tabIndex={-1} class="large">
        {words.heading}
      </h1>
      <p class="lead">{words.lead}</p>
      <p class="lead">{words.dates}</p>
      <form onSubmit={instead(next)} noValidate>
        <fieldset class="choice">
          <legend class="large">{words.question}</legend>
          {DEVICES.map((choice) => (
            <label key={choice} class="option">
              <input
                type="radio"
                name="device"
                checked={device === choice}
                onChange={() => choose(choice)}
              />
              <span>{words[choice]}</span>
            </label>
          ))}
          <p role="status" class={missing ? "fault" : "hint"}>
            {missing ? words.choose : device === "unsure" ? words.unsureHelp : ""}
          </p>
        </fieldset>
        <button type="submit" class="do wide">
          {words.go}
        </button>
      </form>
      <p class="quiet-text">{words.minutes}</p>
      <p class="foot-links">
        <a href="/how" onClick={instead(how)}>
          {words.how}
        </a>
        <button type="button" class="link" onClick={unexpected}>
          {words.notExpecting}
        </button>
      </p>
    </Letter>
  );
}
