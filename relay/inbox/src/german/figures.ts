/** How figures and names are said in German. Owns plurals, numerals and the genitive; the words around them stand in the catalogues. */

const RULES = new Intl.PluralRules("de");
const SMALL = ["keine", "eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"];

/** The form that goes with a number. */
export function plural(n: number, one: string, many: string): string {
  return RULES.select(n) === "one" ? one : many;
}

/** `1 Nachricht`, `1.204 Nachrichten`. */
export function figure(n: number, one: string, many: string): string {
  return `${n.toLocaleString("de")} ${plural(n, one, many)}`;
}

/** `eine Nachricht`, `drei Nachrichten`, `12 Nachrichten`, for what is feminine in German. */
export function counted(n: number, one: string, many: string): string {
  return `${SMALL[n] ?? n.toLocaleString("de")} ${plural(n, one, many)}`;
}

/** The beginning of a sentence. */
export function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `Annas`, `Lukas’`. */
export function of(name: string): string {
  return /[sßxz]$/i.test(name) ? `${name}’` : `${name}s`;
}

/** `Ziele, Belege und Notizen`. */
export function listed(parts: readonly string[]): string {
  return new Intl.ListFormat("de").format(parts);
}

/** `drei Nachrichten und eine Datei`. */
export function things(messages: number, files: number): string {
  return listed([
    ...(messages || !files ? [counted(messages, "Nachricht", "Nachrichten")] : []),
    ...(files ? [counted(files, "Datei", "Dateien")] : []),
  ]);
}

/** `Ziele, Belege oder Notizen`. */
export function either(parts: readonly string[]): string {
  return new Intl.ListFormat("de", { type: "disjunction" }).format(parts);
}

/** `1.204`. */
export function number(n: number): string {
  return n.toLocaleString("de");
}

/** `2,4 MB`: as `size` in language.ts, which nothing here may import, or it would be fetched apart from the page's first script. */
export function size(bytes: number): string {
  const [unit, n] = [
    ["KB", bytes / 1000],
    ["MB", bytes / 1_000_000],
  ][bytes < 999_500 ? 0 : 1] as [string, number];
  return `${number(unit === "MB" && n < 10 ? Math.round(n * 10) / 10 : Math.round(n))} ${unit}`;
}
