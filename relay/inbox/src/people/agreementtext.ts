/**
 * Agreement text: the facts of a first agreement in the words of the packaged template, which the SDK uses too.
 *
 * Owns the filling in, and the limits of what a person may enter. Words and frame are made of the same facts: a text that
 * leaves one out cannot be made. (docs/protocol.md, part 12.)
 */

import { DAY_SECONDS } from "../crypto/names.ts";
import { MOST_DAYS, MOST_PHONES } from "../crypto/policy.ts";
import type { InviteFault, InviteRequest } from "../session.own.ts";
import type { WorkNumbers } from "../session.ts";

/** The template, and the sentences for facts by their names. */
export interface Packaged {
  readonly template: string;
  readonly words: Readonly<Record<string, unknown>>;
}

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
  /** Of these, each one's at work; no number is in both. */
  readonly workNumbers: WorkNumbers;
  readonly sponsor: string;
  readonly sponsorSees: string;
  readonly longestKeepDays: number;
  readonly authorMayRecall: boolean;
  readonly readMarks: boolean;
  readonly sponsorToldCalls: boolean;
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
  if (request.phones.length > MOST_PHONES || !areMarks(request)) {
    return "phones";
  }
  return {
    workEndsAt: request.workEndsAt,
    holdDays: request.holdDays,
    refusedDomains: [...new Set(domains)].sort(),
    places: request.before?.places ?? [place],
    phones: request.phones,
    workNumbers: request.workNumbers,
    sponsor: request.sponsor,
    sponsorSees: request.sponsorSees,
    longestKeepDays: request.before?.longestKeepDays ?? 0,
    authorMayRecall: request.before?.authorMayRecall ?? true,
    readMarks: request.readMarks,
    sponsorToldCalls: request.sponsor !== "" && (request.before?.sponsorToldCalls ?? false),
  };
}

/** Each is among the numbers, and one of the two's. */
function areMarks({ phones, workNumbers: { coach, client } }: InviteRequest): boolean {
  return (
    [...coach, ...client].every((one) => phones.includes(one)) &&
    !coach.some((one) => client.includes(one))
  );
}

function isLine(text: string): boolean {
  return LINE.test(text) && text === text.trim() && Array.from(text).length <= 200;
}

/** A mail domain as the policy holds it, lower-case A-labels; empty for what is none. */
function domainOf(typed: string): string {
  const plain = typed.trim().replace(/^.*@/, "").replace(/\.$/, "");
  try {
    const { hostname } = new URL(`http://${plain}`);
    return !/[/?#:\\\s%]/.test(plain) && DOMAIN.test(hostname) && !/^[\d.]+$/.test(hostname)
      ? hostname
      : "";
  } catch {
    return "";
  }
}

/** The agreement in words, as `client_sdk.agreement.agreement_text` makes it of the same facts. */
export function agreementText(
  { template, words }: Packaged,
  facts: Facts,
  coach: string,
  client: string,
): string {
  return fill(template, { ...inSentences(new Sentences(words), facts, client), coach, client });
}

function inSentences(said: Sentences, facts: Facts, client: string): Record<string, string> {
  const { sponsor, sponsorSees: scope, workEndsAt, holdDays, longestKeepDays: longest } = facts;
  const calls = facts.sponsorToldCalls ? ` ${said.say("fact.sponsor.calls", { sponsor })}` : "";
  return {
    places: said.enumerated(facts.places),
    work_ends: said.day(workEndsAt - DAY_SECONDS),
    hold: said.days(holdDays),
    hold_ends: said.day(workEndsAt + (holdDays - 1) * DAY_SECONDS),
    longest: longest
      ? said.say("fact.longest.days", { days: said.days(longest) })
      : said.say("fact.longest.none"),
    recall: said.say(`fact.recall.${facts.authorMayRecall ? "yes" : "no"}`),
    refused: said.some("fact.refused", facts.refusedDomains, "domains"),
    sponsor: sponsor
      ? said.say("fact.sponsor.some", { sponsor, scope, client }) + calls
      : said.say("fact.sponsor.none"),
    phones: said.phones(facts),
    read_marks: said.say(`fact.read_marks.${facts.readMarks ? "yes" : "no"}`),
  };
}

/** The sentences of one language. */
class Sentences {
  readonly #words: Packaged["words"];

  constructor(words: Packaged["words"]) {
    this.#words = words;
  }

  say(name: string, facts: Readonly<Record<string, string>> = {}): string {
    return fill(String(this.#words[name]), facts);
  }

  some(name: string, items: readonly string[], called: string): string {
    const all = { [called]: this.enumerated(items) };
    return items.length > 0 ? this.say(`${name}.some`, all) : this.say(`${name}.none`);
  }

  /** The numbers, each work number with whose it is. */
  phones({ phones, workNumbers: { coach, client } }: Facts): string {
    const named = phones.map((phone) =>
      coach.includes(phone)
        ? this.say("fact.phone.coach", { phone })
        : client.includes(phone)
          ? this.say("fact.phone.client", { phone })
          : phone,
    );
    const marked = coach.length + client.length > 0;
    return this.some(marked ? "fact.phones.work" : "fact.phones", named, "phones");
  }

  /** A day in full: a date that is signed has its year. */
  day(at: number): string {
    const date = new Date(at * 1000);
    const { weekdays, months } = this.#words as Record<string, string[]>;
    return this.say("date", {
      weekday: weekdays?.[(date.getUTCDay() + 6) % 7] ?? "",
      day: String(date.getUTCDate()),
      month: months?.[date.getUTCMonth()] ?? "",
      year: String(date.getUTCFullYear()),
    });
  }

  days(count: number): string {
    const written = String(count).replace(/\B(?=\d{3}$)/, this.say("thousands"));
    return count === 1 ? this.say("days.one") : this.say("days.many", { count: written });
  }

  enumerated(items: readonly string[]): string {
    const last = items.at(-1) ?? "";
    const before = items.slice(0, -1).join(", ");
    return before ? `${before}${this.say("and")}${last}` : last;
  }
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
