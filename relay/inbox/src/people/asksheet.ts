/**
 * Asking for the sheet: what its owner answers, two weeks after joining.
 *
 * Owns the judging of the typed group and the note that it was answered. Keeps nothing of a sheet, so it cannot tell one from
 * another.
 */

import { Mistyped } from "../crypto/errors.ts";
import { readSheet } from "../crypto/recovery.ts";
import type { Account } from "./account.ts";
import { fault } from "./fault.ts";
import { SHEET_ASKED, VERSION } from "./happened.ts";
import { KEPT_SECONDS } from "./vault.ts";

/** Its owner has typed the first group of the sheet, or cannot find it (null): it is not asked for again. */
export async function answerSheet(
  account: Account,
  group: string | null,
  now: number,
): Promise<void> {
  if (group !== null && !fitsFirst(group)) {
    throw fault("sheet-group");
  }
  const answered = { plain: VERSION, expiresAt: now + KEPT_SECONDS };
  await account.records.change(() => new Map([[SHEET_ASKED, answered]]));
}

/** By its check digit: nothing that knows more of a sheet is kept anywhere. */
function fitsFirst(group: string): boolean {
  try {
    readSheet(group);
  } catch (reason) {
    return reason instanceof Mistyped && reason.group > 0 && group.replace(/\D/g, "").length === 5;
  }
  return false;
}
