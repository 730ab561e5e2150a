/** The part after `#` of an invitation's address. Owns its shape alone; what it opens is a secret, and stays where it was read. */

const SECRET = /^#?(?:([12])\.[A-Za-z0-9_-]{43})?$/;

/** What it is, by its shape. */
export function fragmentKind(fragment: string): "client" | "coach" | "none" | "mistyped" {
  const [shaped, kind] = SECRET.exec(fragment) ?? [];
  if (shaped === undefined) {
    return "mistyped";
  }
  return kind ? (kind === "1" ? "client" : "coach") : "none";
}
