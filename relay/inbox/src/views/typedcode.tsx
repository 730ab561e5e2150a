/** *Type the code*: four digits and words, in place of a link. Owns what was typed; a wrong word is named, and nothing is used up here. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure, Session } from "../session.ts";
import { comingWords } from "../words.coming.ts";
import { words } from "../words.ts";
import { Letter } from "./before.tsx";
import { failureOf } from "./desk.ts";
import { TextField } from "./fields.tsx";
import { useArrival } from "./history.ts";
import { Heading, Trouble } from "./parts.tsx";

interface TypedCodeProps {
  readonly session: Session;
  /** Where the code leads: the part after `#` of the link that it stands for. */
  readonly found: (fragment: string) => void;
  readonly title: "invitation" | "add";
}

export function TypedCode({ session, found, title }: TypedCodeProps) {
  const [typed, setTyped] = useState("");
  const [missing, setMissing] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const said = comingWords.code;
  useArrival("typed-code", title);
  const submit = async (event: Event) => {
    event.preventDefault();
    setFailure(null);
    setMissing(!typed.trim());
    if (!typed.trim() || busy) {
      return;
    }
    setBusy(true);
    try {
      found(await session.coming("readCode", [typed]));
    } catch (reason) {
      setBusy(false);
      setFailure(failureOf(reason));
      // What is wrong stands at the field, and is read out with it.
      form.current?.querySelector("input")?.focus();
    }
  };
  const named = failure && faultWords(failure);
  return (
    <Letter>
      <Heading large>{said.heading}</Heading>
      <p class="lead">{said.lead}</p>
      <form ref={form} onSubmit={submit} noValidate>
        <TextField
          label={said.label}
          value={typed}
          onValue={(value) => {
            setTyped(value);
            setMissing(false);
            setFailure(null);
          }}
          hint={said.hint}
          fault={missing ? said.missing : named}
          attributes={{
            autocomplete: "off",
            autocapitalize: "none",
            autocorrect: "off",
            spellcheck: false,
            maxLength: 200,
          }}
        />
        <Suggestions session={session} typed={typed} choose={setTyped} />
        <button type="submit" class="do wide" aria-disabled={busy}>
          {said.go}
        </button>
        <p class="wait" role="status">
          {busy && said.looking}
        </p>
        {failure && !named && <Trouble text={words.failure(failure, "")} />}
      </form>
      <p class="quiet-text">{said.link}</p>
    </Letter>
  );
}

/** What can be said at the field itself. */
function faultWords({ code, group, retryAfter }: Failure): string | null {
  const said = comingWords.code;
  switch (code) {
    case "code-mistyped":
      return group ? said.word(group) : said.number;
    case "code-refused":
      return said.refused;
    case "too-many-requests":
      return said.slow(Math.ceil((retryAfter ?? 60) / 60));
    default:
      return null;
  }
}

interface SuggestionsProps {
  readonly session: Session;
  readonly typed: string;
  readonly choose: (typed: string) => void;
}

/** The words of the list that begin as the last one does, so that none has to be typed to its end. */
function Suggestions({ session, typed, choose }: SuggestionsProps) {
  const [found, setFound] = useState<readonly string[]>([]);
  const form = useRef<HTMLDivElement>(null);
  const begun = /[a-z]{2,}$/i.exec(typed)?.[0] ?? "";
  useEffect(() => {
    let current = true;
    setFound([]);
    if (begun) {
      session.coming("suggest", [begun]).then(
        (list) => current && setFound(list),
        () => {},
      );
    }
    return () => {
      current = false;
    };
  }, [begun]);
  const take = (word: string) => {
    choose(`${typed.slice(0, typed.length - begun.length)}${word} `);
    form.current?.closest("form")?.querySelector("input")?.focus();
  };
  return (
    <div ref={form} class="suggestions">
      {found.length > 0 && <span class="unseen">{comingWords.code.words}</span>}
      {found
        .filter((word) => word !== begun.toLowerCase())
        .map((word) => (
          <button key={word} type="button" onClick={() => take(word)}>
            {word}
          </button>
        ))}
    </div>
  );
}
