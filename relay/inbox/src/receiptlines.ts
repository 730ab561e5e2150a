/**
 * The lines of a receipt, one below the other: what was promised, done and counted. Owns their order and their dates, for the inbox and for the
 * page that checks a file of receipts alike. Who is not covered is said by whoever knows a name.
 */

import type { Removal } from "./session.work.ts";
import { calendarDay, DAY_SECONDS, fullDay, hour } from "./time.ts";
import { receiptWords } from "./words.receipts.ts";

type Line = readonly [term: string, text: string];

/** A date with its hour. What falls on a whole day was agreed on as a day, and has no hour to say. */
export function moment(instant: number, zone: string): string {
  const day = fullDay(instant, zone);
  return instant % DAY_SECONDS === 0 ? day : `${day}, ${hour(instant, zone)}`;
}

/** Until when backups hold what is gone; null where there are none. */
export function keptUntil({ backupsUntil, at }: Removal, zone: string): string | null {
  return backupsUntil > at ? fullDay(backupsUntil, zone) : null;
}

/** What has not gone yet, in a sentence; nothing where all has. */
export function remainder({ removed, left, journal }: Removal): string {
  const { one } = receiptWords;
  return left > 0 ? one.partial(removed, left) : journal === "busy" ? one.journalBusy : "";
}

export function receiptLines(receipt: Removal, zone: string): Line[] {
  const { one } = receiptWords;
  const { closing } = receipt;
  const kept = keptUntil(receipt, zone);
  return [
    ...(closing
      ? ([
          [one.began, moment(closing.began, zone)],
          [one.workEnded, moment(closing.workEnded, zone)],
          [one.holdEnded, moment(closing.holdEnded, zone)],
          [one.removed, one.removedWhat(receipt.envelopes, receipt.files, closing.notes)],
        ] as const)
      : ([[one.promised, promised(receipt, zone)]] as const)),
    [one.deleted, `${moment(receipt.at, zone)}, ${one.storage}`],
    [one.unreadable, one.unreadableFrom(fullDay(receipt.keysUntil, zone))],
    [one.backups, kept ? one.backupsBy(kept) : one.backupsNone],
    [one.count, one.counts(receipt.asked, receipt.removed, receipt.left)],
    ...(closing
      ? ([
          [one.acts, one.actsWhat(closing.acts)],
          [one.chain, String(closing.chain)],
        ] as const)
      : []),
  ];
}

function promised({ promisedFirst, promisedLast }: Removal, zone: string): string {
  const sameDay = calendarDay(promisedFirst, zone) === calendarDay(promisedLast, zone);
  const last = moment(promisedLast, zone);
  return sameDay ? last : receiptWords.one.promisedRange(moment(promisedFirst, zone), last);
}
