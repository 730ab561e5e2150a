/**
 * Whether a chosen password will do. Owns the three rules: long enough, not one of the common ones, not made of one's own name.
 * No meter and no rule on kinds of character: they make passwords worse.
 */

export const LEAST_LETTERS = 12;
const MOST_LETTERS = 1024;

export type PasswordFault = "short" | "long" | "common" | "name";

/** What people type first when twelve letters are asked for, without digits and signs at the end. */
const COMMON = [
  "password",
  "passwordpassword",
  "passwort",
  "letmein",
  "letmeinplease",
  "iloveyou",
  "welcome",
  "welcometothe",
  "qwerty",
  "qwertyuiop",
  "qwertzuiop",
  "azertyuiop",
  "qwertyuiopasdfghjkl",
  "asdfghjkl",
  "administrator",
  "trustno",
  "changeme",
  "changemeplease",
  "correcthorsebatterystaple",
  "monkey",
  "sunshine",
  "football",
  "princess",
];

/** As it will be used: one form of each letter, single spaces, none at the ends. */
export function normalised(password: string): string {
  return password.normalize("NFKC").trim().replace(/\s+/gu, " ");
}

/** The first rule that a password breaks, or null. `names` are the person's own and the inbox's. */
export function passwordFault(password: string, names: readonly string[]): PasswordFault | null {
  const chosen = normalised(password);
  const letters = [...chosen].length;
  if (letters < LEAST_LETTERS) {
    return "short";
  }
  if (letters > MOST_LETTERS) {
    return "long";
  }
  const bare = chosen.toLowerCase().replace(/[\s\p{P}]/gu, "");
  if (COMMON.includes(bare.replace(/\d+$/, "")) || monotonous(bare)) {
    return "common";
  }
  return names.some((name) => isName(bare, name)) ? "name" : null;
}

/** A repeated short piece, or a run such as 123456789012. */
function monotonous(text: string): boolean {
  const steps = [...text]
    .slice(1)
    .map((_, i) => (text.charCodeAt(i + 1) - text.charCodeAt(i) + 10) % 10);
  return /^(.{1,4})\1+$/u.test(text) || (/^\d+$/.test(text) && new Set(steps).size === 1);
}

/** The password is the name, with nothing but digits around it. */
function isName(bare: string, name: string): boolean {
  const plain = name.toLowerCase().replace(/[\s\d\p{P}]/gu, "");
  return plain.length > 2 && bare.replace(/\d/g, "").replaceAll(plain, "") === "";
}
