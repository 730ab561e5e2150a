/**
 * Origin: whose page this is. It stands in salts and cards, and is taken from the address, never from a server's word.
 *
 * `mailbox web` serves this page on somebody's own computer, for a relay elsewhere, under `RELAY.localhost`, or
 * `RELAY.port-N.localhost`: names that browsers give to this computer alone. (docs/protocol.md, part 21.)
 */

export function originOf(at: { readonly hostname: string; readonly origin: string }): string {
  const [, relay, port] = /^([a-z0-9.-]+?)(?:\.port-(\d+))?\.localhost$/.exec(at.hostname) ?? [];
  return relay ? `https://${relay}${port ? `:${port}` : ""}` : at.origin;
}

/** Whether what a browser keeps for this address is the relay's, for good: no copy of the page on somebody's own computer, and no address of numbers. */
export function isOwnName(at: { readonly hostname: string; readonly origin: string }): boolean {
  return originOf(at) === at.origin && !/^[\d.]+$|:/.test(at.hostname);
}

/** Where a link's code is typed, as it is read out: the other person's browser has to go to the relay, whatever served this page. */
export function spokenAddress(link: string): string {
  return link.replace(/#.*$/, "").replace(/^https:\/\//, "");
}
