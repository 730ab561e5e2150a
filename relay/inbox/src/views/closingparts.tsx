/** Parts of closing that only show: what was aimed for, each thing by its subject, and what remains of it all once it is signed. */

import { useEffect, useState } from "preact/hooks";
import { href } from "../route.ts";
import type { VersionFacts } from "../session.report.ts";
import type { ClosingPlan, ReceiptRow, Work } from "../session.work.ts";
import { DAY_SECONDS, fullDay, plainDay } from "../time.ts";
import { closingWords } from "../words.closing.ts";
import { receiptWords } from "../words.receipts.ts";
import { words as common, firstName } from "../words.ts";
import { workWords } from "../words.work.ts";
import { useDesk } from "./desk.ts";
import { Heading } from "./parts.tsx";

const words = workWords.close;
/** So many stand open; longer lists wait for a press. */
const FEW = 12;

/** From the newest report that both have; nothing where there is none, or no goal in it. */
export function Aims() {
  const { session, opened, zone } = useDesk();
  const [newest, setNewest] = useState<VersionFacts | null>(null);
  useEffect(() => {
    if (opened.policy.sponsorName) {
      session.report("facts", []).then(
        ({ versions: [first] }) => setNewest(first ?? null),
        () => setNewest(null),
      );
    }
  }, []);
  if (!newest || newest.fields.goals.length === 0) {
    return null;
  }
  return (
    <section class="card">
      <h2>{closingWords.aims}</h2>
      <p class="meta">{closingWords.aimsFrom(plainDay(newest.writtenAt, zone))}</p>
      <ol class="aims">
        {newest.fields.goals.map(({ goal, how, where }, at) => (
          <li key={`${at} ${goal}`}>
            <p>
              <strong>{goal}</strong>
            </p>
            {how && (
              <p>
                <span class="meta">{closingWords.how}:</span> {how}
              </p>
            )}
            <p>
              <span class="meta">{closingWords.where}:</span> {where || closingWords.whereNone}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Each message that goes, by its subject. */
export function Each({ plan }: { plan: ClosingPlan }) {
  const { zone } = useDesk();
  const { things, remains } = plan;
  if (things.length === 0) {
    return null;
  }
  const further = remains.messages - things.length;
  return (
    <details class="each" open={things.length <= FEW}>
      <summary>{closingWords.each(remains.messages)}</summary>
      <ul class="bullets">
        {things.map(({ id, subject, from, createdAt, files }) => (
          <li key={id}>
            <span dir="auto">{subject || common.list.noSubject}</span>
            <span class="meta">
              {" "}
              {[
                from ?? closingWords.eachMine,
                plainDay(createdAt, zone),
                ...(files ? [closingWords.eachFiles(files)] : []),
              ].join(", ")}
            </span>
          </li>
        ))}
      </ul>
      {further > 0 && <p class="meta">{closingWords.eachMore(further)}</p>}
    </details>
  );
}

/** After it: what was signed, what has a receipt already, and the way back while there is one. */
export function Closed({ work, until }: { work: Work; until: number }) {
  const { opened, zone } = useDesk();
  const name = firstName(opened.otherName);
  const { signedAt, how, by } = work.workEnds.decision;
  const closedAt = how === "closed" ? signedAt : work.workEnds.at;
  const closer = how === "closed" ? by : "both";
  const lines: readonly (readonly [string, string])[] = [
    [closingWords.closedOn, closingWords.closedBy(closer, name, fullDay(closedAt, zone))],
    [closingWords.until, fullDay(until, zone)],
    ...(work.backupDays
      ? ([[closingWords.backups, fullDay(until + work.backupDays * DAY_SECONDS, zone)]] as const)
      : []),
  ];
  return (
    <>
      <Heading large>{words.heading(name)}</Heading>
      <p class="lead">{words.already(fullDay(until, zone))}</p>
      <section class="receipt">
        <h2>{closingWords.receipt}</h2>
        <dl class="receipt-lines">
          {lines.map(([term, said]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{said}</dd>
            </div>
          ))}
        </dl>
        <Made since={closedAt} />
      </section>
      <p>{words.back(name)}</p>
      <div class="actions">
        <a class="button" href={href({ view: "work", page: "dates" })}>
          {words.alreadyGo}
        </a>
        <a class="button" href={href({ view: "work", page: "copy" })}>
          {words.copyDo}
        </a>
      </div>
    </>
  );
}

/** The receipts of what went since, each a press away. */
function Made({ since }: { since: number }) {
  const { session, zone } = useDesk();
  const [receipts, setReceipts] = useState<readonly ReceiptRow[]>([]);
  useEffect(() => {
    session.receipts().then(
      (all) => setReceipts(all.filter((one) => one.kind !== "acceptance" && one.at >= since)),
      () => setReceipts([]),
    );
  }, [since]);
  return (
    <>
      <h3>{closingWords.receipts}</h3>
      {receipts.length > 0 && (
        <ul class="menu">
          {receipts.map((one) => (
            <li key={one.id}>
              <a href={href({ view: "receipt", id: one.id })}>
                {fullDay(one.at, zone)}
                {one.kind === "deletion" && `: ${receiptWords.things(one.envelopes, one.files)}`}
              </a>
            </li>
          ))}
        </ul>
      )}
      <p class="quiet-text">
        {closingWords.receiptsNone}{" "}
        <a href={href({ view: "receipts" })}>{closingWords.receiptsSee}</a>
      </p>
    </>
  );
}
