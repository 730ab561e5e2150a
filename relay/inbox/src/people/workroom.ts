/**
 * Workroom: *Our work*, as the page is told of it, and what a person does there.
 *
 * Owns the reading of dates and who decided them, calls, counts, closing, and keeping longer; hands changes of the
 * agreement and receipts to the modules that own them. Fetched when somebody first goes there. Must never sign anything
 * but what the page has shown, judged against the newest acts.
 */

import type { Api } from "../api.ts";
import { type Act, type ActCore, ActKind, actHash, encodeAct } from "../crypto/acts.ts";
import { encodeCall, parseCall } from "../crypto/call.ts";
import { ContentKind, parseContent } from "../crypto/content.ts";
import { type Bytes, compare, same, toHex } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import { dayOf, envelopeId, Role } from "../crypto/names.ts";
import { holdEndsAt } from "../crypto/policy.ts";
import { reseal } from "../crypto/resealing.ts";
import { chooseReadingKey, parseStatement, statementHash } from "../crypto/statement.ts";
import { SealKey } from "../crypto/suite.ts";
import type { ReportSession } from "../session.report.ts";
import type {
  AgreementRequest,
  Call,
  CallRequest,
  Checked,
  CheckOutcome,
  ClosingPlan,
  Dated,
  Proposal,
  ReceiptFacts,
  ReceiptRow,
  Remains,
  Work,
} from "../session.work.ts";
import { encodeDeposit } from "../wire.ts";
import { type Account, authority } from "./account.ts";
import { nextCore, postNext, sign } from "./acting.ts";
import { Agreements } from "./agreements.ts";
import { fault, fetched } from "./fault.ts";
import type { Keepers } from "./keepers.ts";
import type { LogHead } from "./loghead.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Notebook } from "./notebook.ts";
import type { Outbox } from "./outbox.ts";
import type { Receipts } from "./receipts.ts";
import type { Reopening } from "./reopening.ts";
import type { Reporting } from "./reporting.ts";
import { type Entry, formerOf, identityOf, isShown, type Shelf } from "./shelf.ts";
import { heardIn, SpokenCheck } from "./spoken.ts";
import type { Standing } from "./standing.ts";
import { COPY_SECONDS } from "./terms.ts";
import type { World } from "./world.ts";

const MOST_EXPIRED_AT_ONCE = 1_024;
const MOST_SUBJECTS = 20;

export interface Tools {
  readonly api: Api;
  readonly account: Account;
  readonly standing: Standing;
  readonly keepers: Keepers;
  readonly logHead: LogHead;
  readonly mailbox: Mailbox;
  readonly outbox: Outbox;
  readonly shelf: Shelf;
  readonly world: World;
  /** Read the engagement anew and tell the page. */
  readonly follow: () => Promise<void>;
  /** Take what has arrived. */
  readonly look: () => Promise<void>;
  readonly remove: (ids: readonly string[]) => void;
}

export class Workroom {
  readonly #tools: Tools;
  readonly #agreements: Agreements;
  readonly #check: SpokenCheck;
  #receipts: Receipts | null = null;
  #reporting: Reporting | null = null;
  #reopening: Reopening | null = null;
  #notebook: Notebook | null = null;
  #resealing: Promise<unknown> = Promise.resolve();

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#agreements = new Agreements(tools);
    this.#check = new SpokenCheck(tools);
  }

  // --- what is shown ---

  async work(): Promise<Work> {
    const { api, standing, mailbox, world } = this.#tools;
    await standing.refresh();
    const [relay, receipts] = await Promise.all([
      api.relay(),
      this.receipts().catch((): ReceiptRow[] => []),
      mailbox.toBottom(),
    ]);
    const startedAt = await this.#startedAt();
    const gone = receipts.filter((one) => one.kind === "deletion");
    const versions = await this.#agreements.versions(startedAt);
    const [agreement, ...earlier] = versions.reverse();
    if (!agreement) {
      throw fault("gone");
    }
    return {
      myRole: standing.myRoleName,
      state: standing.state,
      startedAt,
      workEnds: this.#workEnds(startedAt),
      deleted: this.#deleted(startedAt),
      backupDays: relay.backupTailDays,
      host: authority(world.origin),
      notes: standing.notes,
      here: this.#remains(),
      deletedThings: gone.reduce((sum, one) => sum + one.removed, 0),
      receipts: receipts.filter((one) => one.kind !== "acceptance").length,
      calls: this.#calls(),
      heard: heardIn(this.#living(), standing.place),
      agreement,
      earlier,
      proposals: this.#proposals(),
    };
  }

  /** How many changes of the agreement wait for me. */
  agreementsWaiting(): number {
    return this.#agreements.proposals().filter((one) => one.status === "open" && !one.mine).length;
  }

  /** When both had signed: the coach signed the invitation, the client's first card is as old as the second name under it. */
  async #startedAt(): Promise<number> {
    const { api, standing } = this.#tools;
    const offeredAt = standing.terms.acts[0]?.core.issuedAt ?? 0;
    await standing.fetchChains();
    const { myRole } = standing.place;
    const known = myRole === Role.CLIENT ? standing.chains.mine : standing.chains.theirs;
    const [first] = await api.statements(standing.engagementId, Role.CLIENT, 0);
    if (!first || !known.has(toHex(statementHash(first)))) {
      return offeredAt;
    }
    return Math.max(offeredAt, parseStatement(first).card.issuedAt);
  }

  /** The act that gave the end of the work its day. */
  #workEnds(startedAt: number): Dated {
    const { terms } = this.#tools.standing;
    const { POLICY, CLOSE, REOPEN } = ActKind;
    return this.#dated(terms.workEndsAt, [POLICY, CLOSE, REOPEN], startedAt);
  }

  #deleted(startedAt: number): Dated {
    const { terms } = this.#tools.standing;
    const agreed = terms.endsAt === holdEndsAt(terms.inForce.policy);
    const kinds = agreed ? [ActKind.POLICY] : [ActKind.POLICY, ActKind.CLOSE];
    return this.#dated(terms.endsAt, kinds, startedAt);
  }

  #dated(at: number, kinds: readonly ActKind[], startedAt: number): Dated {
    const { standing } = this.#tools;
    const act = standing.terms.acts.filter(({ core }) => kinds.includes(core.kind)).at(-1);
    if (!act || act.core.number === 1) {
      return { at, decision: { by: "both", how: "agreed", signedAt: startedAt } };
    }
    const by = standing.sideOf(act.by);
    const { kind, issuedAt } = act.core;
    const how = kind === ActKind.CLOSE ? "closed" : kind === ActKind.REOPEN ? "reopened" : "agreed";
    return { at, decision: { by, how, signedAt: issuedAt } };
  }

  #remains(): Remains {
    const now = this.#tools.world.clock.now();
    const living = this.#living().filter(({ row }) => row.expiresAt > now);
    const shown = living.filter(isShown);
    const files = shown.map(filesOf);
    return {
      messages: shown.length,
      unread: shown.filter(({ row }) => row.unread).length,
      files: files.reduce((sum, { count }) => sum + count, 0),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      calls: this.#calls().length,
    };
  }

  /** Everything in my mailbox but the places where something was. */
  #living(): Entry[] {
    return this.#tools.shelf.all().filter(({ row }) => !row.wentUnread);
  }

  #calls(): Call[] {
    const entries = this.#living().filter(
      ({ content }) => content?.special?.kind === ContentKind.CALL,
    );
    const calls = entries.flatMap(({ row, content }): Call[] => {
      const special = content?.special;
      if (!special) {
        return [];
      }
      const { minutes, heldAt } = parseCall(special.fixed);
      const note = String(special.shown.note ?? "");
      return [{ id: row.id, mine: row.mine, heldAt, minutes, note, expiresAt: row.expiresAt }];
    });
    return calls.sort((one, other) => other.heldAt - one.heldAt);
  }

  #proposals(): Proposal[] {
    const offers = this.#tools.standing.offers.map((act) => this.#offered(act));
    return [...offers, ...this.#agreements.proposals()];
  }

  /** An act of kind 3 or 5 that has one signature. */
  #offered(act: Act): Proposal {
    const { core } = act;
    const about = {
      id: idOf(core),
      mine: this.#tools.standing.isMine(act),
      proposedAt: core.issuedAt,
      status: "open",
      until: core.date,
    } as const;
    if (core.kind === ActKind.REOPEN) {
      return { ...about, kind: "reopen" };
    }
    const named = this.#named(core);
    const subjects = (named ?? []).slice(0, MOST_SUBJECTS).map(({ row }) => row.subject);
    const messages = named?.length ?? Math.ceil(core.envelopeIds.length / 2);
    return { ...about, kind: "keep", messages, subjects };
  }

  /**
   * The messages that an act of kind 3 names, each for both and until later than now; null where it names anything else:
   * the other's copy of what was taken back, say, beside mine of what is shown.
   */
  #named(core: ActCore): Entry[] | null {
    const left = new Set(core.envelopeIds.map(toHex));
    const named = this.#living().filter((entry) => {
      if (!identityOf(entry)?.shared || entry.row.expiresAt >= core.date) {
        return false;
      }
      const ids = this.#laterIds(entry, core.date).map(toHex);
      return ids.every((one) => left.has(one)) && ids.every((one) => left.delete(one));
    });
    return left.size === 0 ? named : null;
  }

  // --- answers and proposals ---

  async agree(id: string): Promise<void> {
    const { api, standing, mailbox, follow } = this.#tools;
    await Promise.all([standing.refresh(), mailbox.toBottom()]);
    const offer = standing.offers.find((act) => idOf(act.core) === id && !standing.isMine(act));
    if (offer) {
      if (offer.core.kind === ActKind.EXTEND && !this.#named(offer.core)) {
        throw fault("refused");
      }
      const both = sign(this.#tools, offer.core, offer);
      await api.addAct(standing.engagementId, encodeAct(both));
    } else {
      await this.#agreements.agree(id);
    }
    await follow();
  }

  async decline(id: string): Promise<void> {
    const { api, standing, follow, look } = this.#tools;
    if (standing.offers.some((act) => idOf(act.core) === id)) {
      await api.removeProposal(standing.engagementId);
    } else {
      await this.#agreements.decline(id);
      await look();
    }
    await follow();
  }

  async proposeAgreement(request: AgreementRequest): Promise<void> {
    await this.#agreements.propose(request);
    await this.#tools.look();
    await this.#tools.follow();
  }

  /** Ask for a later date for both copies of each message. */
  async proposeKeep(ids: readonly string[], until: number): Promise<void> {
    const { mailbox, standing } = this.#tools;
    const entries = await Promise.all(ids.map((id) => mailbox.find(id)));
    await standing.refresh();
    if (until > standing.terms.endsAt || entries.some(({ row }) => row.expiresAt >= until)) {
      throw fault("refused");
    }
    const envelopeIds = entries.flatMap((entry) => this.#laterIds(entry, until)).sort(compare);
    await this.#propose(nextCore(this.#tools, { kind: ActKind.EXTEND, date: until, envelopeIds }));
  }

  async proposeReopen(until: number): Promise<void> {
    await this.#tools.standing.refresh();
    await this.#propose(nextCore(this.#tools, { kind: ActKind.REOPEN, date: until }));
  }

  async #propose(core: ActCore): Promise<void> {
    const { api, standing, follow } = this.#tools;
    await api.putProposal(standing.engagementId, encodeAct(sign(this.#tools, core)));
    await follow();
  }

  async noteCall({ heldAt, minutes, note }: CallRequest): Promise<void> {
    const fixed = encodeCall({ heldAt, minutes });
    const shown = { note: note.toWellFormed() };
    await this.#tools.outbox.sendSpecial({ kind: ContentKind.CALL, fixed, shown });
    await this.#tools.look();
  }

  // --- the spoken check ---

  async startCheck(signal: AbortSignal): Promise<CheckOutcome> {
    return await this.#check.start(signal);
  }

  async agreeCheck(): Promise<void> {
    await this.#check.agreed();
    await this.#tools.look();
  }

  // --- closing ---

  async planClosing(): Promise<ClosingPlan> {
    const { standing, mailbox, world } = this.#tools;
    await Promise.all([standing.refresh(), mailbox.toBottom()]);
    const { endsAt, inForce } = standing.terms;
    const soonest = world.clock.now() + COPY_SECONDS;
    return {
      remains: this.#remains(),
      notes: standing.notes.count,
      soonestAt: inForce.policy.authorMayRecall ? Math.min(soonest, endsAt) : endsAt,
      latestAt: endsAt,
    };
  }

  async close(until: number, mineNow: boolean): Promise<void> {
    const { api, standing, world, follow, remove } = this.#tools;
    await postNext(this.#tools, () => {
      const core = nextCore(this.#tools, { kind: ActKind.CLOSE });
      if (standing.terms.phaseAt(world.clock.now()) !== "active") {
        throw fault("closed");
      }
      return { ...core, date: core.issuedAt, secondDate: until };
    });
    if (mineNow) {
      const entries = this.#living();
      for (let at = 0; at < entries.length; at += MOST_EXPIRED_AT_ONCE) {
        const batch = entries.slice(at, at + MOST_EXPIRED_AT_ONCE);
        const envelopeIds = batch.map((entry) => entry.envelopeId);
        await api.expireOwn(standing.place.myMailbox, envelopeIds);
        remove(batch.map(({ row }) => row.id));
      }
    }
    await follow();
  }

  // --- the report ---

  /** The report's pages, fetched when somebody first looks at one. `ReportSession` ties arguments to names. */
  async report(name: keyof ReportSession, args: readonly unknown[]): Promise<unknown> {
    const { Reporting: Kind } = await fetched(() => import("./reporting.ts"));
    this.#reporting ??= new Kind(this.#tools);
    const work = this.#reporting[name] as (...given: readonly unknown[]) => Promise<unknown>;
    return await work.call(this.#reporting, ...args);
  }

  /** Letting back in a client who has lost every way. */
  async reopening(): Promise<Reopening> {
    const { Reopening: Kind } = await fetched(() => import("./reopening.ts"));
    this.#reopening ??= new Kind(this.#tools);
    return this.#reopening;
  }

  /** A coach's own notes about the work. */
  async notebook(): Promise<Notebook> {
    const { Notebook: Kind } = await fetched(() => import("./notebook.ts"));
    this.#notebook ??= new Kind(this.#tools);
    return this.#notebook;
  }

  // --- receipts ---

  async receipts(): Promise<ReceiptRow[]> {
    return await (await this.#filed()).list();
  }

  async receipt(id: string): Promise<ReceiptFacts> {
    return await (await this.#filed()).one(id);
  }

  async checkReceipt(id: string): Promise<Checked> {
    return (await this.#filed()).check(id);
  }

  async saveReceipts(ids: readonly string[]): Promise<Blob> {
    return await (await this.#filed()).save(ids);
  }

  async #filed(): Promise<Receipts> {
    const { Receipts: Kind } = await fetched(() => import("./receipts.ts"));
    this.#receipts ??= new Kind(this.#tools);
    return this.#receipts;
  }

  // --- what both keep longer ---

  /** Seal again, under the later date, whatever of mine an act of both names and does not stand here yet. */
  resealAll(): Promise<void> {
    const done = this.#resealing.then(() => this.#resealAll());
    this.#resealing = done.catch(() => {});
    return done;
  }

  async #resealAll(): Promise<void> {
    const { standing, mailbox, look, world } = this.#tools;
    const acts = standing.terms.extensions.filter(({ date }) => date > world.clock.now());
    if (acts.length > 0) {
      await mailbox.toBottom();
    }
    let sealed = 0;
    for (const act of acts) {
      for (const entry of this.#living().filter((one) => this.#names(act, one))) {
        sealed += (await this.#reseal(entry, act.date)) ? 1 : 0;
      }
    }
    if (sealed > 0) {
      await look();
    }
  }

  /** The ids that a message will have under a later date, in both mailboxes; mail is in mine alone. */
  #laterIds(entry: Entry, until: number): Bytes[] {
    const named = identityOf(entry);
    if (!named) {
      throw fault("refused");
    }
    const { me, otherFp } = this.#tools.standing.place;
    const readers = named.shared ? [me.fp, otherFp] : [me.fp];
    return readers.map((fp) => envelopeId(EnvelopeClass.RESEALED, named.contentId, fp, until));
  }

  /** Whether an act of kind 3 names my copy of a message. */
  #names(act: ActCore, entry: Entry): boolean {
    const named = identityOf(entry);
    if (!named) {
      return false;
    }
    const { me } = this.#tools.standing.place;
    const id = envelopeId(EnvelopeClass.RESEALED, named.contentId, me.fp, act.date);
    return act.envelopeIds.some((one) => same(one, id));
  }

  /** Answers whether there was something to do. */
  async #reseal(entry: Entry, until: number): Promise<boolean> {
    const { api, standing, keepers, mailbox, world } = this.#tools;
    const { place, terms } = standing;
    const named = identityOf(entry);
    if (!named || entry.row.expiresAt >= until) {
      return false;
    }
    const id = envelopeId(EnvelopeClass.RESEALED, named.contentId, place.me.fp, until);
    const former = [entry.envelopeId, ...formerOf(entry)];
    const stays = terms.dateOf(id, until, entry.row.createdAt, former);
    // Somebody brought it forward after both had agreed to keep it: that holds.
    const [opened] = stays < until ? [] : await mailbox.allOpened([entry]);
    const content = opened?.content;
    if (!content) {
      return false;
    }
    const [part] = await mailbox.parts(entry);
    if (!part) {
      return false;
    }
    const now = world.clock.now();
    const key = chooseReadingKey(place.me.statement.card, now);
    const policy = terms.byHash(parseContent(part.content).policyHash);
    const mayRecall = policy?.authorMayRecall ?? true;
    const readerAccess = place.me.access.public;
    const addressing = {
      mailboxId: place.myMailbox,
      expiresAt: until,
      recipientFp: place.me.fp,
      target: { sealKey: SealKey.fromBytes(key.public), epoch: key.epoch },
      readerAccess,
      revokerAccess: mayRecall ? place.other.card.accessPublic : readerAccess,
      notBefore: 0,
    };
    const dayKeys = await keepers.dayKeys(dayOf(until));
    const envelope = await reseal(addressing, part, dayKeys, world.random);
    const blobIds = content.files.map(({ record }) => record.blobId);
    await api.deposit(encodeDeposit([{ envelope, blobIds }]));
    return true;
  }
}

/** How many files a message has, and their bytes together. */
function filesOf({ content, known }: Entry): { count: number; bytes: number } {
  const files = content?.files ?? [];
  const bytes = files.reduce((sum, { record }) => sum + record.plainBytes, 0);
  return known
    ? { count: known.row.files, bytes: known.row.fileBytes }
    : { count: files.length, bytes };
}

/** The name of an act for the page. */
function idOf(core: ActCore): string {
  return toHex(actHash(core)).slice(0, 32);
}
