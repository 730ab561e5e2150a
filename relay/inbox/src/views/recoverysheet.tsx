/** Step 4 of joining: the recovery sheet, on the screen and on paper. *Finish* waits until it has been put somewhere. */

import { useState } from "preact/hooks";
import { originOf } from "../origin.ts";
import type { EnrolmentDraft } from "../session.ts";
import { fullDay } from "../time.ts";
import { first } from "../words.first.ts";
import { joinWords } from "../words.join.ts";
import { words } from "../words.ts";
import { Letter } from "./before.tsx";
import { StepTop } from "./firm.tsx";
import { At, CopyButton, Heading, saveBlob, Trouble } from "./parts.tsx";
import { Square } from "./square.tsx";

interface RecoverySheetProps {
  readonly draft: EnrolmentDraft;
  readonly today: number;
  readonly zone: string;
  /** Opened by the device; else by a password. */
  readonly byDevice: boolean;
  readonly finishing: boolean;
  readonly trouble: string | null;
  readonly back: () => void;
  readonly finish: () => void;
}

interface SheetCardProps {
  readonly draft: Pick<EnrolmentDraft, "inboxName" | "sheet">;
  readonly today: number;
  readonly zone: string;
  /** It has been printed, saved or copied. */
  readonly taken: () => void;
}

/** The sheet itself, and the ways to put it somewhere. */
export function SheetCard({ draft, today, zone, taken }: SheetCardProps) {
  const [said, setSaid] = useState("");
  const text = paper(draft, fullDay(today, zone));
  const save = async () => {
    await saveBlob(new Blob([text], { type: "text/plain" }), joinWords.fileName);
    setSaid(joinWords.saved);
    taken();
  };
  const printed = () => {
    print();
    taken();
  };
  return (
    <section class="card recovery">
      <p class="paper-only paper-title">{joinWords.paperTitle}</p>
      <ol class="digits" aria-label={joinWords.sheetDigits}>
        {draft.sheet.map((group, i) => (
          <li key={joinWords.group(i + 1)}>{group}</li>
        ))}
      </ol>
      <div class="sheet-square">
        <Square text={draft.sheet.join("")} name={draft.sheet.join(" ")} />
        <p>{joinWords.squareHow}</p>
      </div>
      <dl class="sheet-facts">
        <dt>{words.unlock.name}</dt>
        <dd>
          <At address={draft.inboxName} />
        </dd>
        <dt>{joinWords.address}</dt>
        <dd>{originOf(location)}</dd>
      </dl>
      <div class="paper-only">
        <p>{joinWords.paperHow}</p>
        <p>{joinWords.paperDate(fullDay(today, zone))}</p>
        <p>{joinWords.paperDesk}</p>
      </div>
      <div class="actions">
        <button type="button" onClick={printed}>
          {joinWords.print}
        </button>
        <button type="button" onClick={save}>
          {joinWords.save}
        </button>
        <CopyButton text={text} done={(worked) => worked && taken()} />
        <span class="said-here" role="status">
          {said}
        </span>
      </div>
    </section>
  );
}

export function RecoverySheet({
  draft,
  today,
  zone,
  byDevice,
  finishing,
  trouble,
  back,
  finish,
}: RecoverySheetProps) {
  const [taken, setTaken] = useState(false);
  const [ticked, setTicked] = useState(false);
  const ready = taken && ticked;
  return (
    <Letter top={<StepTop step={4} />}>
      <Heading large>{joinWords.sheet}</Heading>
      <p class="lead">{byDevice ? joinWords.sheetLeadDevice : joinWords.sheetLead}</p>
      <SheetCard draft={draft} today={today} zone={zone} taken={() => setTaken(true)} />
      <label class="tick">
        <input
          type="checkbox"
          checked={ticked}
          onChange={(event) => setTicked(event.currentTarget.checked)}
        />
        <span>{joinWords.tick}</span>
      </label>
      {trouble && <Trouble text={trouble} />}
      <div class="actions steps">
        <button
          type="button"
          class="do"
          disabled={!ready || finishing}
          aria-describedby="finish-hint"
          onClick={finish}
        >
          {joinWords.finish}
        </button>
        <button type="button" class="quiet" disabled={finishing} onClick={back}>
          {first.back}
        </button>
      </div>
      <p id="finish-hint" class="hint" role="status">
        {finishing ? joinWords.finishing : ready ? "" : joinWords.finishHint}
      </p>
    </Letter>
  );
}

/** The sheet as text, for a file or the clipboard. It names no person. */
function paper(draft: SheetCardProps["draft"], date: string): string {
  return [
    joinWords.paperTitle,
    "",
    draft.sheet.join("  "),
    "",
    `${words.unlock.name}: ${draft.inboxName}`,
    `${joinWords.address}: ${originOf(location)}`,
    "",
    joinWords.paperHow,
    joinWords.paperDate(date),
    joinWords.paperDesk,
    "",
  ].join("\n");
}
