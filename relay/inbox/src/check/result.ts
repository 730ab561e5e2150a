/**
 * What was found of a file of receipts, on a page: whose word it is, what is not right, what is gone, what was checked and what nobody can show. Owns the
 * order and the counting; decides nothing. Nothing of a receipt that is not sound is counted or told as if it were.
 */

import { toBase64url } from "../crypto/encoding.ts";
import {
  type FileVerdict,
  isSound,
  type ReceiptVerdict,
  type Verdict,
} from "../crypto/receipt_check.ts";
import type { Closing, Deletion, Receipt } from "../crypto/receipts.ts";
import { element } from "../page/element.ts";
import { removalFacts, rowFacts } from "../people/receiptfacts.ts";
import { moment, receiptLines, remainder } from "../receiptlines.ts";
import { fullDay, plainDay } from "../time.ts";
import { receiptFileWords as words } from "../words.receiptfile.ts";
import { receiptWords } from "../words.receipts.ts";
import type { Here, Standing } from "./reading.ts";

/** Rows that are drawn at once; the others at a press. */
const AT_ONCE = 100;
const STEPS = ["signature", "chain", "leaves", "logged"] as const;

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function drawResult(standing: Standing, verdict: FileVerdict, here: Here): HTMLElement[] {
  const { host } = verdict.keys;
  if (standing === "unsigned") {
    const { unsigned, unsignedLead } = words.verdict;
    return [...heading(unsigned(host), unsignedLead(host)), numbers(verdict)];
  }
  const sound = verdict.receipts.filter(isSound).flatMap(({ receipt }) => receipt ?? []);
  return [
    ...drawVerdict(standing, verdict, here),
    ...drawWrong(verdict),
    drawGone(sound),
    ...drawComputers(verdict),
    drawChecked(verdict),
    drawLimits(standing, sound, host),
    numbers(verdict),
  ];
}

function heading(text: string, lead: string): HTMLElement[] {
  return [element("h1", "", text), element("p", "lead", lead)];
}

function section(text: string, ...inside: readonly Node[]): HTMLElement {
  return element("section", "", element("h2", "", text), ...inside);
}

function lines(rows: readonly (readonly [string, ...string[]])[]): HTMLElement {
  const drawn = rows.map(([term, ...said]) =>
    element(
      "div",
      "",
      element("dt", "", term),
      element(
        "dd",
        "",
        ...said.flatMap((one, at) => (at ? [document.createElement("br"), one] : [one])),
      ),
    ),
  );
  return element("dl", "", ...drawn);
}

// --- whose word it is ---

function drawVerdict(
  standing: Exclude<Standing, "unsigned">,
  { keys: { host }, receipts, sound }: FileVerdict,
  here: Here,
): HTMLElement[] {
  const said = words.verdict;
  if (!sound) {
    const wrong = receipts.filter((one) => !isSound(one)).length;
    const lead = wrong ? said.badLead(host, wrong, receipts.length) : said.badBeside(host);
    return heading(said.bad, lead);
  }
  switch (standing) {
    case "sure":
      return heading(said.sure(host), said.sureLead(host));
    case "foreign":
      return heading(said.foreign(host), said.foreignLead(host, here.host));
    case "unasked":
      return heading(said.unasked(host), said.unaskedLead(host));
  }
}

function drawWrong({ receipts, checkpointVerdict, ownCopies }: FileVerdict): HTMLElement[] {
  const beside = [
    ...(checkpointVerdict === "bad" ? [words.wrong.record] : []),
    ...(ownCopies.some(({ gone }) => !gone) ? [words.wrong.copies] : []),
  ].map((text) => element("p", "wrong", text));
  const rows = receipts.flatMap((one, at) => (isSound(one) ? [] : [drawBad(one, at + 1)]));
  const all = [...beside, ...rows];
  return all.length > 0 ? [section(words.wrong.heading, ...byHundred(all))] : [];
}

function drawBad(one: ReceiptVerdict, place: number): HTMLElement {
  const { wrong } = words;
  const title = one.receipt
    ? wrong.numbered(receiptWords.one.number(one.receipt.number))
    : wrong.placed(place);
  const said = STEPS.filter((step) => one[step] === "bad").map((step) => wrong[step]);
  return element("p", "wrong", element("strong", "", title), " ", said.join(" "));
}

// --- what is gone ---

function drawGone(sound: readonly Receipt[]): HTMLElement {
  const removals = sound.filter((one): one is Deletion | Closing => one.kind !== "acceptance");
  const newest = [...removals].sort((one, other) => other.doneAt - one.doneAt);
  return section(
    words.gone,
    element("p", "", summary(newest)),
    ...drawTaken(sound),
    ...byHundred(newest.map(drawRemoval)),
  );
}

/** A closing certificate counts once more what the receipts before it have counted. */
function summary(newest: readonly (Deletion | Closing)[]): string {
  const deletions = newest.filter(({ kind }) => kind === "deletion");
  const counting = deletions.length > 0 ? deletions : newest;
  const last = counting[0];
  const first = counting.at(-1);
  if (!first || !last) {
    return words.goneNothing;
  }
  const sum = (field: "envelopes" | "files") => counting.reduce((all, one) => all + one[field], 0);
  const what = receiptWords.things(sum("envelopes"), sum("files"));
  const [from, until] = [plainDay(first.doneAt, zone), plainDay(last.doneAt, zone)];
  return from === until ? words.goneOn(what, until) : words.goneBetween(what, from, until);
}

function drawTaken(sound: readonly Receipt[]): HTMLElement[] {
  const count = sound.reduce((all, one) => all + (one.kind === "acceptance" ? one.count : 0), 0);
  return count > 0 ? [element("p", "", words.taken(receiptWords.accepted(count)))] : [];
}

function drawRemoval(receipt: Deletion | Closing): HTMLElement {
  const facts = removalFacts(receipt);
  const { envelopes, files, at, number } = rowFacts(receipt);
  const what =
    receipt.kind === "closing" ? receiptWords.closing : receiptWords.things(envelopes, files);
  const left = remainder(facts);
  return element(
    "details",
    "",
    element(
      "summary",
      "",
      words.one(moment(at, zone), what),
      " ",
      element("span", "number", receiptWords.one.number(number)),
    ),
    ...(left ? [element("p", "wrong", left)] : []),
    lines(receiptLines(facts, zone)),
  );
}

/** The first hundred, and the others at a press. */
function byHundred(all: readonly HTMLElement[]): HTMLElement[] {
  const further = all.slice(AT_ONCE);
  if (further.length === 0) {
    return [...all];
  }
  const button = element("button", "", words.further(further.length));
  const place = element("p", "acts", button);
  button.onclick = () => {
    place.replaceWith(...further);
    further[0]?.querySelector("summary")?.focus();
  };
  return [...all.slice(0, AT_ONCE), place];
}

// --- beside the receipts ---

function drawComputers({ ownCopies }: FileVerdict): HTMLElement[] {
  const said = ownCopies.flatMap(({ gone }) => gone ?? []);
  if (said.length === 0) {
    return [];
  }
  const { heading: title, gone, nothing, whose } = words.computers;
  const rows = said.map(({ moments }) => {
    const last = moments.at(-1);
    return last ? gone(fullDay(last.through, zone), moment(last.goneAt, zone)) : nothing;
  });
  return [section(title, ...rows.map((text) => element("p", "", text)), element("p", "", whose))];
}

// --- what was checked, and what nobody can ---

function drawChecked({ receipts, checkpointVerdict }: FileVerdict): HTMLElement {
  const { checked } = words;
  // Nothing further is looked at of what nobody has signed.
  const signed = receipts.filter(({ signature }) => signature === "good");
  const steps = signed.length > 0 ? STEPS : (["signature"] as const);
  const rows = steps.map((step) => {
    const found = (step === "signature" ? receipts : signed).map((one) => one[step]);
    const why = step === "signature" ? "" : checked.why[step];
    return [checked[step], ...tally(found, why)] as const;
  });
  return section(
    checked.heading,
    lines([...rows, [checked.record, ...tally([checkpointVerdict], checked.why.record)]]),
  );
}

/** How many of each, and why where some could not be checked. */
function tally(found: readonly Verdict[], why: string): string[] {
  const count = (verdict: Verdict) => found.filter((one) => one === verdict).length;
  const open = count("open");
  const said = words.checked.tally(count("good"), count("bad"), open);
  return open > 0 ? [said, why] : [said];
}

function drawLimits(standing: Standing, sound: readonly Receipt[], host: string): HTMLElement {
  const { limits } = words;
  const until = sound.map((one) =>
    one.kind !== "acceptance" && one.backupsUntil > one.doneAt ? one.backupsUntil : 0,
  );
  const backups = until.reduce((latest, one) => Math.max(latest, one), 0);
  const all = [
    limits.copies,
    ...(backups > 0 ? [limits.backups(fullDay(backups, zone))] : []),
    limits.people,
    limits.lie,
    ...(standing === "sure" ? [limits.word(host)] : []),
  ];
  return section(limits.heading, element("ul", "", ...all.map((text) => element("li", "", text))));
}

function numbers({ keys, ownCopies }: FileVerdict): HTMLElement {
  const { numbers: said } = words;
  const rows = [
    [said.server, toBase64url(keys.relayPublic)],
    [said.record, toBase64url(keys.logPublic)],
    ...ownCopies.map(({ identityPublic }) => [said.computer, toBase64url(identityPublic)] as const),
  ] as const;
  return element(
    "details",
    "numbers",
    element("summary", "", said.heading),
    element("p", "", said.lead(keys.host)),
    lines(rows),
  );
}
