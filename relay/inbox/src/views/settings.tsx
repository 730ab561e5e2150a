/** The settings of this first release: locking, display, mail from one's own address, and how this works. */

import { useEffect, useState } from "preact/hooks";
import { LOCK_CHOICES_MINUTES } from "../idle.ts";
import { LANGUAGES } from "../languages.ts";
import { href, type Route, type Setting } from "../route.ts";
import { howWords } from "../words.how.ts";
import { settingWords } from "../words.settings.ts";
import { useDesk } from "./desk.ts";
import { Choice } from "./fields.tsx";
import { UpToSettings } from "./frame.tsx";
import { applyTextSize, applyTheme, chooseLanguage, keep, kept } from "./kept.ts";
import { lazy } from "./lazy.tsx";
import { MailIn } from "./mailin.tsx";
import { build } from "./newer.ts";
import { Heading } from "./parts.tsx";
import { isPhone, lockMinutes } from "./presence.ts";
import { singleKeys } from "./singlekeys.ts";
import { keepTabHalf } from "./tab.tsx";

const TEXT_SIZES = ["usual", "large", "larger"] as const;
type TextSize = (typeof TEXT_SIZES)[number];

const Browsers = lazy(async () => (await import("./browsers.tsx")).Browsers);
const Told = lazy(async () => (await import("./told.tsx")).Told);
const Leave = lazy(async () => (await import("./leave.tsx")).Leave);
const Rows = lazy(async () => (await import("./rows.tsx")).Rows);

export function Settings({ page }: { page: Setting }) {
  return (
    <>
      <Page page={page} />
      <p class="build quiet-text">
        {settingWords.build(build())} <a href={href({ view: "how" })}>{settingWords.buildHow}</a>
      </p>
    </>
  );
}

function Page({ page }: { page: Setting }) {
  switch (page) {
    case "browsers":
      return <Browsers />;
    case "told":
      return <Told />;
    case "leave":
      return <Leave />;
    case "server":
      return <Rows />;
    case "locking":
      return <Locking />;
    case "display":
      return <Display />;
    case "language":
      return <Languages />;
    case "keyboard":
      return <Keyboard />;
    case "mail":
      return <MailIn />;
    case "menu":
      return <Menu />;
  }
}

interface Entry {
  readonly route: Route;
  readonly heading: string;
  readonly hint: string;
}

const entries = (): readonly Entry[] => [
  { route: { view: "settings", page: "browsers" }, ...settingWords.browsers },
  { route: { view: "settings", page: "told" }, ...settingWords.told },
  { route: { view: "settings", page: "mail" }, ...settingWords.mail },
  { route: { view: "settings", page: "locking" }, ...settingWords.locking },
  { route: { view: "settings", page: "display" }, ...settingWords.display },
  { route: { view: "settings", page: "language" }, ...settingWords.language },
  { route: { view: "settings", page: "keyboard" }, ...settingWords.keyboard },
  { route: { view: "settings", page: "server" }, ...settingWords.server },
  { route: { view: "work", page: "copy" }, ...settingWords.copy },
  { route: { view: "settings", page: "leave" }, ...settingWords.leave },
  { route: { view: "how" }, heading: howWords.heading, hint: howWords.hint },
];

function Menu() {
  const { alone } = useDesk().opened;
  // Who works with nobody yet has nothing to take along.
  const shown = entries().filter(({ route }) => !(alone && route.view === "work"));
  return (
    <>
      <Heading>{settingWords.heading}</Heading>
      <ul class="menu">
        {shown.map(({ route, heading, hint }) => (
          <li key={heading}>
            <a href={href(route)}>
              <span>{heading}</span>
              <span class="meta">{hint}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function Locking() {
  const { session } = useDesk();
  const [minutes, setMinutes] = useState(lockMinutes);
  const [said, setSaid] = useState("");
  const choose = (value: string) => {
    keep("lock-minutes", value);
    setMinutes(Number(value));
    setSaid(settingWords.locking.saved);
    // The server forgets its half after the same time.
    keepTabHalf(session);
  };
  return (
    <>
      <UpToSettings />
      <Heading>{settingWords.locking.heading}</Heading>
      <p class="lead">{settingWords.locking.lead}</p>
      <Choice
        legend={settingWords.locking.legend}
        choices={LOCK_CHOICES_MINUTES.map((n) => ({
          value: String(n),
          label: settingWords.locking.minutes(n),
        }))}
        chosen={String(minutes)}
        onChoose={choose}
      />
      {isPhone() && <LockHidden />}
      <p class="quiet-text">{settingWords.locking.long}</p>
      <p class="hint" role="status">
        {said}
      </p>
    </>
  );
}

/** On a phone, which is handed about: locked as soon as it shows something else. */
function LockHidden() {
  const [on, setOn] = useState(() => kept("lock-hidden") !== null);
  const choose = (chosen: boolean) => {
    keep("lock-hidden", chosen ? "on" : null);
    setOn(chosen);
  };
  return (
    <>
      <label class="tick">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => choose(event.currentTarget.checked)}
        />
        <span>{settingWords.locking.hidden}</span>
      </label>
      <p class="hint">{settingWords.locking.hiddenHint}</p>
    </>
  );
}

type Theme = "system" | "light" | "dark";

function Display() {
  const [theme, setTheme] = useState<Theme>(() => {
    const chosen = kept("theme");
    return chosen === "light" || chosen === "dark" ? chosen : "system";
  });
  useEffect(() => {
    keep("theme", theme === "system" ? null : theme);
    applyTheme(theme);
  }, [theme]);
  const [size, setSize] = useState<TextSize>(
    () => TEXT_SIZES.find((one) => one === kept("text-size")) ?? "usual",
  );
  useEffect(() => {
    keep("text-size", size === "usual" ? null : size);
    applyTextSize(size);
  }, [size]);
  const { display } = settingWords;
  return (
    <>
      <UpToSettings />
      <Heading>{display.heading}</Heading>
      <Choice
        legend={display.legend}
        choices={[
          { value: "system", label: display.system },
          { value: "light", label: display.light },
          { value: "dark", label: display.dark },
        ]}
        chosen={theme}
        onChoose={setTheme}
      />
      <Choice
        legend={display.size}
        choices={TEXT_SIZES.map((value) => ({ value, label: display[value] }))}
        chosen={size}
        onChoose={setSize}
      />
      <p class="quiet-text">{display.lead}</p>
    </>
  );
}

function Languages() {
  const words = settingWords.language;
  const [chosen, setChosen] = useState(() => kept("language") ?? "");
  const choose = (value: string) => {
    setChosen(value);
    chooseLanguage(value || null);
  };
  const names = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));
  return (
    <>
      <UpToSettings />
      <Heading>{words.heading}</Heading>
      <Choice
        legend={words.heading}
        choices={[{ value: "", label: words.browser }, ...names]}
        chosen={chosen}
        onChoose={choose}
        hideLegend
      />
      <p class="quiet-text">{words.lead}</p>
    </>
  );
}

function Keyboard() {
  const { opened } = useDesk();
  const [on, setOn] = useState(() => singleKeys(opened.myRole));
  const { keyboard } = settingWords;
  const choose = (chosen: boolean) => {
    keep("single-keys", chosen ? "on" : "off");
    setOn(chosen);
  };
  return (
    <>
      <UpToSettings />
      <Heading>{keyboard.heading}</Heading>
      <p class="lead">{keyboard.lead}</p>
      <label class="tick">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => choose(event.currentTarget.checked)}
        />
        <span>{keyboard.single}</span>
      </label>
      <p class="hint">{keyboard.singleHint}</p>
      <dl class="facts">
        {keyboard.letters.map(({ letter, does }) => (
          <div key={letter}>
            <dt>
              <kbd>{letter}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <h2>{keyboard.always}</h2>
      <dl class="facts">
        {keyboard.whole.map(({ letter, does }) => (
          <div key={letter}>
            <dt>
              <kbd>{letter}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
