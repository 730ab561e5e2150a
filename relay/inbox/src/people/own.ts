/**
 * Own: what a person does with their own account in the settings: browsers, ways in.
 *
 * Owns the making and closing of ways in after joining. Every change wraps the same account key, so no message is touched
 * by it. (docs/protocol.md, parts 3, 8, 9 and 13.)
 */

import { Api } from "../api.ts";
import { parseAct } from "../crypto/acts.ts";
import {
  type Browser,
  cutLabel,
  encodeBrowsers,
  MOST_BROWSERS,
  parseBrowsers,
} from "../crypto/browsers.ts";
import { type Bytes, fromBase64url, same, toBase64url, toHex } from "../crypto/encoding.ts";
import { parseEnvelope } from "../crypto/envelope.ts";
import { KeysError, Malformed } from "../crypto/errors.ts";
import type { Json } from "../crypto/json.ts";
import { DAY_SECONDS, fingerprint } from "../crypto/names.ts";
import { encodeSettings, SETTINGS } from "../crypto/settings.ts";
import { openLabel } from "../crypto/tab.ts";
import * as unlock from "../crypto/unlock.ts";
import type { EngagementItem } from "../crypto/vault.ts";
import type {
  Browsers,
  Cell,
  ClientRow,
  ForwardRule,
  GivenBack,
  InvitePreview,
  InviteRequest,
  Lent,
  LentState,
  MailIn,
  NewSheet,
  Notes,
  OpenBrowser,
  OwnSession,
  PasskeyResult,
  StoredTable,
  Told,
  ToldChoice,
  ToldWhen,
  WaitingInvitation,
  WayBack,
  WayIn,
} from "../session.own.ts";
import type { CheckOutcome } from "../session.work.ts";
import type { Fields } from "../wire.ts";
import { type Account, authority, signIn } from "./account.ts";
import type { CopyLock } from "./copylock.ts";
import * as enrol from "./enrol.ts";
import { fault, fetched } from "./fault.ts";
import type { Inviting } from "./inviting.ts";
import type { Lending } from "./lending.ts";
import type { Notebook } from "./notebook.ts";
import type { Reopening } from "./reopening.ts";
import type { Return } from "./returning.ts";
import type { Run } from "./run.ts";
import { type Changes, KEPT_SECONDS, type Vault } from "./vault.ts";
import type { Workroom } from "./workroom.ts";
import type { World } from "./world.ts";

const ITEM = "browsers";
const ENGAGEMENTS: readonly ClientRow["state"][] = ["draft", "active", "held", "gone", "withdrawn"];
const NOTICES = "/v1/notice-channel";
const STATES: readonly Told["state"][] = ["none", "waiting", "confirmed", "broken", "refused"];
const TIMES: readonly ToldWhen[] = ["at-once", "daily", "never"];
/** Thirty digits and what people put between them. */
const SHEET = /^\s*(\d[\s-]*){30}$/;
const KINDS: readonly WayIn["kind"][] = ["password", "sheet", "device", "passkey"];

function signalOf(run: Run | undefined): AbortSignal {
  return run?.signal ?? new AbortController().signal;
}

export class Own implements OwnSession {
  readonly #api: Api;
  readonly #account: Account;
  readonly #world: World;
  #drawn: string | null = null;
  #inviting: Inviting | null = null;
  #lending: Lending | null = null;
  #returning: Return | null = null;
  /** The copy that is being made. */
  #copy: CopyLock | null = null;
  /** Of the engagement that is open now. */
  readonly #work: () => Promise<Workroom>;

  constructor(api: Api, account: Account, world: World, work: () => Promise<Workroom>) {
    this.#api = api;
    this.#account = account;
    this.#world = world;
    this.#work = work;
  }

  // --- browsers and ways in ---

  async browsers(): Promise<Browsers> {
    const [open, ways] = await Promise.all([
      this.#api.ask("GET", "/v1/sessions"),
      this.#api.ask("GET", "/v1/methods"),
      this.#account.records.load(),
    ]);
    const known = new Map(this.#known().map((one) => [toBase64url(one.methodId), one]));
    return {
      open: open.objects("sessions").map((one) => this.#openBrowser(one)),
      ways: ways.objects("methods").flatMap((one) => wayIn(one, known)),
    };
  }

  async answerHappened(number: number): Promise<void> {
    const { answerHappened } = await fetched(() => import("./happened.ts"));
    await answerHappened(this.#account, number, this.#world.clock.now());
  }

  async answerSheet(group: string | null): Promise<void> {
    const { answerSheet } = await fetched(() => import("./asksheet.ts"));
    await answerSheet(this.#account, group, this.#world.clock.now());
  }

  async endReopening(): Promise<void> {
    const active = this.#account.records.vault.engagements.find((one) => one.active);
    if (active) {
      await this.#api.ask(
        "DELETE",
        `/v1/engagements/${toBase64url(active.engagementId)}/reopening`,
      );
    }
  }

  async checkReturn(run?: Run): Promise<CheckOutcome> {
    return await (await this.#return()).check(signalOf(run));
  }

  async agreeReturn(run?: Run): Promise<void> {
    await (await this.#return()).agree(signalOf(run));
  }

  async stopReturn(): Promise<void> {
    await (await this.#return()).stop();
  }

  async #return(): Promise<Return> {
    const { Return: Kind } = await fetched(() => import("./returning.ts"));
    this.#returning ??= new Kind(this.#api, this.#account, this.#world);
    return this.#returning;
  }

  // --- a client who has lost every way in ---

  async wayBack(): Promise<WayBack> {
    return await (await this.#reopening()).state();
  }

  async openWayBack(welcome: string): Promise<WayBack> {
    return await (await this.#reopening()).open(welcome);
  }

  async wayBackCode(): Promise<string> {
    return await (await this.#reopening()).code();
  }

  async endWayBack(): Promise<void> {
    await (await this.#reopening()).end();
  }

  async checkWayBack(run?: Run): Promise<CheckOutcome> {
    return await (await this.#reopening()).check(signalOf(run));
  }

  async agreeWayBack(run?: Run): Promise<GivenBack> {
    return await (await this.#reopening()).agree(run as Run);
  }

  async giveBack(run?: Run): Promise<GivenBack> {
    return await (await this.#reopening()).giveBack(run as Run);
  }

  async #reopening(): Promise<Reopening> {
    return await (await this.#work()).reopening();
  }

  // --- a coach's notes about the work ---

  async privateNotes(): Promise<Notes> {
    return await (await this.#notebook()).list();
  }

  async writeNote(text: string): Promise<void> {
    await (await this.#notebook()).write(text);
  }

  async expireNote(id: string): Promise<void> {
    await (await this.#notebook()).expire(id);
  }

  async #notebook(): Promise<Notebook> {
    return await (await this.#work()).notebook();
  }

  async endBrowser(id: string): Promise<void> {
    await this.#api.ask("DELETE", `/v1/sessions/${id}`);
  }

  async removeWay(id: string): Promise<void> {
    const methodId = fromBase64url(id, 16);
    await this.#api.ask("DELETE", `/v1/methods/${id}`);
    await this.#change((browsers) => browsers.filter((one) => !same(one.methodId, methodId)));
  }

  async prove(typed: string): Promise<void> {
    const api = new Api(this.#world);
    const { name } = this.#account;
    const way = SHEET.test(typed) ? { name, sheet: typed } : { name, password: typed };
    await signIn(api, this.#world, way, null);
    await api.closeSession();
  }

  async offerPassword(): Promise<string> {
    return enrol.drawPassword(await this.#world.words(), this.#world.random);
  }

  async changePassword(password: string): Promise<void> {
    await this.#replace("password", enrol.newPasswordSecret(password));
  }

  async drawSheet(): Promise<NewSheet> {
    this.#drawn = enrol.drawSheet(this.#world.random);
    return { inboxName: this.#inboxName, sheet: this.#drawn.split(" ") };
  }

  async keepSheet(): Promise<void> {
    if (this.#drawn === null) {
      throw fault("refused");
    }
    await this.#replace("sheet", enrol.sheetSecret(this.#drawn));
    this.#drawn = null;
  }

  async aboutPasskey(): Promise<{ name: string; inboxName: string }> {
    return { name: this.#account.name, inboxName: this.#inboxName };
  }

  async addPasskey(passkey: PasskeyResult, label: string): Promise<void> {
    const { accountKey, records } = this.#account;
    const seeds = { accountId: records.vault.accountId, accountKey };
    const { json } = enrol.makePasskey(passkey, seeds, this.#world.random);
    await this.#api.ask("POST", "/v1/methods", { method: json });
    await this.notePasskey(passkey.credentialId, label);
  }

  async notePasskey(credentialId: Bytes, label: string): Promise<void> {
    const methodId = unlock.passkeyMethodId(credentialId);
    const today = this.#today;
    const added = { methodId, addedOn: today, usedOn: today, label: cutLabel(label) };
    await this.#change((browsers) => [
      ...browsers.filter((one) => !same(one.methodId, methodId)),
      added,
    ]);
  }

  async usedPasskey(credentialId: Bytes): Promise<void> {
    const [methodId, today] = [unlock.passkeyMethodId(credentialId), this.#today];
    await this.#change((browsers) =>
      browsers.map((one) => (same(one.methodId, methodId) ? { ...one, usedOn: today } : one)),
    );
  }

  // --- mail from one's own address ---

  async mailIn(inboundAddress: string): Promise<MailIn> {
    const [{ mailboxes }, senders, rules] = await Promise.all([
      this.#api.account(),
      this.#api.ask("GET", "/v1/senders"),
      this.#api.ask("GET", "/v1/rules"),
    ]);
    const mailbox = mailboxes.find((one) => one.address === inboundAddress);
    const mailboxId = mailbox ? toBase64url(mailbox.mailboxId) : "";
    const mine = rules.objects("rules").map(rule);
    return {
      mailboxId,
      senders: senders.objects("senders").map((one) => ({
        id: toBase64url(one.bytes("sender_id", 16)),
        confirmed: one.text("state", 16) === "confirmed",
        addedOn: one.whole("added_on"),
      })),
      rules: mine.filter((one) => one.mailboxId === mailboxId),
    };
  }

  async addSender(address: string): Promise<void> {
    await this.#api.ask("POST", "/v1/senders", { address });
  }

  async confirmSender(code: string): Promise<void> {
    checkCode(code);
    await this.#api.ask("POST", "/v1/senders/confirm", { code });
  }

  async removeSender(id: string): Promise<void> {
    await this.#api.ask("DELETE", `/v1/senders/${id}`);
  }

  async addRule(mailboxId: string, senderId: string): Promise<void> {
    await this.#api.ask("POST", `/v1/mailboxes/${mailboxId}/rules`, { sender_id: senderId });
  }

  async testRule(id: string, address: string): Promise<void> {
    await this.#api.ask("POST", `/v1/rules/${id}/challenge`, { address });
  }

  async removeRule(id: string): Promise<void> {
    await this.#api.ask("DELETE", `/v1/rules/${id}`);
  }

  // --- a coach's clients ---

  async clients(): Promise<readonly ClientRow[]> {
    const waiting = this.#account.records.vault.engagements.some((one) => !one.active);
    const inviting = waiting ? await this.#invitations() : null;
    await inviting?.takeIn();
    const [{ mailboxes }, found] = await Promise.all([
      this.#api.account(),
      this.#api.ask("GET", "/v1/engagements"),
      this.#account.records.load(),
    ]);
    const shown = new Map(
      found.objects("engagements").map((one) => [toHex(one.bytes("engagement_id", 16)), one]),
    );
    const { identity, engagements } = this.#account.records.vault;
    const myFp = fingerprint(identity.public);
    return engagements.flatMap((item) => {
      const facts = shown.get(toHex(item.engagementId));
      const mailbox = mailboxes.find((one) => same(one.mailboxId, item.myMailboxId));
      if (!facts) {
        return [];
      }
      const reply = (invitation: Fields) => inviting?.reply(item, invitation) ?? null;
      return [clientRow(item, facts, mailbox?.address ?? "", myFp, reply)];
    });
  }

  // --- inviting, and a further browser ---

  async previewAgreement(request: InviteRequest): Promise<InvitePreview> {
    return await (await this.#invitations()).preview(request);
  }

  async invite(request: InviteRequest): Promise<WaitingInvitation> {
    const { name } = await this.#api.relay();
    return await (await this.#invitations()).invite(request, name);
  }

  async waitingInvitation(id: string): Promise<WaitingInvitation> {
    return await (await this.#invitations()).waiting(id);
  }

  async invitationCode(id: string): Promise<string> {
    return await (await this.#invitations()).code(id);
  }

  async withdrawInvitation(id: string): Promise<void> {
    await (await this.#invitations()).withdraw(id);
  }

  async invitationTerms(id: string): Promise<Omit<InviteRequest, "language">> {
    return (await this.#invitations()).terms(id);
  }

  async lend(): Promise<Lent> {
    return await (await this.#lendings()).lend();
  }

  async lentCode(): Promise<string> {
    return await (await this.#lendings()).code();
  }

  async lentState(): Promise<LentState> {
    return await (await this.#lendings()).state();
  }

  async endLending(): Promise<void> {
    await (await this.#lendings()).end();
  }

  async #invitations(): Promise<Inviting> {
    const { Inviting: Kind } = await fetched(() => import("./inviting.ts"));
    this.#inviting ??= new Kind(this.#api, this.#account, this.#world);
    return this.#inviting;
  }

  async #lendings(): Promise<Lending> {
    const { Lending: Kind } = await fetched(() => import("./lending.ts"));
    this.#lending ??= new Kind(this.#api, this.#account, this.#world);
    return this.#lending;
  }

  async keepLanguage(language: string): Promise<void> {
    const plain = encodeSettings({ language });
    const expiresAt = this.#world.clock.now() + KEPT_SECONDS;
    await this.#account.records.change((vault): Changes => {
      const before = vault.item(SETTINGS);
      return before && same(before, plain)
        ? new Map()
        : new Map([[SETTINGS, { plain, expiresAt }]]);
    });
  }

  // --- leaving ---

  async deleteMine(inboundAddress: string): Promise<number> {
    const { mailboxes } = await this.#api.account();
    const mailbox = mailboxes.find((one) => one.address === inboundAddress);
    if (!mailbox) {
      throw fault("gone");
    }
    let deleted = 0;
    for (let after = 0, more = true; more; ) {
      const page = await this.#api.rowsAfter(mailbox.mailboxId, after);
      const ids = page.rows.flatMap((row) =>
        row.kind === "envelope" ? [parseEnvelope(row.raw).header.envelopeId] : [],
      );
      deleted += ids.length > 0 ? await this.#api.expireOwn(mailbox.mailboxId, ids) : 0;
      after = page.next;
      more = page.more;
    }
    return deleted;
  }

  async leave(): Promise<void> {
    await this.#api.ask("DELETE", "/v1/account");
  }

  // --- being told by e-mail ---

  async told(): Promise<Told> {
    return told(await this.#api.ask("GET", NOTICES));
  }

  async setTold(choice: ToldChoice): Promise<Told> {
    const fields = {
      address: choice.address,
      subject: choice.subject,
      phrase: choice.phrase,
      when: choice.when,
      warnings: choice.warnings,
      hour: choice.hour,
      quiet_from: choice.quietFrom,
      quiet_until: choice.quietUntil,
      offset_minutes: choice.offsetMinutes,
    };
    return told(await this.#api.ask("PUT", NOTICES, fields));
  }

  async confirmTold(code: string): Promise<Told> {
    checkCode(code);
    return told(await this.#api.ask("POST", `${NOTICES}/confirm`, { code }));
  }

  async testTold(): Promise<Told> {
    return told(await this.#api.ask("POST", `${NOTICES}/test`));
  }

  async endTold(): Promise<void> {
    await this.#api.ask("DELETE", NOTICES);
  }

  // --- a copy under a password ---

  async lockCopy(password: string): Promise<Bytes> {
    const { CopyLock } = await fetched(() => import("./copylock.ts"));
    this.#copy = await CopyLock.under(password, this.#world.random);
    return this.#copy.head;
  }

  async sealCopy(piece: Bytes): Promise<Bytes> {
    return await this.#needCopy().seal(piece);
  }

  async endCopy(): Promise<Bytes> {
    const end = await this.#needCopy().finish();
    this.#copy = null;
    return end;
  }

  #needCopy(): CopyLock {
    if (!this.#copy) {
      throw fault("gone");
    }
    return this.#copy;
  }

  async rows(): Promise<readonly StoredTable[]> {
    const fields = await this.#api.ask("GET", "/v1/account/rows");
    return fields.objects("tables").map(storedTable);
  }

  async #replace(kind: "password" | "sheet", secret: Bytes): Promise<void> {
    const { name, accountKey, records } = this.#account;
    const seeds = { accountId: records.vault.accountId, accountKey };
    const who = { name, origin: this.#world.origin, seeds };
    const { json } = await enrol.makeMethod(kind, secret, who, this.#world.random);
    await this.#api.ask("POST", "/v1/methods", { method: json });
  }

  #openBrowser(one: Fields): OpenBrowser {
    return {
      id: toBase64url(one.bytes("session_id", 16)),
      label: this.#label(one.bytes("label")),
      seenAt: one.whole("seen_at"),
      expiresAt: one.whole("expires_at"),
      current: one.yes("current"),
    };
  }

  #label(box: Bytes): string {
    const { keys, records } = this.#account;
    try {
      return box.length > 0 ? openLabel(box, keys.vaultKey, records.vault.accountId) : "";
    } catch (reason) {
      if (reason instanceof KeysError) {
        return "";
      }
      throw reason;
    }
  }

  #known(vault: Vault = this.#account.records.vault): Browser[] {
    const plain = vault.item(ITEM);
    return plain ? parseBrowsers(plain) : [];
  }

  async #change(make: (browsers: readonly Browser[]) => readonly Browser[]): Promise<void> {
    await this.#account.records.change((vault): Changes => {
      const before = vault.item(ITEM);
      const plain = encodeBrowsers(make(this.#known(vault)).slice(-MOST_BROWSERS));
      const unchanged = before ? same(before, plain) : plain.length === 3;
      const expiresAt = this.#world.clock.now() + KEPT_SECONDS;
      return unchanged ? new Map() : new Map([[ITEM, { plain, expiresAt }]]);
    });
  }

  get #inboxName(): string {
    return `${this.#account.name}@${authority(this.#world.origin)}`;
  }

  get #today(): number {
    const now = this.#world.clock.now();
    return now - (now % DAY_SECONDS);
  }
}

/** What cannot be a code is not one of the five tries. */
function checkCode(code: string): void {
  if (!/^\d{8}$/.test(code)) {
    throw fault("refused");
  }
}

function rule(one: Fields): ForwardRule & { readonly mailboxId: string } {
  return {
    id: toBase64url(one.bytes("rule_id", 16)),
    mailboxId: toBase64url(one.bytes("mailbox_id", 16)),
    senderId: toBase64url(one.bytes("sender_id", 16)),
    address: one.text("address", 320),
    active: one.text("state", 16) === "active",
  };
}

function told(fields: Fields): Told {
  return {
    state: oneOf(STATES, fields.text("state", 16)),
    address: fields.text("address", 320),
    subject: fields.text("subject", 200),
    phrase: fields.text("phrase", 200),
    when: oneOf(TIMES, fields.text("when", 16)),
    warnings: fields.yes("warnings"),
    hour: fields.whole("hour"),
    quietFrom: fields.whole("quiet_from"),
    quietUntil: fields.whole("quiet_until"),
    // Not asked of the server: this device knows its own clock.
    offsetMinutes: 0,
  };
}

function oneOf<T extends string>(names: readonly T[], name: string): T {
  const found = names.find((one) => one === name);
  if (found === undefined) {
    throw new Malformed("another word than the contract has");
  }
  return found;
}

function clientRow(
  item: EngagementItem,
  facts: Fields,
  address: string,
  myFp: Bytes,
  reply: (invitation: Fields) => ClientRow["reply"],
): ClientRow {
  const theirs = facts
    .list("proposals")
    .filter((raw) => !parseAct(raw).signers.some(({ fp }) => same(fp, myFp)));
  const invitation = facts.has("invitation") ? facts.object("invitation") : null;
  const open = invitation?.text("state", 16) === "open";
  return {
    id: toBase64url(item.engagementId),
    name: item.theirName,
    state: oneOf(ENGAGEMENTS, facts.text("state", 16)),
    address,
    endsAt: facts.whole("ends_at"),
    asked: theirs.length,
    answered: !item.active && (invitation?.bytes("acceptance").length ?? 0) > 0,
    invitedUntil: open ? invitation.whole("expires_at") : 0,
    reply: invitation && reply(invitation),
  };
}

function storedTable(one: Fields): StoredTable {
  const rows = one.raw("rows").map((row) => (Array.isArray(row) ? row : []).map(cell));
  const columns = one.raw("columns").map(String);
  return { table: one.text("table", 64), count: one.whole("count"), columns, rows };
}

function cell(value: Json): Cell {
  if (typeof value === "number" || typeof value === "string" || value === null) {
    return value;
  }
  const bytes = value as { size_bytes?: Json; begins?: Json };
  return {
    sizeBytes: Number(bytes.size_bytes),
    begins: toHex(fromBase64url(String(bytes.begins))),
  };
}

function wayIn(one: Fields, known: ReadonlyMap<string, Browser>): WayIn[] {
  const kind = KINDS.find((name) => name === one.text("kind", 16));
  const id = toBase64url(one.bytes("method_id", 16));
  const noted = known.get(id);
  const { label, addedOn, usedOn } = noted ?? { label: "", addedOn: 0, usedOn: 0 };
  return kind ? [{ id, kind, label, addedOn, usedOn }] : [];
}
