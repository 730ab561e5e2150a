/**
 * Visit: one stay of one person in this page, from the first look at an invitation or a password to the lock.
 *
 * Owns which calls make sense when, and hands each to the flow that does it. It holds the keys through its parts and ends
 * with the worker: nothing of it is written anywhere. (src/session.ts says what each call means.)
 */

import { Api } from "../api.ts";
import { NONCE_BYTES, openBox, sealBox } from "../crypto/box.ts";
import { concat, fromBase64url, textBytes, toBase64url, toHex, utf8 } from "../crypto/encoding.ts";
import { selftest } from "../crypto/selftest.ts";
import type { ComingSession } from "../session.coming.ts";
import type { OwnSession, PasskeyResult } from "../session.own.ts";
import type { ReportSession } from "../session.report.ts";
import type {
  EnrolmentChoice,
  EnrolmentDraft,
  Event,
  FilePart,
  FoundInside,
  InvitationFacts,
  Layout,
  ListPage,
  ListRow,
  Message,
  Opened,
  Place,
  Resumed,
  SendRequest,
} from "../session.ts";
import type {
  AgreementRequest,
  CallRequest,
  Checked,
  CheckOutcome,
  ClosingPlan,
  ReceiptFacts,
  ReceiptRow,
  Work,
} from "../session.work.ts";
import { type Account, type Seen, signIn, signInBy, type Way } from "./account.ts";
import type { Coming } from "./coming.ts";
import { fault, fetched } from "./fault.ts";
import type { Inside, Keepsake } from "./inside.ts";
import type { Joining } from "./joining.ts";
import { OpenInbox } from "./openinbox.ts";
import type { Own } from "./own.ts";
import type { Run } from "./run.ts";
import { engagementToOpen } from "./whichone.ts";
import type { Workroom } from "./workroom.ts";
import type { World } from "./world.ts";

/** How long a lock waits for what it still has to say to the relay. */
const FAREWELL_MS = 2_000;

interface Open {
  readonly openedAt: number;
  readonly account: Account;
  /** null: a coach with whom nobody works. */
  readonly inbox: OpenInbox | null;
  readonly end: () => void;
}

/** Calls that tell of the open inbox what they tell of the others. */
const OF_ALL_CLIENTS: readonly (keyof OwnSession)[] = ["clients", "freshGlances"];

const NOTHING: ListPage = { rows: [], more: false, before: 0 };

/** What the list needs of the parts that are fetched later comes while the password is being stretched. */
function fetchBehind(): void {
  import("./sealedindex.ts").catch(() => {});
}

export class Visit implements Inside {
  readonly #world: World;
  readonly #api: Api;
  readonly #tell: (event: Event) => void;
  readonly #tested: Promise<void>;
  #place: Place | null = null;
  #joining: Joining | null = null;
  #coming: Coming | null = null;
  #own: Own | null = null;
  #open: Open | null = null;

  constructor(world: World, tell: (event: Event) => void) {
    this.#world = world;
    this.#tell = tell;
    this.#api = new Api(world);
    this.#api.ended = () => this.#ended();
    this.#tested = selftest();
    this.#tested.catch(() => {});
  }

  async place(): Promise<Place> {
    if (!this.#place) {
      const { name, firm } = await this.#api.relay();
      this.#place = { relayName: name, ...firm };
    }
    return this.#place;
  }

  // --- joining and unlocking ---

  async openInvitation(fragment: string): Promise<InvitationFacts> {
    await this.#tested;
    return await (await this.#join()).open(fragment);
  }

  async beginEnrolment(): Promise<EnrolmentDraft> {
    return await (await this.#join()).begin();
  }

  async holdPasskey(passkey: PasskeyResult): Promise<void> {
    await (await this.#join()).holdPasskey(passkey);
  }

  async finishEnrolment(choice: EnrolmentChoice): Promise<Opened> {
    const { name, way } = await (await this.#join()).finish(choice);
    return await this.#enter(await signInBy(this.#api, this.#world, name, way));
  }

  async unlock(way: Way, seen: Seen | null): Promise<Opened> {
    fetchBehind();
    await this.#tested;
    const account = await signIn(this.#api, this.#world, way, seen);
    const same = seen?.account === toHex(account.records.vault.accountId);
    return await this.#enter(account, undefined, same ? seen.engagement : null);
  }

  /** What only somebody who was invited needs is fetched for them alone. */
  async #join(): Promise<Joining> {
    const { Joining: Kind } = await fetched(() => import("./joining.ts"));
    this.#joining ??= new Kind(this.#api, this.#world.clock, this.#world);
    return this.#joining;
  }

  async keepTab(idleSeconds: number, label: string): Promise<string> {
    const open = this.#needOpen();
    const { keepTab } = await fetched(() => import("./tab.ts"));
    return await keepTab(this.#api, open, this.#world, { idleSeconds, label });
  }

  async resume(kept: string, chosen: string | null): Promise<Resumed> {
    fetchBehind();
    await this.#tested;
    const { resumeTab } = await fetched(() => import("./tab.ts"));
    const { account, openedAt } = await resumeTab(this.#api, this.#world, kept);
    return { opened: await this.#enter(account, openedAt, chosen), openedAt };
  }

  async choose(id: string): Promise<Opened> {
    const { account, inbox, openedAt, end } = this.#needOpen();
    await inbox?.flush().catch(() => {});
    // Until the other one is open this one stays: what fails on the way leaves it as it was.
    const opened = await this.#enter(account, openedAt, id);
    end();
    return opened;
  }

  async #enter(
    account: Account,
    openedAt = this.#world.clock.now(),
    chosen: string | null = null,
  ): Promise<Opened> {
    const [relayName, facts] = await Promise.all([this.#name(), this.#api.account()]);
    const wanted = chosen ? fromBase64url(chosen, 16) : null;
    const toOpen = () => engagementToOpen(account.records.vault.engagements, facts, wanted);
    if (toOpen() === null && facts.coach) {
      // A coach whose first client has answered meanwhile: without that there is nothing to open.
      const { Inviting } = await fetched(() => import("./inviting.ts"));
      await new Inviting(this.#api, account, this.#world).takeIn();
    }
    const found = toOpen();
    const tell = (event: Event) => this.#tell(event);
    const around = { api: this.#api, account, world: this.#world, relayName, tell };
    if (found === null && facts.coach) {
      const { Alone } = await fetched(() => import("./alone.ts"));
      const alone = new Alone(around);
      this.#api.forgetBrought();
      this.#open = { account, inbox: null, openedAt, end: () => alone.end() };
      return alone.begin();
    }
    if (found) {
      await account.records.hold(found);
    }
    const inbox = new OpenInbox({ ...around, chosen: found });
    const opened = await inbox.begin(facts.mailboxes);
    this.#api.forgetBrought();
    this.#open = { account, inbox, openedAt, end: () => inbox.end() };
    return opened;
  }

  /** Put away what is under way, end the session, and forget: the page ends this worker afterwards. */
  async lock(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (!open) {
      return;
    }
    open.end();
    const farewell = Promise.resolve(open.inbox?.flush())
      .catch(() => {})
      .then(() => this.#api.closeSession());
    await Promise.race([farewell.catch(() => {}), this.#world.pause(FAREWELL_MS)]);
  }

  // --- coming in beside another browser ---

  async coming(name: keyof ComingSession, args: readonly unknown[]): Promise<unknown> {
    await this.#tested;
    const coming = await this.#come();
    const work = coming[name] as (...given: unknown[]) => Promise<unknown>;
    return await work.call(coming, ...args);
  }

  async comeIn(choice: { readonly password: string } | PasskeyResult): Promise<Opened> {
    const { name, way } = await (await this.#come()).take(choice);
    return await this.#enter(await signInBy(this.#api, this.#world, name, way));
  }

  async #come(): Promise<Coming> {
    const { Coming: Kind } = await fetched(() => import("./coming.ts"));
    this.#coming ??= new Kind(this.#api, this.#world);
    return this.#coming;
  }

  // --- the open inbox ---

  async list(before: number | null): Promise<ListPage> {
    const { inbox } = this.#needOpen();
    return inbox ? await inbox.list(before) : NOTHING;
  }

  async read(id: string): Promise<Message> {
    return await this.#inbox.read(id);
  }

  async thread(threadId: string): Promise<readonly Message[]> {
    return await this.#inbox.thread(threadId);
  }

  async markRead(id: string): Promise<void> {
    await this.#inbox.markRead(id);
  }

  async markAll(ids: readonly string[], unread: boolean): Promise<void> {
    await this.#inbox.markAll(ids, unread);
  }

  async send(request: SendRequest, run: Run): Promise<ListRow> {
    return await this.#inbox.send(request, run);
  }

  async searchInside(typed: string, run: Run): Promise<FoundInside> {
    return await this.#inbox.searchInside(typed, run);
  }

  async file(id: string, index: number, run: Run): Promise<Blob> {
    return await this.#inbox.file(id, index, run);
  }

  async filePart(id: string, index: number, from: number, run: Run): Promise<FilePart> {
    return await this.#inbox.filePart(id, index, from, run);
  }

  async expire(id: string, whose: "mine" | "both"): Promise<void> {
    await this.#inbox.expire(id, whose);
  }

  async expireMine(ids: readonly string[]): Promise<void> {
    await this.#inbox.expireMine(ids);
  }

  async shorten(id: string, expiresAt: number): Promise<void> {
    await this.#inbox.shorten(id, expiresAt);
  }

  async layout(id: string): Promise<Layout | null> {
    return await this.#inbox.layout(id);
  }

  async judgeMail(id: string, mine: boolean): Promise<void> {
    await this.#inbox.judgeMail(id, mine);
  }

  // --- our work ---

  async work(): Promise<Work> {
    return await (await this.#work()).work();
  }

  async agree(id: string): Promise<void> {
    await (await this.#work()).agree(id);
  }

  async decline(id: string): Promise<void> {
    await (await this.#work()).decline(id);
  }

  async proposeAgreement(request: AgreementRequest): Promise<void> {
    await (await this.#work()).proposeAgreement(request);
  }

  async proposeKeep(ids: readonly string[], until: number): Promise<void> {
    await (await this.#work()).proposeKeep(ids, until);
  }

  async proposeReopen(until: number): Promise<void> {
    await (await this.#work()).proposeReopen(until);
  }

  async noteCall(request: CallRequest): Promise<void> {
    await (await this.#work()).noteCall(request);
  }

  async startCheck(run: Run): Promise<CheckOutcome> {
    return await (await this.#work()).startCheck(run.signal);
  }

  async agreeCheck(): Promise<void> {
    await (await this.#work()).agreeCheck();
  }

  async planClosing(): Promise<ClosingPlan> {
    return await (await this.#work()).planClosing();
  }

  async close(until: number, mineNow: boolean): Promise<void> {
    await (await this.#work()).close(until, mineNow);
  }

  async receipts(): Promise<readonly ReceiptRow[]> {
    return await (await this.#work()).receipts();
  }

  async receipt(id: string): Promise<ReceiptFacts> {
    return await (await this.#work()).receipt(id);
  }

  async checkReceipt(id: string): Promise<Checked> {
    return await (await this.#work()).checkReceipt(id);
  }

  async saveReceipts(ids: readonly string[]): Promise<Blob> {
    return await (await this.#work()).saveReceipts(ids);
  }

  async report(name: keyof ReportSession, args: readonly unknown[]): Promise<unknown> {
    return await (await this.#work()).report(name, args);
  }

  async #work(): Promise<Workroom> {
    return await this.#inbox.work();
  }

  // --- settings ---

  async own(name: keyof OwnSession, args: readonly unknown[], run: Run): Promise<unknown> {
    const { account, inbox } = this.#needOpen();
    if (OF_ALL_CLIENTS.includes(name)) {
      // They are read from what is stored: of the inbox that is open that has to be what is known here.
      await inbox?.flush().catch(() => {});
    }
    const { Own: Kind } = await fetched(() => import("./own.ts"));
    this.#own ??= new Kind(this.#api, account, this.#world, () => this.#work());
    return await this.#own.answer(name, args, run);
  }

  // --- unsent text over a lock ---

  async sealAside(draft: string): Promise<Keepsake> {
    const { account, inbox } = this.#needOpen();
    const { accountId, counter } = account.records.vault;
    const engagement = inbox ? toBase64url(inbox.engagementId) : "";
    const seen = { account: toHex(accountId), counter, engagement };
    if (!inbox) {
      return { seen, sealed: null };
    }
    const [place, nonce] = [concat(accountId, inbox.engagementId), this.#world.random(NONCE_BYTES)];
    const seal = () =>
      sealBox(account.keys.vaultKey, "draft", place, textBytes(draft.toWellFormed()), nonce);
    return { seen, sealed: draft ? seal() : null };
  }

  async openAside({ seen, sealed }: Keepsake): Promise<string | null> {
    const { account, inbox } = this.#needOpen();
    const { accountId } = account.records.vault;
    // What was written to one person must never stand ready to be sent to another.
    const here = inbox && seen.engagement === toBase64url(inbox.engagementId);
    if (!sealed || seen.account !== toHex(accountId) || !here) {
      return null;
    }
    const place = concat(accountId, inbox.engagementId);
    return utf8(openBox(account.keys.vaultKey, "draft", place, sealed));
  }

  async keepDrafts(text: string): Promise<boolean> {
    const { inbox } = this.#needOpen();
    return inbox ? await (await inbox.unsent()).save(text) : false;
  }

  async keptDrafts(): Promise<string | null> {
    const { inbox } = this.#needOpen();
    return inbox ? await (await inbox.unsent()).open() : null;
  }

  get #inbox(): OpenInbox {
    const { inbox } = this.#needOpen();
    if (!inbox) {
      throw fault("gone");
    }
    return inbox;
  }

  #needOpen(): Open {
    if (!this.#open) {
      throw fault("locked");
    }
    return this.#open;
  }

  async #name(): Promise<string> {
    return (await this.place()).relayName;
  }

  /** The relay has ended the session: by its age, or because the account is gone. */
  #ended(): void {
    if (this.#open) {
      this.#open.end();
      this.#open = null;
      this.#tell({ kind: "locked", why: "ended" });
    }
  }
}
