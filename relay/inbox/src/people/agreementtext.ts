/**
 * Agreement text: the facts of a first agreement in the words of the packaged template, which the SDK uses too.
 *
 * Owns the filling in, and the limits of what a person may enter. Words and frame are made of the same facts: a text that
 * leaves one out cannot be made. The text is in English, the only language that is packaged. (docs/protocol.md, part 12.)
 */

import template from "../../../../client_sdk/templates/agreement-en.txt?raw";
import listed from "../../../../client_sdk/templates/words-en.json";
import { DAY_SECONDS } from "../crypto/names.ts";
import { MOST_DAYS } from "../crypto/policy.ts";
import type { InviteFault, InviteRequest } from "../session.own.ts";

const WORDS: Readonly<Record<string, unknown>> = listed;
/** One line of printable signs, as the policy holds places, numbers and names. */
const LINE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}]+$/u;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/;

/** What both sign, in the shapes of the policy. `workEndsAt` is the first second after the last day. */
export interface Facts {
  readonly workEndsAt: number;
  readonly holdDays: number;
  readonly refusedDomains: readonly string[];
  readonly places: readonly string[];
  readonly phones: readonly string[];
  readonly sponsor: string;
  readonly sponsorSees: string;
}

/** The facts of what was entered, or which field no agreement can have so. */
export function factsOf(request: InviteRequest, place: string, now: number): Facts | InviteFault {
  const today = now - (now % DAY_SECONDS);
  const lastDay = request.workEndsAt - DAY_SECONDS;
  const domains = request.refusedDomains.map(domainOf);
  const texts: [InviteFault, readonly string[]][] = [
    ["name", [request.name]],
    ["phones", request.phones],
    ["sponsor", [request.sponsor, request.sponsorSees].filter(Boolean)],
  ];
  const wrong = texts.find(([, lines]) => !lines.every((line) => isLine(line)));
  if (wrong) {
    return wrong[0];
  }
  if (!(today <= lastDay && lastDay <= today + MOST_DAYS * DAY_SECONDS)) {
    return "workEnds";
  }
  if (!Number.isInteger(request.holdDays) || request.holdDays < 0 || request.holdDays > MOST_DAYS) {
    return "hold";
  }
  if (domains.includes("") || domains.length > 64) {
    return "domains";
  }
  if (Boolean(request.sponsor) !== Boolean(request.sponsorSees)) {
    return "sponsor";
  }
  if (request.phones.length > 8) {
    return "phones";
  }
  return {
    workEndsAt: request.workEndsAt,
    holdDays: request.holdDays,
    refusedDomains: [...new Set(domains)].sort(),
    places: [place],
    phones: request.phones,
    sponsor: request.sponsor,
    sponsorSees: request.sponsorSees,
  };
}

function isLine(text: string): boolean {
  return LINE.test(text) && text === text.trim() && Array.from(text).length <= 200;
}

/** A mail domain as the policy holds it, lower-case A-labels; empty for what is none. */
function domainOf(typed: string): string {
  try {
    const { hostname } = new URL(`http://${typed.trim().replace(/^.*@/, "").replace(/\.$/, "")}`);
    return DOMAIN.test(hostname) && !/^[\d.]+$/.test(hostname) ? hostname : "";
  } catch {
    return "";
  }
}

/** The agreement in words, as `client_sdk.agreement.agreement_text` makes it of the same facts. */
export function agreementText(facts: Facts, coach: string, client: string): string {
  return fill(template, { ...inSentences(facts, client), coach, client });
}

function inSentences(facts: Facts, client: string): Record<string, string> {
  const { sponsor, sponsorSees: scope, workEndsAt, holdDays } = facts;
  return {
    places: enumerated(facts.places),
    work_ends: day(workEndsAt - DAY_SECONDS),
    hold: days(holdDays),
    hold_ends: day(workEndsAt + (holdDays - 1) * DAY_SECONDS),
    longest: say("fact.longest.none"),
    recall: say("fact.recall.yes"),
    refused: some("fact.refused", facts.refusedDomains, "domains"),
    sponsor: sponsor
      ? say("fact.sponsor.some", { sponsor, scope, client })
      : say("fact.sponsor.none"),
    phones: some("fact.phones", facts.phones, "phones"),
    read_marks: say("fact.read_marks.no"),
  };
}

function some(name: string, items: readonly string[], called: string): string {
  const all = { [called]: enumerated(items) };
  return items.length > 0 ? say(`${name}.some`, all) : say(`${name}.none`);
}

function say(name: string, facts: Readonly<Record<string, string>> = {}): string {
  return fill(String(WORDS[name]), facts);
}

/** A day in full: a date that is signed has its year. */
function day(at: number): string {
  const date = new Date(at * 1000);
  const [weekdays, months] = [WORDS.weekdays as string[], WORDS.months as string[]];
  return say("date", {
    weekday: weekdays[(date.getUTCDay() + 6) % 7] as string,
    day: String(date.getUTCDate()),
    month: months[date.getUTCMonth()] as string,
    year: String(date.getUTCFullYear()),
  });
}

function days(count: number): string {
  const written = count.toLocaleString("en-GB");
  return count === 1 ? say("days.one") : say("days.many", { count: written });
}

function enumerated(items: readonly string[]): string {
  const [last, ...before] = [...items].reverse();
  return before.length > 0
    ? `${before.reverse().join(", ")}${say("and")}${last}`
    : String(last ?? "");
}

/** Fill in `${name}`; a name without a fact, or a `$` that names nothing, is a fault of the program. */
function fill(text: string, facts: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:\{([a-z_]+)\})?/g, (_, name: string | undefined) => {
    const fact = name === undefined ? undefined : facts[name];
    if (fact === undefined) {
      throw new Error(`no fact ${name}`);
    }
    return fact;
  });
}
