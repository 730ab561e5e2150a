/**
 * The first page of an invitation: whose device is this, and what to do when it is not one's own. Owns nothing that is secret: the link's secret
 * passes through it untouched, and nothing is fetched before *Continue*.
 */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { insideAnotherApp } from "../agent.ts";
import { LANGUAGES, language } from "../languages.ts";
import { fragmentKind, href } from "../route.ts";
import { first } from "../words.first.ts";
import { type Go, useArrival } from "./history.ts";
import { chooseLanguage } from "./kept.ts";

type Device = "own" | "work" | "unsure";
type Side = "question" | "stop" | "unexpected" | "inApp";

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

/** All that can be said of an invitation's link before it is opened. */
export function Before({ fragment, go }: { fragment: string; go: Go }) {
  const kind = fragmentKind(fragment);
  const [side, setSide] = useState<Side>(() =>
    insideAnotherApp(navigator.userAgent) ? "inApp" : "question",
  );
  const [device, setDevice] = useState<Device | null>(null);
  useArrival(`before ${kind} ${side}`, "invitation");
  switch (kind === "client" ? side : kind) {
    case "coach":
      return <ForCoach />;
    case "none":
      return <Plain words={first.noLink} />;
    case "mistyped":
      return <Plain words={first.mistyped} />;
    case "inApp":
      return <InApp fragment={fragment} stay={() => setSide("question")} />;
    case "stop":
      return <Stop back={() => setSide("question")} />;
    case "unexpected":
      return <Unexpected back={() => setSide("question")} />;
    default:
      return (
        <Question
          device={device}
          setDevice={setDevice}
          unexpected={() => setSide("unexpected")}
          next={() =>
            device === "own" ? go({ view: "invitation", step: "agreement" }) : setSide("stop")
          }
        />
      );
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
        {first.coach.heading}
      </h1>
      <p>{first.coach.how}</p>
      <p class="typed">{first.coach.command}</p>
      <p>{first.coach.paste}</p>
    </Letter>
  );
}

function Stop({ back }: { back: () => void }) {
  return (
    <Letter>
      <h1 tabIndex={-1} class="large">
        {first.stop.heading}
      </h1>
      <p>{first.stop.why}</p>
      <p>{first.stop.next}</p>
      <p>{first.stop.nothing}</p>
      <button type="button" onClick={back}>
        {first.stop.back}
      </button>
    </Letter>
  );
}

function Unexpected({ back }: { back: () => void }) {
  return (
    <Letter>
      <h1 tabIndex={-1} class="large">
        {first.unexpected.heading}
      </h1>
      <p>{first.unexpected.ring}</p>
      <p>{first.unexpected.nothing}</p>
      <button type="button" onClick={back}>
        {first.unexpected.back}
      </button>
    </Letter>
  );
}

function InApp({ fragment, stay }: { fragment: string; stay: () => void }) {
  const [said, setSaid] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(`${location.origin}/i/#${fragment}`).then(
      () => setSaid(first.inApp.copied),
      () => setSaid(first.inApp.notCopied),
    );
  return (
    <Letter>
      <h1 tabIndex={-1} class="large">
        {first.inApp.heading}
      </h1>
      <p>{first.inApp.why}</p>
      <p>
        <button type="button" class="do wide" onClick={copy}>
          {first.inApp.copy}
        </button>
      </p>
      <p role="status">{said}</p>
      <p>
        <button type="button" class="link" onClick={stay}>
          {first.inApp.stay}
        </button>
      </p>
    </Letter>
  );
}

interface QuestionProps {
  readonly device: Device | null;
  readonly setDevice: (device: Device) => void;
  readonly unexpected: () => void;
  readonly next: () => void;
}

const DEVICES: readonly Device[] = ["own", "work", "unsure"];

function Question({ device, setDevice, unexpected, next }: QuestionProps) {
  const [missing, setMissing] = useState(false);
  const words = first.start;
  const submit = (event: Event) => {
    event.preventDefault();
    if (device === "own" || device === "work") {
      next();
    } else {
      setMissing(device === null);
    }
  };
  return (
    <Letter top={<span>{first.stepOf(1)}</span>}>
      <h1 tabIndex={-1} class="large">
        {words.heading}
      </h1>
      <p class="lead">{words.lead}</p>
      <p class="lead">{words.dates}</p>
      <form onSubmit={submit} noValidate>
        <fieldset class="choice">
          <legend class="large">{words.question}</legend>
          {DEVICES.map((choice) => (
            <label key={choice} class="option">
              <input
                type="radio"
                name="device"
                checked={device === choice}
                onChange={() => {
                  setDevice(choice);
                  setMissing(false);
                }}
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
        <a href={href({ view: "how" })}>{words.how}</a>
        <button type="button" class="link" onClick={unexpected}>
          {words.notExpecting}
        </button>
      </p>
    </Letter>
  );
}
