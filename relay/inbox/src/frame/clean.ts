/**
 * Cleaning: from the HTML of a stranger's mail to elements that may be looked at. The first of two walls; the second is the
 * frame's policy (relay/http_api/pages.py), which holds whether or not this one does.
 *
 * Owns what stays of a mail's layout: text, tables, boxes, colours, the pictures that came with it. No script, no form, no
 * frame, no drawing language; no address is left in any attribute or style: pictures become `data:`, links become text that
 * names where it goes.
 */

import DOMPurify, { type Config } from "dompurify";
import type { Letter } from "./said.ts";
import { cleanDeclarations, cleanSheet } from "./styles.ts";

const CONFIG: Config & { RETURN_DOM_FRAGMENT: true } = {
  USE_PROFILES: { html: true },
  // What takes input, plays, fetches or names; and what a mail of words and tables has no use for.
  FORBID_TAGS: [
    ...[
      "form",
      "input",
      "button",
      "textarea",
      "select",
      "option",
      "optgroup",
      "datalist",
      "fieldset",
    ],
    ...["label", "legend", "output", "meter", "progress", "dialog", "details", "summary", "menu"],
    ...[
      "audio",
      "video",
      "source",
      "track",
      "picture",
      "map",
      "area",
      "canvas",
      "slot",
      "template",
    ],
    ...[
      "meta",
      "base",
      "link",
      "noscript",
      "object",
      "embed",
      "iframe",
      "frame",
      "frameset",
      "svg",
      "math",
    ],
  ],
  FORBID_ATTR: [
    ...[
      "id",
      "name",
      "for",
      "form",
      "is",
      "slot",
      "part",
      "tabindex",
      "autofocus",
      "contenteditable",
    ],
    ...["background", "srcset", "sizes", "usemap", "ismap", "longdesc", "cite", "action", "poster"],
    ...["accesskey", "popover", "popovertarget", "draggable", "hidden", "translate", "nonce"],
  ],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOW_UNKNOWN_PROTOCOLS: false,
  // Any value that names a scheme names one of these; `cid:` is looked up below, and no address is left in the end.
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|cid):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  // Styles in the head of a mail are what most layouts are made of.
  FORCE_BODY: true,
  RETURN_DOM_FRAGMENT: true,
};

const CONNECTING = "link,meta,base,iframe,frame,frameset,object,embed,portal,fencedframe";
const OWN_PICTURE = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+$/i;
const MOST_ADDRESS_CHARACTERS = 2_000;

/** The elements to show. `linked` is told of each link and where it goes. */
export function clean(
  letter: Letter,
  linked: (element: HTMLElement, address: string) => void,
): Node {
  // None where the mail has a set of frames in the place of a body.
  const cleaned: DocumentFragment | null = DOMPurify.sanitize(letter.html, CONFIG);
  const fragment = cleaned ?? document.createDocumentFragment();
  // No policy keeps a browser from opening a bare connection for these, so they do not hang on one list alone.
  for (const element of fragment.querySelectorAll(CONNECTING)) {
    element.remove();
  }
  for (const element of fragment.querySelectorAll<HTMLElement>("*")) {
    if (element.localName === "style") {
      element.textContent = cleanSheet(element.textContent);
    }
    if (element.style && element.hasAttribute("style")) {
      cleanDeclarations(element.style);
      // What the browser has understood, and nothing that another reader might understand in what is left over.
      element.setAttribute("style", element.style.cssText);
    }
    if (element.localName === "img") {
      setPicture(element as HTMLImageElement, letter);
    }
    if (element.hasAttribute("href")) {
      nameLink(element, linked);
    }
  }
  return fragment;
}

/** A picture that came with the mail, or words in its place. */
function setPicture(image: HTMLImageElement, { pictures, noPicture }: Letter): void {
  const asked = image.getAttribute("src") ?? "";
  const cid = /^cid:(.{1,500})$/is.exec(asked)?.[1];
  const found =
    cid === undefined ? asked : (pictures.get(cid) ?? pictures.get(unescaped(cid)) ?? "");
  if (OWN_PICTURE.test(found)) {
    image.setAttribute("src", found);
    return;
  }
  const words = image.ownerDocument.createElement("span");
  words.className = "qb-no-picture";
  // One that counts who reads has no size to speak of: it leaves nothing behind.
  const counts = [image.getAttribute("width"), image.getAttribute("height")].some((size) =>
    /^\s*[0-3](?:px)?\s*$/.test(size ?? ""),
  );
  words.textContent = counts ? "" : image.getAttribute("alt")?.trim() || noPicture;
  image.replaceWith(words);
}

function unescaped(cid: string): string {
  try {
    return decodeURIComponent(cid);
  } catch {
    return cid;
  }
}

/** The link's words, then where it goes. What is no address of the web is words alone. */
function nameLink(
  link: HTMLElement,
  linked: (element: HTMLElement, address: string) => void,
): void {
  const address = (link.getAttribute("href") ?? "").trim().slice(0, MOST_ADDRESS_CHARACTERS);
  link.removeAttribute("href");
  link.removeAttribute("target");
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    return;
  }
  const { host, username, password, href } = new URL(address);
  // A name before the host (https://bank.example@other.example) serves only to deceive.
  if (!host || username || password) {
    return;
  }
  const shown = link.ownerDocument.createElement("span");
  shown.className = "qb-address";
  shown.dir = "ltr";
  shown.textContent = ` (${href.length > 80 ? `${href.slice(0, 79)}…` : href})`;
  link.append(shown);
  link.setAttribute("role", "link");
  link.tabIndex = 0;
  linked(link, href);
}
