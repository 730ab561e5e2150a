/**
 * Reporting: what both write for the sponsor, what each signs of it, and how the client lets it out and takes it back.
 *
 * Owns the steps that leave (contents of kind 13), the sponsor's way in, the ticket, and the revocations that follow.
 * Fetched when somebody first looks at the report. Must never sign anything but the newest version as it was shown, nor let
 * an envelope leave before what ends it is kept. (docs/protocol.md, part 23.)
 */

import { isProblem } from "../api.ts";
import { type ActCore, ActKind, encodeAct } from "../crypto/acts.ts";
import { parseCall } from "../crypto/call.ts";
import { ContentKind } from "../crypto/content.ts";
import {
  type Bytes,
  concat,
  counted,
  type Random,
  same,
  toBase64url,
  toHex,
} from "../crypto/encoding.ts";
import { EnvelopeClass, parseEnvelope } from "../crypto/envelope.ts";
import { KeysError } from "../crypto/errors.ts";
import { linkAccessKey, linkId } from "../crypto/locks.ts";
import { DAY_SECONDS, dayOf, fingerprint, ZERO_HASH } from "../crypto/names.ts";
import {
  checkAlike,
  checkPart,
  encodeFragment,
  linkReaderFp,
  pairHash,
  type Served,
  slotOf,
  sponsorMailbox,
  ticketSubject,
} from "../crypto/release.ts";
import { encodeReleaseFrame, type ReleaseTerms } from "../crypto/release_terms.ts";
import { encodeReport, type Report } from "../crypto/report.ts";
import { encodeStep, NO_LINK, type Step } from "../crypto/report_steps.ts";
import { type Part, sealEnvelope, signContent } from "../crypto/sealing.ts";
import { statementHash } from "../crypto/statement.ts";
import { judged, NotShown } from "../release/open.ts";
import type {
  ReleaseFacts,
  ReportFacts,
  ReportFields,
  ReportSession,
  SeenFacts,
  SignatureFacts,
  SponsorWay,
  VersionFacts,
} from "../session.report.ts";
import { nextCore, postNext, sign } from "./acting.ts";
import { fault } from "./fault.ts";
import {
  encodeKept,
  type KeptRelease,
  keptOf,
  openMeanwhile,
  overNow,
  parseKept,
} from "./kept_releases.ts";
import { readSteps, type Signed, type Steps, type Version } from "./reportsteps.ts";
import type { Tools } from "./workroom.ts";

const TRIES = 5;
const AGAIN_MS = 30_000;
const DIGITS = 6;
/** Far more than a few envelopes of a report. */
const MOST_ANSWER_BYTES = 8 * 1024 * 1024;

/** What the relay holds for the sponsor. */
interface Held {
  readonly slot: { readonly linkId: Bytes; readonly mailboxId: Bytes } | null;
  readonly releases: readonly {
    readonly actNumber: number;
    readonly notBefore: number;
    readonly endsAt: number;
    readonly envelope: Bytes;
  }[];
}

export class Reporting implements ReportSession {
  readonly #tools: Tools;
  #repeat: (() => void) | null = null;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  // --- what is shown ---

  async facts(): Promise<ReportFacts> {
    const { standing } = this.#tools;
    const steps = await this.#read();
    const acts = this.#acts();
    const held = await this.#held();
    await this.#revokeOver(acts, held);
    const [newest] = steps.versions;
    const { policy } = standing.terms.inForce;
    const firstOfEach = steps.versions.filter(
      (one, index, all) => all[index - 1]?.number !== one.number,
    );
    return {
      myRole: standing.myRoleName,
      active: standing.state === "active",
      sponsorName: policy.sponsorName,
      callDays: policy.sponsorToldCalls ? this.#callDays() : null,
      versions: firstOfEach.map(versionFacts),
      beside: steps.versions
        .filter((one) => one.number === newest?.number)
        .slice(1)
        .map(versionFacts),
      coachSigned: signatureFacts(steps.coach),
      clientSigned: signatureFacts(steps.client),
      dropped: steps.dropped,
      answer: steps.answer,
      slot: held.slot !== null,
      ...this.#released(held),
      unconfirmed: this.#over(acts, held).length > 0,
      latestAt: standing.terms.endsAt,
    };
  }

  /** The newest acts of kinds 6 and 7 say what was let out, and whether it was taken back. */
  #released(held: Held): { release: ReleaseFacts | null; withdrawnAt: number | null } {
    const { standing, world } = this.#tools;
    const cores = standing.terms.acts.map(({ core }) => core);
    const out = cores.filter(({ kind }) => kind === ActKind.RELEASE).at(-1);
    const back = cores.filter(({ kind }) => kind === ActKind.WITHDRAW).at(-1);
    if (!out || (back && back.number > out.number)) {
      return { release: null, withdrawnAt: out && back ? back.issuedAt : null };
    }
    const [from, until, now] = [out.date || out.issuedAt, out.secondDate, world.clock.now()];
    const stands = held.releases.some(({ actNumber }) => actNumber === out.number);
    const begun = now < from ? "waiting" : "open";
    const state = now >= until ? "ended" : stands ? begun : "closed";
    const listed = held.releases.map(({ actNumber }) => actNumber);
    const earlier = state === "waiting" && openMeanwhile(cores, listed, now);
    const meanwhile = earlier ? { earlierUntil: earlier.secondDate } : {};
    return { release: { state, from, until, ...meanwhile }, withdrawnAt: null };
  }

  /** On which days calls were held, as either has noted them. */
  #callDays(): number[] {
    const calls = this.#tools.shelf
      .all()
      .flatMap(({ content }) =>
        content?.special?.kind === ContentKind.CALL ? [parseCall(content.special.fixed)] : [],
      );
    return calls.map(({ heldAt }) => Math.floor(heldAt / DAY_SECONDS)).sort((a, b) => a - b);
  }

  async #read(): Promise<Steps> {
    const { standing, mailbox, shelf } = this.#tools;
    await Promise.all([standing.refresh(), mailbox.toBottom()]);
    return readSteps(shelf.all(), standing);
  }

  // --- what is written ---

  async write(fields: ReportFields, after: string | null): Promise<void> {
    const { standing } = this.#tools;
    const { versions } = await this.#read();
    const before = versions[0];
    if ((before ? idOf(before) : null) !== after) {
      throw fault("refused", "report-changed");
    }
    const { policy } = standing.terms.inForce;
    const { place, item, myRoleName } = standing;
    const coach = myRoleName === "coach";
    const report = encodeReport({
      ...fields,
      engagementId: standing.engagementId,
      coachFp: fingerprint(place.coachPublic),
      clientFp: fingerprint(place.clientPublic),
      coachName: coach ? item.myName : item.theirName,
      clientName: coach ? item.theirName : item.myName,
      sponsorName: policy.sponsorName,
      callDays: policy.sponsorToldCalls ? fields.callDays : null,
    });
    await this.#send({
      kind: "version",
      version: (before?.number ?? 0) + 1,
      previousHash: before?.hash ?? ZERO_HASH,
      report,
    });
  }

  async answer(version: string, answer: "declined" | "change", note: string): Promise<void> {
    const { number, previousHash, hash } = this.#newest(await this.#read(), version);
    const step = { kind: "answer", version: number, previousHash, reportHash: hash } as const;
    await this.#send(step, { answer, note: note.toWellFormed() });
  }

  async #send(step: Step, shown: Record<string, string> = {}): Promise<void> {
    const { outbox, look } = this.#tools;
    await outbox.sendSpecial({ kind: ContentKind.REPORT, fixed: encodeStep(step), shown });
    await look();
  }

  /** The newest version, where it is the one that was shown, and the agreement still names this sponsor. */
  #newest({ versions }: Steps, shown: string): Version {
    const { standing } = this.#tools;
    const [newest] = versions;
    if (!newest || idOf(newest) !== shown) {
      throw fault("refused", "report-changed");
    }
    const { report } = newest;
    const { policy } = standing.terms.inForce;
    const { coachPublic, clientPublic } = standing.place;
    const ours =
      same(report.coachFp, fingerprint(coachPublic)) &&
      same(report.clientFp, fingerprint(clientPublic)) &&
      report.sponsorName === policy.sponsorName &&
      (policy.sponsorToldCalls || report.callDays === null);
    if (!ours) {
      throw fault("refused", "report-stale");
    }
    return newest;
  }

  // --- the coach's side ---

  async sign(version: string, notBefore: number, endsAt: number): Promise<SponsorWay> {
    const { standing, world } = this.#tools;
    const steps = await this.#read();
    const newest = this.#newest(steps, version);
    if (standing.myRoleName !== "coach" || endsAt > standing.terms.endsAt) {
      throw fault("refused");
    }
    const held = await this.#held();
    const secret = this.#sameReader(steps, newest, held) ?? world.random(32);
    const way = await this.#openSlot(secret);
    const terms = this.#terms(newest, secret, notBefore, endsAt);
    await this.#send({ ...this.#signed(newest, terms), linkSecret: secret });
    return way;
  }

  /** The link that the same person has already; another person gets another link, and the old one ends. */
  #sameReader(steps: Steps, { report }: Version, held: Held): Bytes | null {
    const open = openLink(steps, held);
    return open?.person === report.sponsorPerson ? open.secret : null;
  }

  async newDigits(): Promise<SponsorWay> {
    const open = openLink(await this.#read(), await this.#held());
    if (!open) {
      throw fault("gone");
    }
    return await this.#openSlot(open.secret);
  }

  /** Open the sponsor's way in, with digits drawn anew. */
  async #openSlot(secret: Bytes): Promise<SponsorWay> {
    const { api, standing, world } = this.#tools;
    const digits = drawDigits(world.random);
    await api.ask("PUT", `${this.#path}/slot`, {
      link_id: toBase64url(linkId(secret)),
      reader_key: toBase64url(linkAccessKey(secret).public),
      digits,
    });
    const { coachPublic, clientPublic } = standing.place;
    const pair = pairHash(fingerprint(coachPublic), fingerprint(clientPublic));
    return { link: `${world.origin}/r/${encodeFragment({ secret, pair })}`, digits };
  }

  #terms(
    { number, bytes }: Version,
    secret: Bytes,
    notBefore: number,
    endsAt: number,
  ): ReleaseTerms {
    return { version: number, readerFp: linkReaderFp(secret), notBefore, endsAt, report: bytes };
  }

  /** My half: a content of kind 5, signed under class 4, as a step that carries it. */
  #signed({ number, previousHash }: Version, terms: ReleaseTerms) {
    const { account, standing, logHead, world } = this.#tools;
    const { me } = standing.place;
    const frame = encodeReleaseFrame({
      nonce: world.random(16),
      threadId: world.random(16),
      createdAt: world.clock.now(),
      policyHash: standing.terms.inForce.hash,
      senderFp: me.fp,
      checkpointHash: logHead.hash,
      vaultCounter: account.records.vault.counter,
      senderStatementHash: statementHash(me.statement.raw),
      terms,
    });
    const part = signContent(frame, EnvelopeClass.RELEASE, me.identity);
    return { kind: "signed", version: number, previousHash, linkSecret: NO_LINK, ...part } as const;
  }

  // --- the client's side ---

  async release(version: string, notBefore: number, endsAt: number): Promise<void> {
    const { standing, world, follow } = this.#tools;
    const steps = await this.#read();
    const newest = this.#newest(steps, version);
    const { coach } = steps;
    if (standing.myRoleName !== "client" || !coach || endsAt <= world.clock.now()) {
      throw fault("refused");
    }
    const terms = this.#terms(newest, coach.linkSecret, notBefore, endsAt);
    const step = this.#signed(newest, terms);
    checkAlike(coach, checkPart(step, standing.place.me.identity.public));
    const envelope = await this.#seal(coach, terms, [coach.part, step]);
    await this.#post(envelope, terms);
    await follow();
    // The release is out, and both see it by its act: what the other is told beside that may fail.
    await this.#send(step).catch(() => {});
  }

  async #seal(coach: Signed, terms: ReleaseTerms, parts: readonly Part[]): Promise<Bytes> {
    const { standing, keepers, world } = this.#tools;
    const { linkSecret } = coach;
    const addressing = {
      envelopeClass: EnvelopeClass.RELEASE,
      mailboxId: sponsorMailbox(standing.engagementId, terms.readerFp),
      policyTag: standing.terms.inForce.hash.slice(0, 16),
      expiresAt: terms.endsAt,
      recipientFp: terms.readerFp,
      target: { linkSecret },
      readerAccess: linkAccessKey(linkSecret).public,
      revokerAccess: standing.place.me.access.public,
      notBefore: terms.notBefore,
    };
    const dayKeys = await keepers.dayKeys(dayOf(terms.endsAt));
    return await sealEnvelope(addressing, parts, dayKeys, world.random);
  }

  /** Keep what ends it, then post it with its ticket: anew whenever the other person's act was first. */
  async #post(raw: Bytes, terms: ReleaseTerms): Promise<void> {
    const { api, standing } = this.#tools;
    const envelope = parseEnvelope(raw);
    for (let attempt = 1; ; attempt++) {
      await standing.refresh();
      const core = nextCore(this.#tools, {
        kind: ActKind.RELEASE,
        date: terms.notBefore,
        secondDate: terms.endsAt,
        subject: ticketSubject(raw),
      });
      await this.#keep((kept) => [
        ...kept.filter(({ subject }) => !same(subject, core.subject)),
        keptOf(envelope, core.number),
      ]);
      const act = encodeAct(sign(this.#tools, core));
      try {
        return await api.post(`${this.#path}/release`, concat(counted(act, 4), counted(raw, 4)));
      } catch (reason) {
        if (!isProblem(reason, "act-out-of-order") || attempt === TRIES) {
          throw reason;
        }
      }
    }
  }

  async withdraw(): Promise<void> {
    const { standing, follow } = this.#tools;
    const held = await this.#held().catch(() => null);
    const mailboxId = this.#kept().at(-1)?.mailboxId ?? held?.slot?.mailboxId;
    if (standing.myRoleName !== "client" || !mailboxId) {
      throw fault("refused");
    }
    const subject = slotOf(mailboxId);
    try {
      await postNext(this.#tools, () => nextCore(this.#tools, { kind: ActKind.WITHDRAW, subject }));
    } finally {
      // Whatever the relay made of the act: the keepers are asked in any case.
      await this.#revoke(this.#kept());
    }
    await follow();
  }

  // --- what ends a release ---

  async settle(): Promise<void> {
    await this.#tools.standing.refresh();
    const acts = this.#acts();
    await this.#revokeOver(acts, await this.#held().catch(() => null));
  }

  #acts(): ActCore[] {
    return this.#tools.standing.terms.acts.map(({ core }) => core);
  }

  /** Ask the keepers to refuse what is over; again after a while where one has not confirmed it. */
  async #revokeOver(acts: readonly ActCore[], held: Held | null): Promise<void> {
    await this.#revoke(this.#over(acts, held));
  }

  /** `acts` are those that were known before the relay was asked what it holds: what came since is on no list of before. */
  #over(acts: readonly ActCore[], held: Held | null): KeptRelease[] {
    const open = held ? (held.slot?.mailboxId ?? null) : undefined;
    const listed = held?.releases.map(({ actNumber }) => actNumber);
    return overNow(this.#kept(), acts, open, this.#tools.world.clock.now(), listed);
  }

  async #revoke(over: readonly KeptRelease[]): Promise<void> {
    const { keepers, world } = this.#tools;
    const done = await Promise.all(
      over.map(async (one) => ((await keepers.revoke(one).catch(() => false)) ? [one] : [])),
    );
    const confirmed = done.flat();
    const now = world.clock.now();
    const leaves = (one: KeptRelease) =>
      one.endsAt <= now || confirmed.some(({ subject }) => same(subject, one.subject));
    if (this.#kept().some(leaves)) {
      await this.#keep((kept) => kept.filter((one) => !leaves(one)));
    }
    this.#repeat?.();
    this.#repeat = null;
    if (confirmed.length < over.length) {
      this.#repeat = world.after(AGAIN_MS, () => {
        this.settle()
          .then(() => this.#tools.follow())
          .catch(() => {});
      });
    }
  }

  #kept(): KeptRelease[] {
    const { account, standing } = this.#tools;
    const plain = account.records.vault.item(standing.itemName("releases"));
    return plain ? parseKept(plain) : [];
  }

  async #keep(change: (kept: KeptRelease[]) => KeptRelease[]): Promise<void> {
    const { account, standing } = this.#tools;
    const name = standing.itemName("releases");
    await account.records.change((vault) => {
      const plain = vault.item(name);
      const kept = change(plain ? parseKept(plain) : []);
      return new Map([[name, { plain: encodeKept(kept), expiresAt: standing.keptUntil() }]]);
    });
  }

  // --- what the sponsor sees ---

  async seen(): Promise<SeenFacts | null> {
    const { api, standing, world } = this.#tools;
    const steps = await this.#read();
    const held = await this.#held();
    const now = world.clock.now();
    const served = held.releases.filter((one) => one.notBefore <= now && now < one.endsAt).at(-1);
    const secret = openLink(steps, held)?.secret;
    if (!served || !secret) {
      return null;
    }
    const { acts } = await api.engagement(standing.engagementId);
    const { coachPublic, clientPublic, pins } = standing.place;
    const pair = pairHash(fingerprint(coachPublic), fingerprint(clientPublic));
    const answer: Served = {
      coachPublic,
      clientPublic,
      ticket: acts[served.actNumber - 1] ?? ZERO_HASH,
      keeperIds: pins.keepers.map(({ keeperId }) => keeperId),
      envelope: served.envelope,
    };
    const keep = async (id: Bytes, request: Bytes) => (await api.openLocks(id, request)).buffer;
    try {
      const found = await judged({ secret, pair }, answer, now, world.random, keep);
      const releasedAt = Math.max(found.releasedAt, found.notBefore);
      return { report: found.report, releasedAt, endsAt: found.endsAt };
    } catch (reason) {
      // What the page would not believe it does not show either.
      if (reason instanceof KeysError || reason instanceof NotShown) {
        return null;
      }
      throw reason;
    }
  }

  async #held(): Promise<Held> {
    const fields = await this.#tools.api.ask(
      "GET",
      `${this.#path}/release`,
      undefined,
      MOST_ANSWER_BYTES,
    );
    const slot = fields.has("slot") ? fields.object("slot") : null;
    return {
      slot: slot && { linkId: slot.bytes("link_id", 16), mailboxId: slot.bytes("mailbox_id", 16) },
      releases: fields.objects("releases").map((one) => ({
        actNumber: one.whole("act_number"),
        notBefore: one.whole("not_before"),
        endsAt: one.whole("ends_at"),
        envelope: one.bytes("envelope"),
      })),
    };
  }

  get #path(): string {
    return `/v1/engagements/${toBase64url(this.#tools.standing.engagementId)}`;
  }
}

/** The link whose way in is open. */
function openLink({ links }: Steps, { slot }: Held): Steps["links"][number] | null {
  return (slot && links.find(({ secret }) => same(linkId(secret), slot.linkId))) ?? null;
}

/** Six digits, each row of them as likely as any other. */
function drawDigits(random: Random): string {
  const most = 10 ** DIGITS;
  const fair = 2 ** 32 - (2 ** 32 % most);
  for (;;) {
    const drawn = new DataView(random(4).buffer).getUint32(0);
    if (drawn < fair) {
      return String(drawn % most).padStart(DIGITS, "0");
    }
  }
}

function idOf({ hash }: Version): string {
  return toHex(hash);
}

function versionFacts(version: Version): VersionFacts {
  const { number, mine, writtenAt, report, bytes } = version;
  return { id: idOf(version), number, mine, writtenAt, fields: fieldsOf(report), report: bytes };
}

function fieldsOf(report: Report): ReportFields {
  const { beginsAt, endsAt, sponsorPerson, goals, clientWords, nextSteps, callDays } = report;
  return { beginsAt, endsAt, sponsorPerson, goals, clientWords, nextSteps, callDays };
}

function signatureFacts(signed: Signed | null): SignatureFacts | null {
  if (!signed) {
    return null;
  }
  const { notBefore, endsAt } = signed.terms;
  return { signedAt: signed.signedAt, notBefore, endsAt };
}
