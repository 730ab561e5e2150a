/**
 * Origin: whose page this is. It stands in salts and cards, and is taken from the address, never from a server's word.
 *
 * `mailbox web` serves this page on somebody's own computer, for a relay elsewhere, under `RELAY.localhost`: a name that
 * browsers give to this computer alone. (docs/protocol.md, part 21.)
 */

export function originOf(at: { readonly hostname: string; readonly origin: string }): string {
  const relay = /^([a-z0-9.-]+)\.localhost$/.exec(at.hostname)?.[1];
  return relay ? `https://${relay}` : at.origin;
}

/** Where a link's code is typed, as it is read out: the other person's browser has to go to the relay, whatever served this page. */
export function spokenAddress(link: string): string {
  return link.replace(/#.*$/, "").replace(/^https:\/\//, "");
}
