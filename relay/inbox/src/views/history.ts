/** The browser's history. Owns going from view to view: real addresses, *Back*, where the page was scrolled to and what had the focus. */

import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { href, parse, type Route } from "../route.ts";
import { words } from "../words.ts";

export type Go = (route: Route, how?: "push" | "replace") => void;

interface Left {
  readonly scroll: number;
  readonly focus: string;
}

const left = new Map<number, Left>();
/** The entry of the history that is shown, so that it can be left by the browser's own button too. */
let at = 0;
let arrival: "first" | "forward" | "back" | "same" = "first";

function place(): number {
  const state: unknown = history.state;
  return typeof state === "number" ? state : 0;
}

/** Whether *Back* leads to another view of ours, and not out of the page or to the one that was loaded before it. */
export function hasBefore(): boolean {
  return place() > 0;
}

function here(): Route {
  return parse(location.pathname, location.search);
}

function remember(at: number): void {
  left.set(at, {
    scroll: scrollY || (main()?.scrollTop ?? 0),
    focus: document.activeElement?.id ?? "",
  });
}

/** What scrolls on a wide screen in place of the page. */
function main(): HTMLElement | null {
  return document.getElementById("main");
}

function push(route: Route): void {
  arrival = route.view === "list" && here().view === "list" ? "same" : "forward";
  remember(at);
  at += 1;
  history.pushState(at, "", href(route));
}

/** Where somebody comes from the first page of an invitation, which is none of ours; or the view that the address names. */
function begin(onward: Route | null): Route {
  at = place();
  history.replaceState(at, "");
  if (onward) {
    push(onward);
  }
  return onward ?? here();
}

/** The view that is shown, and the way to another one. Plain links within the page are followed without leaving it. */
export function useHistory(onward: Route | null): { readonly route: Route; readonly go: Go } {
  const [route, setRoute] = useState(() => begin(onward));
  const go: Go = (next, how = "push") => {
    if (how === "push") {
      push(next);
    } else {
      arrival = next.view === "list" && here().view === "list" ? "same" : "forward";
      history.replaceState(at, "", href(next));
    }
    setRoute(next);
  };
  useEffect(() => {
    history.scrollRestoration = "manual";
    const popped = () => {
      remember(at);
      at = place();
      arrival = "back";
      setRoute(here());
    };
    const clicked = (event: MouseEvent) => {
      const link = ownLink(event);
      if (link) {
        event.preventDefault();
        go(parse(link.pathname, link.search));
      }
    };
    addEventListener("popstate", popped);
    document.addEventListener("click", clicked);
    return () => {
      removeEventListener("popstate", popped);
      document.removeEventListener("click", clicked);
    };
  }, []);
  return { route, go };
}

/** The link that a click follows within this page; null for any other click. */
function ownLink(event: MouseEvent): HTMLAnchorElement | null {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const plain =
    event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const ours =
    link?.origin === location.origin &&
    !link.hash &&
    !link.target &&
    !link.hasAttribute("download");
  return plain && ours && !event.defaultPrevented ? link : null;
}

/** After each change of `view`: the title, and focus to the heading, or to where it was. `view` names what counts as another view. */
export function useArrival(view: string, title: keyof typeof words.titles): void {
  useLayoutEffect(() => {
    document.title = words.titles[title];
  });
  useLayoutEffect(() => {
    const was = arrival === "back" ? left.get(at) : undefined;
    if (arrival === "first" || arrival === "same") {
      arrival = "forward";
      return;
    }
    scrollTo(0, was?.scroll ?? 0);
    main()?.scrollTo(0, was?.scroll ?? 0);
    const back = was?.focus ? document.getElementById(was.focus) : null;
    const target = back ?? document.querySelector("h1");
    target?.focus({ preventScroll: true });
  }, [view, title]);
}
