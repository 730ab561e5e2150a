/**
 * Styles of a stranger's mail. Owns which of them stay: those that fetch nothing, taken from what the browser itself has
 * understood of them, so that no way of writing an address is overlooked.
 */

/** What in a value could name something to fetch; the browser has undone every escape by then. */
const FETCHES =
  /url\(|image-set\(|image\(|src\(|cross-fade\(|element\(|paint\(|attr\(|var\(|env\(/i;

/** Take out of a list of declarations what could fetch, and variables, which could hold half of an address. */
export function cleanDeclarations(style: CSSStyleDeclaration): void {
  for (const name of [...style]) {
    const value = style.getPropertyValue(name);
    if (name.startsWith("--") || FETCHES.test(value)) {
      style.removeProperty(name);
    }
  }
}

/** A style sheet with rules for elements and screens alone: no imports, no fonts, nothing that fetches. */
export function cleanSheet(text: string): string {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return cleanRules(sheet.cssRules, 0).join("\n");
}

function cleanRules(rules: CSSRuleList, depth: number): string[] {
  return [...rules].flatMap((rule) => {
    if (rule instanceof CSSStyleRule) {
      cleanDeclarations(rule.style);
      return rule.style.length ? [`${rule.selectorText}{${rule.style.cssText}}`] : [];
    }
    if (rule instanceof CSSMediaRule && depth < 3) {
      return [`@media ${rule.media.mediaText}{${cleanRules(rule.cssRules, depth + 1).join("")}}`];
    }
    return [];
  });
}
