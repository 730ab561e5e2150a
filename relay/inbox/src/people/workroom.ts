/**
 * Workroom: *Our work*, as the page is told of it, and what a person does there.
 *
 * Owns what waits for an answer, calls, and the parts that are fetched when first asked for; hands changes of the
 * agreement, the spoken check, closing and receipts to the modules that own them. Fetched when somebody first goes there.
 * Must never sign anything but what the page has shown, judged against the newest acts.
 */

import { type Act, type ActCore, ActKind, encodeAct } from "../crypto/acts.ts";
import { encodeCall } from "../crypto/call.ts";
import { ContentKind } from "../crypto/content.ts";
import { compare } from "../crypto/encoding.ts";
import type { ReportSession } from "../session.report.ts";
import type {
  AgreementRequest,
  CallRequest,
  Checked,
  CheckOutcome,
  ClosingPlan,
  Proposal,
  ReceiptFacts,
  ReceiptRow,
  Work,
} from "../session.work.ts";
import { authority } from "./account.ts";
import { nameOf, nextCore, sign } from "./acting.ts";
import { Agreements } from "./agreements.ts";
import * as closing from "./closing.ts";
import * as decided from "./decided.ts";
import { fault, fetched } from "./fault.ts";
import { KeepingLonger } from "./keepinglonger.ts";
import type { Notebook } from "./notebook.ts";
import type { OwnShelf } from "./ownshelf.ts";
import type { Receipts } from "./receipts.ts";
import { calls, living, remains } from "./remains.ts";
import type { Reopening } from "./reopening.ts";
import type { Reporting } from "./reporting.ts";
import { heardIn, SpokenCheck } from "./spoken.ts";
import type { Tools } from "./tools.ts";

const MOST_SUBJECTS = 20;

export class Workroom {
  readonly #tools: Tools;
  readonly #agreements: Agreements;
  readonly #check: SpokenCheck;
  readonly #longer: KeepingLonger;
  #receipts: Receipts | null = null;
  #reporting: Reporting | null = null;
  #reopening: Reopening | null = null;
  #notebook: Notebook | null = null;
  #records: OwnShelf | null = null;

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#agreements = new Agreements(tools);
    this.#check = new SpokenCheck(tools);
    this.#longer = new KeepingLonger(tools);
  }

  // --- what is shown ---

  async work(): Promise<Work> {
    const { api, standing, mailbox, shelf, world } = this.#tools;
    await standing.refresh();
    const [relay, receipts] = await Promise.all([
      api.relay(),
      this.receipts().catch((): ReceiptRow[] => []),
      mailbox.toBottom(),
    ]);
    const began = await decided.startedAt(this.#tools);
    const gone = receipts.filter((one) => one.kind === "deletion");
    const versions = await this.#agreements.versions(began);
    const [agreement, ...earlier] = versions.reverse();
    if (!agreement) {
      throw fault("gone");
    }
    return {
      myRole: standing.myRoleName,
      state: standing.state,
      startedAt: began,
      workEnds: decided.workEnds(standing, began),
      deleted: decided.deleted(standing, began),
      backupDays: relay.backupTailDays,
      host: authority(world.origin),
      notes: standing.notes,
      here: remains(shelf, world.clock.now()),
      deletedThings: gone.reduce((sum, one) => sum + one.removed, 0),
      receipts: receipts.filter((one) => one.kind !== "acceptance").length,
      calls: calls(shelf),
      heard: heardIn(living(shelf), standing.place),
      agreement,
      earlier,
      proposals: this.#proposals(),
    };
  }

  /** How many changes of the agreement wait for me. */
  agreementsWaiting(): number {
    return this.#agreements.proposals().filter((one) => one.status === "open" && !one.mine).length;
  }

  #proposals(): Proposal[] {
    const offers = this.#tools.standing.offers.map((act) => this.#offered(act));
    return [...offers, ...this.#agreements.proposals()];
  }

  /** An act of kind 3 or 5 that has one signature. */
  #offered(act: Act): Proposal {
    const { core } = act;
    const about = {
      id: nameOf(core),
      mine: this.#tools.standing.isMine(act),
      proposedAt: core.issuedAt,
      status: "open",
      until: core.date,
    } as const;
    if (core.kind === ActKind.REOPEN) {
      return { ...about, kind: "reopen" };
    }
    const named = this.#longer.named(core);
    const subjects = (named ?? []).slice(0, MOST_SUBJECTS).map(({ row }) => row.subject);
    const messages = named?.length ?? Math.ceil(core.envelopeIds.length / 2);
    return { ...about, kind: "keep", messages, subjects };
  }

  // --- answers and proposals ---

  async agree(id: string): Promise<void> {
    const { api, standing, mailbox, follow } = this.#tools;
    await Promise.all([standing.refresh(), mailbox.toBottom()]);
    const offer = standing.offers.find((act) => nameOf(act.core) === id && !standing.isMine(act));
    if (offer) {
      if (offer.core.kind === ActKind.EXTEND && !this.#longer.named(offer.core)) {
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
    if (standing.offers.some((act) => nameOf(act.core) === id)) {
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
    const envelopeIds = entries
      .flatMap((entry) => this.#longer.laterIds(entry, until))
      .sort(compare);
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
    return await closing.plan(this.#tools);
  }

  async close(until: number, mineNow: boolean): Promise<void> {
    await closing.close(this.#tools, until, mineNow);
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

  /** What I wrote down for nobody else, beside calls and copies. */
  async records(): Promise<OwnShelf> {
    const { OwnShelf: Kind } = await fetched(() => import("./ownshelf.ts"));
    this.#records ??= new Kind(this.#tools, () => this.notebook());
    return this.#records;
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

  async resealAll(): Promise<void> {
    await this.#longer.resealAll();
  }
}
