/**
 * Names of files, as others gave them, made safe to show and to save under. Owns what a name may hold: no folder, no sign
 * that turns the direction of writing, nothing that a system keeps for itself. The ending always stays in sight, because it
 * says what a file will do when somebody opens it.
 */

const MOST_CHARACTERS = 120;
const MOST_ENDING_CHARACTERS = 16;
/** Not shown, or turning the direction of writing, or half a character; and what only looks like a space or fills one. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]/gu;
const SPACES = /[\p{Zs}\t]+/gu;
/** What some system or shell reads as more than a letter of a name. */
const FORBIDDEN = /[<>:"|?*\\/\u2044\u2215\u29f8\uff0f\uff3c]/g;
/** Devices of Windows, with or without an ending: a file of that name cannot be opened, or is the printer. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)/i;

/** A name to show and to save under; `file-3` where nothing of it is left. */
export function safeName(given: string, index: number): string {
  const last = given.normalize("NFC").split(/[\\/]/).at(-1) ?? "";
  const seen = last.replace(UNSEEN, "").replace(SPACES, " ").replace(FORBIDDEN, "_");
  const name = shortened(seen.replace(/^[. ]+|[. ]+$/g, ""));
  if (!name) {
    return `file-${index + 1}`;
  }
  return DEVICE.test(name) ? `_${name}` : name;
}

/** Cut in the middle: both the beginning and the ending stay. */
function shortened(name: string): string {
  const signs = Array.from(name);
  if (signs.length <= MOST_CHARACTERS) {
    return name;
  }
  const dot = signs.lastIndexOf(".");
  const ending = dot > 0 && signs.length - dot <= MOST_ENDING_CHARACTERS ? signs.slice(dot) : [];
  const start = signs.slice(0, MOST_CHARACTERS - ending.length - 1);
  return `${start.join("").trimEnd()}…${ending.join("")}`;
}
