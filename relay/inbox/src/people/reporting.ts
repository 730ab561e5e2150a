/**
 * Reporting: what both write for the sponsor, what each signs of it, and how the client lets it out and takes it back.
 *
 * Owns the steps that leave (contents of kind 13) and the ticket. Fetched when somebody first looks at the report. Must
 * never sign anything but the newest version as it was shown, nor let an envelope leave before what ends it is kept.
 * (docs/protocol.md, part 23.)
 */

import { ActKind } from "../crypto/acts.ts";
import { ContentKind } from "../crypto/content.ts";
import { type Bytes, concat, counted, same } from "../crypto/encoding.ts";
import { EnvelopeClass, parseEnvelope } from "../crypto/envelope.ts";
import { linkAccessKey } from "../crypto/locks.ts";
import { dayOf, fingerprint, ZERO_HASH } from "../crypto/names.ts";
import {
  checkAlike,
  checkPart,
  linkReaderFp,
  slotOf,
  sponsorMailbox,
  ticketSubject,
} from "../crypto/release.ts";
import { encodeReleaseFrame, type ReleaseTerms } from "../crypto/release_terms.ts";
import { encodeReport } from "../crypto/report.ts";
import { encodeStep, NO_LINK, type Step } from "../crypto/report_steps.ts";
import { type Part, sealEnvelope, signContent } from "../crypto/sealing.ts";
import { statementHash } from "../crypto/statement.ts";
import type {
  ReportFacts,
  ReportFields,
  ReportSession,
  SeenFacts,
  SponsorWay,
} from "../session.report.ts";
import { nextCore, postNext } from "./acting.ts";
import { fault } from "./fault.ts";
import { keptOf } from "./kept_releases.ts";
import { nameOf, reportFacts, seenNow } from "./reportfacts.ts";
import { readSteps, type Signed, type Steps, type Version } from "./reportsteps.ts";
import { Revoking } from "./revoking.ts";
import { heldNow, openLink, openWay, releasePath, sameReader } from "./sponsorsway.ts";
import type { Tools } from "./tools.ts";

export class Reporting implements ReportSession {
  readonly #tools: Tools;
  readonly #revoking: Revoking;

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#revoking = new Revoking(tools);
  }

  // --- what is shown ---

  async facts(): Promise<ReportFacts> {
    const { standing } = this.#tools;
    const steps = await this.#read();
    const acts = standing.terms.acts.map(({ core }) => core);
    const held = await heldNow(this.#tools);
    await this.#revoking.revoke(this.#revoking.over(acts, held));
    const unconfirmed = this.#revoking.over(acts, held).length > 0;
    return { ...reportFacts(this.#tools, steps, held), unconfirmed };
  }

  async seen(): Promise<SeenFacts | null> {
    const steps = await this.#read();
    return await seenNow(this.#tools, steps, await heldNow(this.#tools));
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
    if ((before ? nameOf(before) : null) !== after) {
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
    if (!newest || nameOf(newest) !== shown) {
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
    const held = await heldNow(this.#tools);
    const secret = sameReader(steps, held, newest) ?? world.random(32);
    const way = await openWay(this.#tools, secret);
    const terms = this.#terms(newest, secret, notBefore, endsAt);
    await this.#send({ ...this.#signed(newest, terms), linkSecret: secret });
    return way;
  }

  async newDigits(): Promise<SponsorWay> {
    const open = openLink(await this.#read(), await heldNow(this.#tools));
    if (!open) {
      throw fault("gone");
    }
    return await openWay(this.#tools, open.secret);
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
    const make = async () => {
      const core = nextCore(this.#tools, {
        kind: ActKind.RELEASE,
        date: terms.notBefore,
        secondDate: terms.endsAt,
        subject: ticketSubject(raw),
      });
      await this.#revoking.keep(keptOf(envelope, core.number));
      return core;
    };
    await postNext(this.#tools, make, (act) =>
      api.post(releasePath(standing), concat(counted(act, 4), counted(raw, 4))),
    );
  }

  async withdraw(): Promise<void> {
    const { standing, follow } = this.#tools;
    const held = await heldNow(this.#tools).catch(() => null);
    const mailboxId = this.#revoking.kept().at(-1)?.mailboxId ?? held?.slot?.mailboxId;
    if (standing.myRoleName !== "client" || !mailboxId) {
      throw fault("refused");
    }
    const subject = slotOf(mailboxId);
    try {
      await postNext(this.#tools, () => nextCore(this.#tools, { kind: ActKind.WITHDRAW, subject }));
    } finally {
      // Whatever the relay made of the act: the keepers are asked in any case.
      await this.#revoking.revoke(this.#revoking.kept());
    }
    await follow();
  }

  async settle(): Promise<void> {
    await this.#revoking.settle();
  }
}
