/** What people type or paste, made into what they mean. */

export const SHEET_GROUPS = 6;
export const GROUP_DIGITS = 5;

/** `amber-river-42`, from what was typed or pasted, with or without the server's name behind an @. */
export function loginName(typed: string): string {
  const name = typed.trim().toLowerCase().split("@")[0] ?? "";
  return name.trim().replace(/[\s_]+/g, "-");
}

/** Six groups of five in a row, wherever they stand in a pasted sheet with its name and date. */
const WHOLE_SHEET = /(?<!\d)(?:\d{5}[\s-]+){5}\d{5}(?!\d)/;

/** The fields of the recovery sheet after `typed` came into field `at`: more digits than fit run on into the next fields. */
export function spread(fields: readonly string[], at: number, typed: string): readonly string[] {
  const digits = (WHOLE_SHEET.exec(typed)?.[0] ?? typed).replace(/\D/g, "");
  if (digits.length <= GROUP_DIGITS) {
    return fields.map((field, i) => (i === at ? digits : field));
  }
  // The whole sheet may be pasted into any field.
  const from = digits.length >= SHEET_GROUPS * GROUP_DIGITS ? 0 : at;
  const group = (i: number) =>
    i < from ? "" : digits.slice((i - from) * GROUP_DIGITS, (i - from + 1) * GROUP_DIGITS);
  return fields.map((field, i) => group(i) || field);
}

/** The domain of an e-mail address, lower case; null for what is none. The server judges addresses strictly, this only spares a round trip. */
export function mailDomain(typed: string): string | null {
  const found = /^[^\s@<>",;:()]+@([a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i.exec(typed.trim());
  return found?.[1]?.toLowerCase() ?? null;
}
