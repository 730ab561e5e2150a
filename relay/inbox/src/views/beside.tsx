/**
 * The pages beside an invitation's first one: for whoever should go no further here, and whom the link does not lead on. Owns nothing that is
 * secret. Fetched only when somebody comes to one, because every visit would carry them otherwise.
 */

import { Component } from "preact";
import type { Route } from "../route.ts";
import { beside } from "../words.beside.ts";
import { Arrival, type Aside, Letter } from "./before.tsx";

export interface BesideProps {
  readonly page: Aside;
  readonly fragment: string;
  /** To the question that an invitation begins with. */
  readonly back: () => void;
  readonly go: (route: Route) => void;
}

export function Beside(props: BesideProps) {
  return (
    <>
      {pageOf(props)}
      <Arrival key={props.page} />
    </>
  );
}

function pageOf({ page, fragment, back, go }: BesideProps) {
  switch (page) {
    case "coach":
      return <ForCoach />;
    case "none":
      return <Plain words={beside.noLink} />;
    case "mistyped":
      return <Plain words={beside.mistyped} />;
    case "inApp":
      return <InApp fragment={fragment} stay={back} />;
    case "stop":
      return <Stop back={back} tell={() => go({ view: "invitation", step: "work" })} />;
    case "unexpected":
      return <Unexpected back={back} />;
  }
}

function Plain({ words }: { words: { readonly heading: string; readonly why: string } }) {
  return (
    <Letter>
      <h1 tabIndex={-1} class="large">
        {words.heading}
      </h1>
      <p>{words.why}</p>
    </Letter>
  );
}

function ForCoach() {
  return (
    <Letter>
      <h1 tabIndex={-1} class="large">
        {beside.coach.heading}
      </h1>
      <p>{beside.coach.how}</p>
      <p class="typed">{beside.coach.command}</p>
      <p>{beside.coach.paste}</p>
    </Letter>
  );
}

function Stop({ back, tell }: { back: () => void; tell: () => void }) {
  return (
    <Letter>
      <h1 tabIndex={-1} class="large">
        {beside.stop.heading}
      </h1>
      <p>{beside.stop.why}</p>
      <p>{beside.stop.next}</p>
      <p>{beside.stop.nothing}</p>
      <div class="actions">
        <button type="button" onClick={tell}>
          {beside.stop.tell}
        </button>
        <button type="button" onClick={back}>
          {beside.stop.back}
        </button>
      </div>
    </Letter>
  );
}

function Unexpected({ back }: { back: () => void }) {
  return (
    <Letter>
      <h1 tabIndex={-1} class="large">
        {beside.unexpected.heading}
      </h1>
      <p>{beside.unexpected.ring}</p>
      <p>{beside.unexpected.nothing}</p>
      <button type="button" onClick={back}>
        {beside.unexpected.back}
      </button>
    </Letter>
  );
}

interface InAppProps {
  readonly fragment: string;
  readonly stay: () => void;
}

class InApp extends Component<InAppProps, { said: string }> {
  override state = { said: "" };

  override render({ fragment, stay }: InAppProps, { said }: { said: string }) {
    const copy = () =>
      navigator.clipboard.writeText(`${location.origin}/i/#${fragment}`).then(
        () => this.setState({ said: beside.inApp.copied }),
        () => this.setState({ said: beside.inApp.notCopied }),
      );
    return (
      <Letter>
        <h1 tabIndex={-1} class="large">
          {beside.inApp.heading}
        </h1>
        <p>{beside.inApp.why}</p>
        <p>
          <button type="button" class="do wide" onClick={copy}>
            {beside.inApp.copy}
          </button>
        </p>
        <p role="status">{said}</p>
        <p>
          <button type="button" class="link" onClick={stay}>
            {beside.inApp.stay}
          </button>
        </p>
      </Letter>
    );
  }
}
