/**
 * The first page of an invitation: whose device is this. Owns nothing that is secret: the link's secret passes through it untouched, and nothing
 * is fetched before *Continue*, unless somebody turns aside.
 */

import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { insideAnotherApp } from "../agent.ts";
import { LANGUAGES, language, withWords } from "../languages.ts";
import { fragmentKind, href } from "../route.ts";
import { first } from "../words.first.ts";
import type { BesideProps } from "./beside.tsx";
import { type Go, useArrival } from "./history.ts";
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

/** All that can be said of an invitation's link before it is opened. */
export function Before({ fragment, go }: { fragment: string; go: Go }) {
  const kind = fragmentKind(fragment);
  const [side, setSide] = useState<Side>(() =>
    insideAnotherApp(navigator.userAgent) ? "inApp" : "question",
  );
  const [device, setDevice] = useState<Device | null>(null);
  const shown = kind === "client" ? side : kind;
  if (shown !== "question") {
    const back = () => setSide("question");
    return <Aside page={shown} fragment={fragment} back={back} />;
  }
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

/** The pages beside the way, fetched by whoever comes there. */
function Aside(props: BesideProps) {
  const [View, setView] = useState<ComponentType<BesideProps> | null>(null);
  const [failed, setFailed] = useState(false);
  const load = () => {
    setFailed(false);
    withWords(import("./beside.tsx")).then(
      ({ Beside }) => setView(() => Beside),
      () => setFailed(true),
    );
  };
  useEffect(load, []);
  return View ? <View {...props} /> : failed ? <NotLoaded again={load} /> : null;
}

/** The rest of the page could not be fetched. */
export function NotLoaded({ again }: { again: () => void }) {
  useArrival("not-loaded", "locked");
  return (
    <main class="letter">
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
  readonly setDevice: (device: Device) => void;
  readonly unexpected: () => void;
  readonly next: () => void;
}

const DEVICES: readonly Device[] = ["own", "work", "unsure"];

function Question({ device, setDevice, unexpected, next }: QuestionProps) {
  const [missing, setMissing] = useState(false);
  const words = first.start;
  useArrival("before", "invitation");
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
