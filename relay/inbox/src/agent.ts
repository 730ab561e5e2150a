/** What kind of browser this is, by what it says of itself. Used for advice only: nothing is refused on the strength of it. */

/** Browsers inside other apps have a memory of their own, and lose it. */
const IN_APP =
  /FBA[NV]|FB_IAB|Instagram|LinkedInApp|Twitter|Snapchat|Line\/|MicroMessenger|WhatsApp|Teams\/|GSA\/|; wv\)/i;
const IOS = /iPhone|iPad|iPod/;

/** Whether this is a browser inside another app. On iOS such a browser leaves Safari's name out. */
export function insideAnotherApp(agent: string): boolean {
  return IN_APP.test(agent) || (IOS.test(agent) && !/Safari\//.test(agent));
}
