/** Deletion receipts: the list by day, one receipt with its limits, its check on this device, and the closing certificate as one page of paper. */

import { useState } from "preact/hooks";
import { keptUntil, receiptLines, remainder } from "../receiptlines.ts";
import { href } from "../route.ts";
import type { Failure } from "../session.ts";
import type { Checked, CheckStep, ReceiptFacts, ReceiptRow } from "../session.work.ts";
import { fullDay, hour, weekdayAndDay } from "../time.ts";
import { receiptWords } from "../words.receipts.ts";
import { firstName } from "../words.ts";
import { useAsked } from "./asked.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Heading, Icon, saveBlob, Trouble, Wait } from "./parts.tsx";
import { UpToWork } from "./work.tsx";

const words = receiptWords;

export function Receipts() {
  const { session, opened } = useDesk();
  const { value, failure, load } = useAsked(() => session.receipts());
  const rows = value?.filter((one) => one.kind !== "acceptance");
  return (
    <>
      <UpToWork />
      <Heading>{words.heading}</Heading>
      <p class="lead">{words.lead}</p>
      {failure && <Trouble text={failureWords(failure, opened)} again={load} />}
      {!failure && !rows && <Wait>{words.loading}</Wait>}
      {rows && (rows.length ? <ByDay rows={rows} /> : <p>{words.none}</p>)}
      {rows && rows.length > 0 && <Save ids={rows.map((one) => one.id)} label={words.save} />}
    </>
  );
}

function ByDay({ rows }: { rows: readonly ReceiptRow[] }) {
  const { now, zone } = useDesk();
  const days: { readonly name: string; readonly rows: ReceiptRow[] }[] = [];
  for (const row of [...rows].sort((one, other) => other.at - one.at)) {
    const name = weekdayAndDay(row.at, now(), zone);
    const last = days.at(-1);
    if (last?.name === name) {
      last.rows.push(row);
    } else {
      days.push({ name, rows: [row] });
    }
  }
  return (
    <>
      {days.map((one) => (
        <section key={one.name} class="stack-small">
          <h2>{one.name}</h2>
          <ul class="menu">
            {one.rows.map((row) => (
              <li key={row.id}>
                <a href={href({ view: "receipt", id: row.id })}>
                  <span>
                    {row.kind === "closing"
                      ? words.closing
                      : words.things(row.envelopes, row.files)}
                  </span>
                  <span class="meta">
                    {words.one.number(row.number)}
                    {row.left > 0 && ` · ${words.partial(row.left)}`}
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

interface SaveProps {
  readonly ids: readonly string[];
  readonly label: string;
  readonly print?: boolean;
}

function Save({ ids, label, print: paper = false }: SaveProps) {
  const { session, opened } = useDesk();
  const [said, setSaid] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const save = async () => {
    setFailure(null);
    try {
      await saveBlob(await session.saveReceipts(ids), words.fileName);
      setSaid(words.saved);
    } catch (reason) {
      setFailure(failureOf(reason));
    }
  };
  return (
    <>
      {failure && <Trouble text={failureWords(failure, opened)} again={save} />}
      <div class="actions">
        <button type="button" onClick={save}>
          {label}
        </button>
        {paper && (
          <button type="button" onClick={() => print()}>
            {words.one.print}
          </button>
        )}
        <span class="said-here" role="status">
          {said}{" "}
          {said && (
            <a href="/check/" target="_blank" rel="noreferrer">
              {words.checkPage}
            </a>
          )}
        </span>
      </div>
    </>
  );
}

export function ReceiptPage({ id }: { id: string }) {
  const { session, opened } = useDesk();
  const { value, failure, load } = useAsked(() => session.receipt(id));
  return (
    <>
      <a class="up-wide" href={href({ view: "receipts" })}>
        <Icon shape="back" />
        {words.up}
      </a>
      {value ? (
        <One receipt={value} />
      ) : (
        <>
          <Heading>{words.one.heading}</Heading>
          {failure ? (
            <Trouble text={failureWords(failure, opened)} again={load} />
          ) : (
            <Wait>{words.loading}</Wait>
          )}
        </>
      )}
    </>
  );
}

function One({ receipt }: { receipt: ReceiptFacts }) {
  const { opened, zone } = useDesk();
  const { one } = words;
  const things = words.things(receipt.envelopes, receipt.files);
  const closing = receipt.kind === "closing";
  return (
    <article class={closing ? "receipt certificate" : "receipt"}>
      <header>
        <Heading>{closing ? one.certificate : one.heading}</Heading>
        <p class="number">{one.number(receipt.number)}</p>
      </header>
      <p>{one.between(things, opened.myName, opened.otherName)}</p>
      <Lines receipt={receipt} />
      <p class="signed">
        <span class="seal">
          <span class="initials tint-0" aria-hidden="true">
            {receipt.host.charAt(0).toUpperCase()}
          </span>
        </span>
        {one.signedBy(receipt.host)}
      </p>
      {receipt.theirCopiesGone > 0 && <TheirCopies at={receipt.theirCopiesGone} />}
      <p class="paper-only">{one.paper(fullDay(opened.policy.holdEndsAt, zone))}</p>
      <Check id={receipt.id} />
      <Save ids={[receipt.id]} label={words.saveOne} print />
    </article>
  );
}

/** A line of its own: what the other person says, not the server. */
function TheirCopies({ at }: { at: number }) {
  const { opened, zone } = useDesk();
  const name = firstName(opened.otherName);
  return (
    <div class="their-word">
      <p>{words.one.theirCopies(name, `${fullDay(at, zone)}, ${hour(at, zone)}`)}</p>
      <p class="quiet-text">{words.one.theirWord(name)}</p>
    </div>
  );
}

function Lines({ receipt }: { receipt: ReceiptFacts }) {
  const { opened, zone } = useDesk();
  const { one } = words;
  const name = firstName(opened.otherName);
  const kept = keptUntil(receipt, zone);
  const notCovered =
    opened.myRole === "coach" ? one.notCoveredCoach(name, kept) : one.notCoveredWhat(name, kept);
  const rows = [...receiptLines(receipt, zone), [one.notCovered, notCovered] as const];
  const left = remainder(receipt);
  return (
    <>
      {left && <p class={`banner ${receipt.left > 0 ? "soon" : "note"}`}>{left}</p>}
      <dl class="receipt-lines">
        {rows.map(([term, text]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

const STEPS: readonly CheckStep[] = ["signature", "chain", "leaves", "batch", "log"];

/** The check itself runs in the worker, on what is here. */
function Check({ id }: { id: string }) {
  const { session, opened } = useDesk();
  const [state, setState] = useState<"rest" | "busy" | Checked | Failure>("rest");
  const check = () => {
    setState("busy");
    session.checkReceipt(id).then(setState, (reason: unknown) => setState(failureOf(reason)));
  };
  const checked = typeof state === "object" && "signature" in state ? state : null;
  return (
    <section class="check" aria-live="polite">
      {typeof state === "object" && "code" in state && (
        <Trouble text={failureWords(state, opened)} />
      )}
      {checked ? (
        <Result checked={checked} />
      ) : (
        <div class="actions">
          <button type="button" class="do" disabled={state === "busy"} onClick={check}>
            {words.one.check}
          </button>
          {state === "busy" && <Wait>{words.one.checking}</Wait>}
        </div>
      )}
    </section>
  );
}

function Result({ checked }: { checked: Checked }) {
  const { checks } = words;
  const all = STEPS.map((step) => checked[step]);
  const said = all.includes("wrong")
    ? checks.wrong
    : all.includes("waiting")
      ? checks.waiting
      : checks.all;
  return (
    <>
      <h2>{checks.heading}</h2>
      <p class={all.includes("wrong") ? "fault" : undefined}>{said}</p>
      <dl class="receipt-lines">
        {STEPS.map((step) => (
          <div key={step}>
            <dt>{checks.states[checked[step]]}</dt>
            <dd>{checks.steps[step]}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
