/**
 * The frame: a document of its own in which the layout of a mail is looked at, without origin, network or way out.
 *
 * Owns the one message that it is sent, and where the cleaned elements stand: in a closed shadow tree, in which no `meta`
 * and no `base` has any effect and no name of the mail's meets one of ours. Tells the page its height and which link was
 * pressed, and nothing else. Runs under the policy that relay/http_api/pages.py gives it: this script by its hash, and no other.
 */

import { clean } from "./clean.ts";
import type { Answer, Letter } from "./said.ts";

const SHEET = `
  :host { display: block; overflow-x: auto; padding: 16px; color: #1e2422; background: #ffffff;
    font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: break-word; }
  img { max-width: 100%; height: auto; }
  pre { white-space: pre-wrap; }
  [role="link"] { color: #2b5378; text-decoration: underline; cursor: pointer; }
  [role="link"]:focus-visible { outline: 2px solid #1a5fb4; outline-offset: 2px; }
  .qb-address { font-size: 13px; color: #515a56; overflow-wrap: anywhere; }
  .qb-no-picture { color: #515a56; font-size: 13px; font-style: italic; }
`;
/** A layout that grows with its own window would never come to rest. */
const MOST_HEIGHTS = 40;

addEventListener(
  "message",
  (event) => {
    const [port] = event.ports;
    if (event.source === parent && port) {
      show(event.data as Letter, port);
    }
  },
  { once: true },
);

function show(letter: Letter, port: MessagePort): void {
  const tell = (answer: Answer) => port.postMessage(answer);
  const links = new WeakMap<Element, string>();
  const host = document.body.appendChild(document.createElement("main"));
  document.documentElement.lang = letter.lang;
  const shadow = host.attachShadow({ mode: "closed" });
  const own = new CSSStyleSheet();
  own.replaceSync(SHEET);
  shadow.adoptedStyleSheets = [own];
  const follow = (event: Event) => {
    const link = (event.target as Element | null)?.closest?.("a,area,[role=link]");
    const address = link ? links.get(link) : undefined;
    if (link) {
      event.preventDefault();
    }
    if (address) {
      tell({ address });
    }
  };
  for (const kind of ["click", "auxclick"]) {
    shadow.addEventListener(kind, follow, true);
  }
  shadow.addEventListener("submit", (event) => event.preventDefault(), true);
  shadow.addEventListener(
    "keydown",
    (event) => {
      if ((event as KeyboardEvent).key === "Enter") {
        follow(event);
      }
    },
    true,
  );
  shadow.append(clean(letter, (element, address) => links.set(element, address)));
  watch(host, tell);
}

function watch(host: HTMLElement, tell: (answer: Answer) => void): void {
  let told = 0;
  const measure = () => {
    if (told++ < MOST_HEIGHTS) {
      tell({ height: Math.ceil(host.getBoundingClientRect().height) });
    }
  };
  // Out of sight a frame is not drawn, and an observer tells nothing: the first height is taken at once.
  measure();
  new ResizeObserver(measure).observe(host);
}
