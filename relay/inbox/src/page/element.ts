/**
 * What the pages of one file draw with: the sponsor's, and the one that checks receipts. Owns plain elements alone; what is put into them is text,
 * never markup.
 */

/** An element with text or others in it. */
export function element(
  name: string,
  className: string,
  ...inside: readonly (string | Node)[]
): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  // What a person wrote may run from right to left.
  made.dir = "auto";
  made.append(...inside);
  return made;
}

/** Draw a page: its heading takes the focus, so that whoever hears the page hears what it says now. */
export function show(...inside: readonly (string | Node)[]): void {
  const page = document.querySelector("main") as HTMLElement;
  page.replaceChildren(...inside);
  const heading = page.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus();
  }
}
