/** How a link gets to somebody: to copy, to scan, or as words to read out. Owns the words while they are shown. */

import { useState } from "preact/hooks";
import { spokenAddress } from "../origin.ts";
import type { Failure } from "../session.ts";
import { inviteWords } from "../words.invite.ts";
import { failureOf } from "./desk.ts";
import { CopyButton, Wait } from "./parts.tsx";
import { Square } from "./square.tsx";

interface HandingProps {
  readonly link: string;
  /** Draw words for it; those that it had before lead nowhere any more. */
  readonly draw: () => Promise<string>;
  /** Just made: no words were read out before. */
  readonly fresh: boolean;
  readonly failed: (failure: Failure) => void;
}

export function Handing({ link, draw, fresh, failed }: HandingProps) {
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const make = () => {
    setBusy(true);
    draw()
      .then(setCode, (reason: unknown) => failed(failureOf(reason)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <h2>{inviteWords.link}</h2>
      <p class="typed wrap">{link}</p>
      <CopyButton text={link} />
      <p>{inviteWords.square}</p>
      <Square text={link} name={inviteWords.squareName} />
      <h2>{inviteWords.voice}</h2>
      {code && (
        <>
          <p>{inviteWords.voiceLead(spokenAddress(link))}</p>
          <p class="typed">{code}</p>
        </>
      )}
      {!code && !busy && (
        <>
          <button type="button" onClick={make}>
            {inviteWords.makeCode}
          </button>
          {!fresh && <p class="hint">{inviteWords.makeCodeHint}</p>}
        </>
      )}
      {busy && <Wait>{inviteWords.makingCode}</Wait>}
    </>
  );
}
