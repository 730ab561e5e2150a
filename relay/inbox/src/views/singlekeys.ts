/** Single letters as short ways through an open inbox. Off unless chosen (on for coaches), and dead while a field, a choice or a sheet has the focus. */

import type { Desk } from "./desk.ts";
import { kept } from "./kept.ts";

/** Whether single letters do something here. */
export function singleKeys(role: "coach" | "client"): boolean {
  return (kept("single-keys") ?? (role === "coach" ? "on" : "off")) === "on";
}

function stepRow(step: number): void {
  const rows: (Element | null)[] = [...document.querySelectorAll<HTMLElement>(".row")];
  const at = rows.indexOf(document.activeElement);
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
  if (next instanceof HTMLElement) {
    next.focus();
  }
}

/** So near to the top of the window a message counts as the one that is being read. */
const READ_LINE = 120;

/** To the heading of a message of the open thread, folded or not. At either end nothing happens. */
function stepMessage(step: number): void {
  const headings = [
    ...document.querySelectorAll<HTMLElement>(
      ".message-head h2[tabindex], .folded-message > h2 > button",
    ),
  ];
  const messages = headings.map((heading) => heading.closest("article") as HTMLElement);
  const focused = messages.findIndex((one) => one.contains(document.activeElement));
  const above = messages.filter((one) => one.getBoundingClientRect().top < READ_LINE).length - 1;
  const at = (focused < 0 ? above : focused) + step;
  headings[at]?.focus({ preventScroll: true });
  messages[at]?.scrollIntoView({ block: "start" });
}

const ACTIONS: Readonly<Record<string, (desk: Desk) => void>> = {
  j: () => stepRow(1),
  k: () => stepRow(-1),
  n: () => stepMessage(1),
  p: () => stepMessage(-1),
  c: ({ go }) => go({ view: "write" }),
  r: ({ go, route }) =>
    route.view === "message" ? go({ view: "reply", id: route.id }) : undefined,
  l: ({ lock }) => lock(),
  "/": () => document.querySelector<HTMLElement>("input[type=search]")?.focus(),
  "?": ({ go }) => go({ view: "settings", page: "keyboard" }),
};

/** Listen, with the desk as it is at each press; the answer stops it. */
export function listenToKeys(desk: () => Desk): () => void {
  const pressed = (event: KeyboardEvent) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    const target = event.target instanceof Element ? event.target : null;
    const typing = target?.closest("input, textarea, select, [contenteditable], dialog") !== null;
    const act = Object.hasOwn(ACTIONS, event.key) ? ACTIONS[event.key] : undefined;
    if (act && !modified && !typing && singleKeys(desk().opened.myRole)) {
      event.preventDefault();
      act(desk());
    }
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}
