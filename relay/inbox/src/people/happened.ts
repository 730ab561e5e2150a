/**
 * Happened: what was done to the account by another page or program, and that its owner has not been asked about yet.
 *
 * Owns reading it from the relay and the note of what was answered. A relay can withhold it, and can invent it; nothing
 * rests on it but a question. Owns the one other question, too: whether the recovery sheet is still there, two weeks after
 * joining, once. (docs/protocol.md, part 25.)
 */

import type { Api } from "../api.ts";
import { type Bytes, concat, Reader, u64 } from "../crypto/encoding.ts";
import { DAY_SECONDS } from "../crypto/names.ts";
import { parseStatement } from "../crypto/statement.ts";
import type { Happened } from "../session.ts";
import type { Account } from "./account.ts";
import { KEPT_SECONDS, type Vault } from "./vault.ts";
import type { World } from "./world.ts";

const ITEM = "happened";
/** That its owner was asked for the sheet, and has answered: version 1. */
export const SHEET_ASKED = "sheet-asked";
/** So long after joining. */
const SHEET_ASKED_AFTER = 14 * DAY_SECONDS;
/** The bytes of what has nothing but a version. */
export const VERSION: Bytes = new Uint8Array([1]);
const KINDS: readonly Happened["what"][] = [
  "way",
  "password",
  "sheetUsed",
  "sheet",
  "reopening",
  "reopened",
];

/** The newest thing that was not done here and not answered, else the question for the sheet; null where there is none. */
export async function newestHappened(
  api: Api,
  account: Account,
  { clock }: World,
): Promise<Happened | null> {
  const plain = account.records.vault.item(ITEM);
  const answered = plain ? parse(plain) : 0;
  const found = await api.ask("GET", `/v1/account/happenings?after=${answered}`);
  const all = found.objects("happenings").flatMap((one) => {
    const what = KINDS[one.whole("kind") - 1];
    const happened = { number: one.whole("number"), at: one.whole("at") };
    return what && !one.yes("own") ? [{ ...happened, what }] : [];
  });
  return all.at(-1) ?? sheetAsked(account.records.vault, clock.now());
}

/** The first card is as old as the account; who has a later one joined long before. */
function sheetAsked(vault: Vault, now: number): Happened | null {
  const { number, issuedAt } = parseStatement(vault.card).card;
  const due = number > 1 || now >= issuedAt + SHEET_ASKED_AFTER;
  return due && !vault.item(SHEET_ASKED) ? { number: 0, what: "askSheet", at: now } : null;
}

/** Its owner has said that it was them, for this and all before. */
export async function answerHappened(account: Account, number: number, now: number): Promise<void> {
  const plain = concat(VERSION, u64(number));
  await account.records.change(() => new Map([[ITEM, { plain, expiresAt: now + KEPT_SECONDS }]]));
}

function parse(plain: Bytes): number {
  const reader = new Reader(plain);
  reader.expect(VERSION, "version");
  const number = reader.u64();
  reader.finish();
  return number;
}
