/**
 * Reopened: who is client, where a coach has reopened a lost mailbox. Fetched only where an act says so.
 *
 * Owns the one change of a pin that no chain of statements carries: by an act that this coach's own key signed beside the
 * newcomer's, or by the former client's stop; and what is believed of what was given back. Must never move a pin by
 * anybody else's word, nor let a given-back date lie after the one that the acts left. (docs/protocol.md, part 25.)
 */

import type { Api, EngagementFacts } from "../api.ts";
import { type Act, type ActCore, ActKind, parseAct } from "../crypto/acts.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import type { Grant } from "../crypto/keeper_wire.ts";
import { accessHash, envelopeId, fingerprint, mailboxId, Role } from "../crypto/names.ts";
import { holdEndsAt, parsePolicy } from "../crypto/policy.ts";
import { ClientLine, encodeClients, parseClients, SLACK_SECONDS } from "../crypto/reopening.ts";
import type { Opened } from "../crypto/sealing.ts";
import {
  parseStatement,
  type Statement,
  statementFp,
  verifyStatement,
} from "../crypto/statement.ts";
import type { EngagementItem } from "../crypto/vault.ts";
import type { Account } from "./account.ts";
import { notTrusted, trusting } from "./fault.ts";
import type { Place } from "./party.ts";
import type { Clients, Sealed, Terms } from "./terms.ts";
import { engagementKept, KEPT_AFTER_SECONDS } from "./vault.ts";

/** The line of clients of one reading of the acts. */
class Line implements Clients {
  readonly #line: ClientLine;
  readonly #place: Place;
  readonly #others: readonly Statement[];

  constructor(place: Place, others: readonly Statement[]) {
    this.#place = place;
    this.#others = others;
    const publics = [place.clientPublic, ...others.map((one) => one.card.identityPublic)];
    this.#line = new ClientLine(place.coachPublic, publics);
  }

  take(act: Act): void {
    this.#line.take(act);
  }

  get now(): Bytes {
    return this.#line.line.at(-1) as Bytes;
  }

  get formerFps(): readonly Bytes[] {
    return this.#line.line.slice(0, -1);
  }

  get formerKeys(): readonly Bytes[] {
    return this.#formers().map((one) => one.card.identityPublic);
  }

  mine(fp: Bytes): boolean {
    return this.#place.myRole === Role.CLIENT && this.formerFps.some((one) => same(one, fp));
  }

  get givesBack(): boolean {
    return this.#place.myRole === Role.CLIENT && this.#line.reopened.length > 0;
  }

  gaveBack({ envelopeId: one, envelopeClass }: Sealed, terms: Terms): boolean {
    const resealed = envelopeClass === EnvelopeClass.RESEALED;
    return resealed && this.givesBack && terms.extensionOf(one) === null;
  }

  /** Whom the keepers name: who is the other party, or was it when this was sealed. */
  revokerIn(grants: readonly Grant[], usual: Bytes): Bytes {
    const named = grants[0]?.revokerHash;
    const formers = this.#others.map((one) => accessHash(one.card.accessPublic));
    const known =
      this.#place.myRole === Role.COACH && named && formers.some((one) => same(one, named));
    return known ? named : usual;
  }

  /** Whether what was given back may be shown, under this date. */
  fits({ content, contentId, classOfOrigin }: Opened, expiresAt: number, terms: Terms): boolean {
    const reopened = this.#line.reopened.at(-1);
    const late = !reopened || content.createdAt > reopened.issuedAt + SLACK_SECONDS;
    if (late || classOfOrigin !== EnvelopeClass.MESSAGE) {
      return false;
    }
    const before = terms.acts.slice(0, reopened.number - 1).map(({ core }) => core);
    return (
      expiresAt <=
      leftBy(before, content, this.#names(contentId, content.expiresAt, before), {
        cuts: terms.standing.cuts,
        takenAt: reopened.issuedAt,
      })
    );
  }

  /** Every id that a content had in an inbox before. */
  #names(contentId: Bytes, expiresAt: number, acts: readonly ActCore[]): ReadonlySet<string> {
    const { me, otherFp } = this.#place;
    const dates = acts.filter(({ kind }) => kind === ActKind.EXTEND).map(({ date }) => date);
    const fps = [me.fp, otherFp, ...this.#line.line];
    return new Set(
      fps.flatMap((fp) => [
        toHex(envelopeId(EnvelopeClass.MESSAGE, contentId, fp, expiresAt)),
        ...dates.map((date) => toHex(envelopeId(EnvelopeClass.RESEALED, contentId, fp, date))),
      ]),
    );
  }

  #formers(): Statement[] {
    const fps = this.formerFps;
    return this.#others.filter((one) => fps.some((fp) => same(fp, statementFp(one))));
  }
}

interface Ends {
  readonly cuts: readonly { readonly actAt: number; readonly endsAt: number }[];
  readonly takenAt: number;
}

/** The date that these acts left to a content. */
function leftBy(
  acts: readonly ActCore[],
  content: { readonly createdAt: number; readonly expiresAt: number },
  names: ReadonlySet<string>,
  { cuts, takenAt }: Ends,
): number {
  const about = acts.filter(({ envelopeIds }) => envelopeIds.some((one) => names.has(toHex(one))));
  const extension = about.filter(({ kind }) => kind === ActKind.EXTEND).at(-1);
  const since = extension?.number ?? 0;
  const madeAt = extension?.issuedAt ?? content.createdAt;
  const sooner = about.filter(({ kind, number }) => kind === ActKind.SHORTEN && number > since);
  const ends = cuts.filter(({ actAt }) => madeAt <= actAt && actAt <= takenAt);
  return Math.min(
    extension?.date ?? content.expiresAt,
    ...sooner.map(({ date }) => date),
    ...ends.map(({ endsAt }) => endsAt),
  );
}

/** Follow the acts; where they make another client than the pinned one, pin that. Answers whether a pin moved. */
export async function followClients(
  around: { readonly api: Api; readonly account: Account },
  item: EngagementItem,
  place: Place,
  { acts }: EngagementFacts,
): Promise<{ readonly clients: Clients; readonly moved: boolean }> {
  const { records } = around.account;
  const name = `clients/${toHex(item.engagementId)}`;
  const stored = records.vault.item(name);
  const others = trusting("vault", () => (stored ? parseClients(stored) : []).map(parseStatement));
  const coachs = place.myRole === Role.COACH;
  const known = coachs ? await withNewcomer(around.api, place, acts, others) : others;
  const line = new Line(place, known);
  trusting("acts", () => {
    for (const raw of acts) {
      line.take(parseAct(raw));
    }
  });
  if (same(line.now, fingerprint(place.clientPublic))) {
    return { clients: new Line(place, others), moved: false };
  }
  const all = [...known, place.other];
  const current = all.find((one) => same(statementFp(one), line.now));
  if (!coachs || !current) {
    throw notTrusted("acts");
  }
  const rest = all.filter((one) => one !== current).map(({ raw }) => raw);
  const theirMailboxId = mailboxId(item.engagementId, Role.CLIENT, line.now);
  const now = { ...item, theirStatement: current.raw, theirMailboxId };
  const expiresAt = holdEndsAt(parsePolicy(item.policy)) + KEPT_AFTER_SECONDS;
  await records.change(
    () =>
      new Map([
        ...engagementKept(now, expiresAt),
        [name, { plain: encodeClients(rest), expiresAt }],
      ]),
  );
  return { clients: line, moved: true };
}

/** The statements at hand, and the first of whoever signed an act of kind 8 beside this coach and is not among them. */
async function withNewcomer(
  api: Api,
  place: Place,
  acts: readonly Bytes[],
  others: readonly Statement[],
): Promise<readonly Statement[]> {
  const mine = fingerprint(place.coachPublic);
  const known = [mine, place.otherFp, ...others.map(statementFp)];
  const newcomers = acts
    .filter((raw) => raw[1] === ActKind.REOPEN_MAILBOX)
    .map((raw) => parseAct(raw).signers.map(({ fp }) => fp))
    .filter((fps) => fps.some((fp) => same(fp, mine)))
    .flatMap((fps) => fps.filter((fp) => !known.some((one) => same(one, fp))));
  if (newcomers.length === 0) {
    return others;
  }
  const [raw] = await api.statements(place.engagementId, Role.CLIENT, 0);
  const first = trusting("statement-chain", () => {
    const statement = parseStatement(raw ?? new Uint8Array(0));
    verifyStatement(statement);
    return statement;
  });
  const { keeperSet, number } = first.card;
  const signed = newcomers.some((fp) => same(fp, statementFp(first)));
  if (!signed || number !== 1 || !same(keeperSet, place.other.card.keeperSet)) {
    throw notTrusted("statement-place");
  }
  return [...others, first];
}
