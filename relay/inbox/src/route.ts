/**
 * The addresses of the page. Owns what each view's address looks like and nothing of the browser's history.
 *
 * An address holds no name, no subject and nothing of a person: ids are those that the page was handed for its own use. The part after `#` of
 * an invitation is a secret and no address: it is taken out of history as soon as it has been read.
 */

export type Filter = "all" | "unread" | "files" | "going";
export type Order = "newest" | "deletion" | "size";
export type Step = "start" | "work" | "agreement" | "password" | "sheet";
export type WorkPage =
  | "overview"
  | "kept"
  | "sponsor"
  | "report"
  | "report-edit"
  | "review"
  | "notes"
  | "calls"
  | "check"
  | "agreement"
  | "change"
  | "dates"
  | "copy"
  | "close"
  | "close-go"
  | "close-told"
  | "reopen";
export type Setting =
  | "menu"
  | "browsers"
  | "told"
  | "mail"
  | "locking"
  | "display"
  | "language"
  | "keyboard"
  | "server"
  | "leave";

export type Route =
  | { readonly view: "invitation"; readonly step: Step }
  | {
      readonly view: "list";
      readonly filter: Filter;
      readonly order?: Order;
      readonly select?: true;
    }
  | { readonly view: "search" }
  | { readonly view: "message"; readonly id: string }
  | { readonly view: "write" }
  | { readonly view: "reply"; readonly id: string }
  | { readonly view: "work"; readonly page: WorkPage }
  | { readonly view: "receipts" }
  | { readonly view: "receipt"; readonly id: string }
  | { readonly view: "settings"; readonly page: Setting }
  | { readonly view: "add" }
  | { readonly view: "how" }
  | { readonly view: "clients" }
  | { readonly view: "locked" }
  | { readonly view: "help" }
  | { readonly view: "nowhere" };

const ORDERS: readonly Order[] = ["newest", "deletion", "size"];
const FILTERS: readonly Filter[] = ["all", "unread", "files", "going"];
const STEPS: readonly Step[] = ["start", "work", "agreement", "password", "sheet"];
const SETTINGS: readonly Setting[] = [
  "menu",
  "browsers",
  "told",
  "mail",
  "locking",
  "display",
  "language",
  "keyboard",
  "server",
  "leave",
];
const WORK: readonly WorkPage[] = [
  "overview",
  "kept",
  "sponsor",
  "report",
  "report-edit",
  "review",
  "notes",
  "calls",
  "check",
  "agreement",
  "change",
  "dates",
  "copy",
  "close",
  "close-go",
  "close-told",
  "reopen",
];
const PLAIN = ["write", "search", "receipts", "how", "clients", "locked", "help"] as const;

/** Long enough for any id the page is handed, short enough that nobody can make it chew on one. */
const ID = /^[0-9a-f]{1,128}$/;
const OFFER = /^4\.[A-Za-z0-9_-]{43}$/;

function oneOf<T extends string>(names: readonly T[], name: string | undefined): T | null {
  return names.find((known) => known === name) ?? null;
}

/** The view at an address; what is no address of ours is `nowhere`. */
export function parse(path: string, search = ""): Route {
  const [first, second, third, ...rest] = path.split("/").filter(Boolean);
  if (rest.length) {
    return { view: "nowhere" };
  }
  if (first === undefined) {
    const asked = new URLSearchParams(search);
    const filter = oneOf(FILTERS, asked.get("show") ?? "all") ?? "all";
    const order = oneOf(ORDERS, asked.get("by") ?? "newest") ?? "newest";
    return {
      ...{ view: "list", filter },
      ...(order !== "newest" && { order }),
      ...(asked.has("select") && { select: true as const }),
    };
  }
  if (first === "t" && second !== undefined && ID.test(second)) {
    return parseMessage(second, third);
  }
  return third === undefined ? parsePage(first, second) : { view: "nowhere" };
}

function parseMessage(id: string, act: string | undefined): Route {
  if (act === undefined) {
    return { view: "message", id };
  }
  return act === "reply" ? { view: "reply", id } : { view: "nowhere" };
}

function parsePage(first: string, second: string | undefined): Route {
  const step = first === "i" ? oneOf(STEPS, second ?? "start") : null;
  if (step) {
    return { view: "invitation", step };
  }
  if (first === "a" && second === undefined) {
    return { view: "add" };
  }
  const page = first === "settings" ? oneOf(SETTINGS, second ?? "menu") : null;
  if (page) {
    return { view: "settings", page };
  }
  const work = first === "our-work" ? oneOf(WORK, second ?? "overview") : null;
  if (work) {
    return { view: "work", page: work };
  }
  if (first === "receipts" && second !== undefined && ID.test(second)) {
    return { view: "receipt", id: second };
  }
  const plain = second === undefined ? oneOf(PLAIN, first) : null;
  return { view: plain ?? "nowhere" };
}

function listAddress(filter: Filter, order: Order = "newest", select = false): string {
  const asked = new URLSearchParams();
  if (filter !== "all") {
    asked.set("show", filter);
  }
  if (order !== "newest") {
    asked.set("by", order);
  }
  if (select) {
    asked.set("select", "");
  }
  return asked.size > 0 ? `/?${asked}` : "/";
}

/** The address of a view. */
export function href(route: Route): string {
  switch (route.view) {
    case "invitation":
      return route.step === "start" ? "/i/" : `/i/${route.step}`;
    case "add":
      return "/a/";
    case "list":
      return listAddress(route.filter, route.order, route.select);
    case "message":
      return `/t/${route.id}`;
    case "reply":
      return `/t/${route.id}/reply`;
    case "settings":
      return route.page === "menu" ? "/settings" : `/settings/${route.page}`;
    case "work":
      return route.page === "overview" ? "/our-work" : `/our-work/${route.page}`;
    case "receipt":
      return `/receipts/${route.id}`;
    case "nowhere":
      return "/";
    default:
      return `/${route.view}`;
  }
}

/** Whether the part after `#` is what an open browser shows to a further one. */
export function isOffer(fragment: string): boolean {
  return OFFER.test(fragment.replace(/^#/, ""));
}
