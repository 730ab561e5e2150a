/** What a browser is called in its owner's list of browsers. Owns the reading of the browser's own description; nothing is decided by it. */

/** Of these the first that fits: several browsers name others in their description. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/(?:Chrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const DEVICES: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "Mac"],
  [/\bCrOS\b/, "Chromebook"],
  [/\bLinux\b/, "Linux"],
];

function first(names: readonly (readonly [RegExp, string])[], description: string): string {
  return names.find(([pattern]) => pattern.test(description))?.[1] ?? "";
}

/** For example "Safari on iPhone"; empty parts are left out. `otherwise` is for a browser that says nothing known. */
export function browserName(description: string, on: string, otherwise: string): string {
  const parts = [first(BROWSERS, description), first(DEVICES, description)].filter(Boolean);
  return parts.join(` ${on} `) || otherwise;
}
