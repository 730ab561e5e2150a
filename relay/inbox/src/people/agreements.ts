/**
 * Agreements: the versions that both signed, with their texts, and changes that one has proposed.
 *
 * Owns proposing, agreeing and declining (contents of kind 4), and the vault's items of later texts. Must never show a
 * proposal whose signature, policy and text do not belong together and follow what is in force. (docs/protocol.md, parts 6
 * and 12.)
 */

import type { Api } from "../api.ts";
import {
  type Act,
  type ActCore,
  ActKind,
  actHash,
  encodeAct,
  parseAct,
  verifySignatures,
} from "../crypto/acts.ts";
import { ContentKind } from "../crypto/content.ts";
import {
  type Bytes,
  concat,
  countedText,
  Reader,
  same,
  toHex,
  u8,
  u64,
} from "../crypto/encoding.ts";
import { agreementHash, encodePolicy, holdEndsAt, policyHash } from "../crypto/policy.ts";
import {
  declinedShown,
  isDeclined,
  type Proposal as Offer,
  proposalShown,
  readProposal,
} from "../crypto/proposal.ts";
import type { AgreementFacts, AgreementProposal, AgreementRequest } from "../session.work.ts";
import type { Account } from "./account.ts";
import { nextCore, sign } from "./acting.ts";
import { fault } from "./fault.ts";
import type { Outbox } from "./outbox.ts";
import type { Entry, Shelf } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import { type Agreed, checkFollows, policyFacts } from "./terms.ts";
import type { Changes } from "./vault.ts";
import type { World } from "./world.ts";

const FORMAT = 1;

interface Tools {
  readonly api: Api;
  readonly account: Account;
  readonly standing: Standing;
  readonly outbox: Outbox;
  readonly shelf: Shelf;
  readonly world: World;
}

/** A text with the salt of its hash. `signedAt` is when both signatures were first seen here; null for the first version. */
interface KeptText {
  readonly salt: Bytes;
  readonly text: string;
  readonly signedAt: number | null;
}

/** A proposal as it arrived. */
interface Arrived {
  readonly entry: Entry;
  readonly offer: Offer;
}

export class Agreements {
  readonly #tools: Tools;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** All versions, oldest first. Texts that are new here are put into the vault: what brought them goes on its date. */
  async versions(startedAt: number): Promise<AgreementFacts[]> {
    const { agreed } = this.#tools.standing.terms;
    await this.#keepTexts(agreed);
    return agreed.map((one) => this.#version(one, startedAt));
  }

  /** The newest proposal of each side that says something still, what waits first. */
  proposals(): AgreementProposal[] {
    const { standing } = this.#tools;
    const all = this.#arrived().filter(({ offer }) => !this.#isAgreed(offer.act.core));
    const newest = [...all].sort(
      (one, other) => other.entry.row.createdAt - one.entry.row.createdAt,
    );
    const open = newest.filter((one) => this.#status(one) === "open");
    const shown = open.length ? open : newest.slice(0, 1);
    return shown.map(({ entry, offer }) => ({
      kind: "agreement",
      id: nameOf(offer.act.core),
      mine: standing.isMine(offer.act),
      proposedAt: offer.act.core.issuedAt,
      status: this.#status({ entry, offer }),
      policy: policyFacts(offer.policy),
      text: offer.agreement,
      note: String(entry.content?.special?.shown.note ?? ""),
    }));
  }

  /** Sign the other one's proposal and put it in force. */
  async agree(id: string): Promise<void> {
    const { api, standing, account, world } = this.#tools;
    const found = this.#arrived().find(({ offer }) => nameOf(offer.act.core) === id);
    if (!found || this.#status(found) !== "open" || standing.isMine(found.offer.act)) {
      throw fault("refused");
    }
    const { offer } = found;
    const both = sign(this.#tools, offer.act.core, offer.act);
    const frame = encodePolicy(offer.policy);
    const kept = { salt: offer.salt, text: offer.agreement, signedAt: world.clock.now() };
    await api.addAct(standing.engagementId, encodeAct(both), frame);
    await account.records.change(() => this.#textChange(offer.policy.number, kept));
  }

  /** Send a proposal back as it came: not agreed to, or, of one's own, withdrawn. */
  async decline(id: string): Promise<void> {
    const found = this.#arrived().find(({ offer }) => nameOf(offer.act.core) === id);
    if (!found) {
      throw fault("gone");
    }
    const fixed = found.entry.content?.special?.fixed as Bytes;
    const shown = declinedShown();
    await this.#tools.outbox.sendSpecial({ kind: ContentKind.AGREEMENT, fixed, shown });
  }

  /** Draft the next agreement with other dates and send it, signed by me alone. */
  async propose(request: AgreementRequest): Promise<void> {
    const { standing, outbox, world } = this.#tools;
    await standing.refresh();
    if (standing.myRoleName !== "coach") {
      throw fault("refused");
    }
    const { policy: before, hash } = standing.terms.inForce;
    const salt = world.random(32);
    const policy = {
      ...before,
      number: before.number + 1,
      previousHash: hash,
      workEndsAt: request.workEndsAt,
      holdDays: request.holdDays,
      longestKeepDays: request.longestKeepDays,
      agreementHash: agreementHash(salt, request.text),
    };
    if (holdEndsAt(policy) <= world.clock.now()) {
      throw fault("refused");
    }
    const named = policyHash(encodePolicy(policy));
    const core = nextCore(this.#tools, { kind: ActKind.POLICY, policyHash: named, subject: named });
    const act = sign(this.#tools, core);
    const shown = proposalShown({ act, policy, salt, agreement: request.text }, request.note);
    const fixed = encodeAct(act);
    await outbox.sendSpecial({ kind: ContentKind.AGREEMENT, fixed, shown });
  }

  // --- what arrived ---

  #contents(): Entry[] {
    const entries = this.#tools.shelf.all();
    return entries.filter(({ content }) => content?.special?.kind === ContentKind.AGREEMENT);
  }

  /** Proposals that hold: signed by who sent them, of the policy and text that they name. */
  #arrived(): Arrived[] {
    return this.#contents().flatMap((entry) => {
      const special = entry.content?.special;
      if (!special || isDeclined(special.shown)) {
        return [];
      }
      try {
        const offer = readProposal(special.fixed, special.shown);
        this.#checkSigner(offer.act, entry.row.mine);
        return [{ entry, offer }];
      } catch {
        // What does not hold together is no proposal, and nobody is asked to sign it.
        return [];
      }
    });
  }

  #checkSigner(act: Act, mine: boolean): void {
    const { me, other } = this.#tools.standing.place;
    const signer = mine ? me.identity.public : other.card.identityPublic;
    if (verifySignatures(act, [signer]).length !== 1) {
      throw fault("refused");
    }
  }

  #isAgreed(core: ActCore): boolean {
    const there = this.#tools.standing.terms.acts[core.number - 1]?.core;
    return there !== undefined && same(actHash(there), actHash(core));
  }

  #status({ offer }: Arrived): AgreementProposal["status"] {
    const { core } = offer.act;
    const { terms, place } = this.#tools.standing;
    if (this.#declined().has(nameOf(core))) {
      return "declined";
    }
    const next = core.number === terms.actCount + 1 && same(core.previousHash, terms.lastActHash);
    if (!next) {
      return "overtaken";
    }
    try {
      checkFollows(terms.inForce, offer.policy, core.engagementId, place.coachPublic);
      return "open";
    } catch {
      return "overtaken";
    }
  }

  #declined(): Set<string> {
    const answers = this.#contents().flatMap(({ content }) => {
      const special = content?.special;
      return special && isDeclined(special.shown) ? [nameOf(parseAct(special.fixed).core)] : [];
    });
    return new Set(answers);
  }

  // --- texts ---

  #version({ policy }: Agreed, startedAt: number): AgreementFacts {
    const { standing } = this.#tools;
    const { myName, theirName } = standing.item;
    const kept = this.#text(policy.number, policy.agreementHash);
    const core = standing.terms.acts.find(({ core: one }) =>
      same(one.subject, hashOf(policy)),
    )?.core;
    const coachAt = core?.issuedAt ?? null;
    const clientAt = policy.number === 1 ? startedAt : (kept?.signedAt ?? null);
    const coach = standing.myRoleName === "coach";
    return {
      number: policy.number,
      policy: policyFacts(policy),
      text: kept?.text ?? null,
      signers: [
        { name: coach ? myName : theirName, mine: coach, signedAt: coachAt },
        { name: coach ? theirName : myName, mine: !coach, signedAt: clientAt },
      ],
    };
  }

  /** The text of a version, if it is in the vault and is the one that was signed. */
  #text(number: number, hash: Bytes): KeptText | null {
    const plain = this.#tools.account.records.vault.item(this.#itemName(number));
    const kept = plain && parseText(plain, number);
    return kept && same(agreementHash(kept.salt, kept.text), hash) ? kept : null;
  }

  #itemName(number: number): string {
    const name = this.#tools.standing.itemName("agreement");
    return number === 1 ? name : `${name}/${number}`;
  }

  async #keepTexts(agreed: readonly Agreed[]): Promise<void> {
    const { account, world } = this.#tools;
    const arrived = this.#arrived();
    const changes = new Map<string, { plain: Bytes; expiresAt: number }>();
    for (const { policy } of agreed.slice(1)) {
      const found = arrived.find(({ offer }) => same(hashOf(offer.policy), hashOf(policy)));
      if (found && !this.#text(policy.number, policy.agreementHash)) {
        const { salt, agreement } = found.offer;
        const kept = { salt, text: agreement, signedAt: world.clock.now() };
        for (const [name, change] of this.#textChange(policy.number, kept)) {
          changes.set(name, change);
        }
      }
    }
    if (changes.size > 0) {
      await account.records.change(() => changes);
    }
  }

  #textChange(number: number, { salt, text, signedAt }: KeptText): Changes {
    const plain = concat(u8(FORMAT), u64(signedAt ?? 0), salt, countedText(text, 4));
    const expiresAt = this.#tools.standing.keptUntil();
    return new Map([[this.#itemName(number), { plain, expiresAt }]]);
  }
}

/** The first version's item has no instant: that one is as old as the engagement. */
function parseText(plain: Bytes, number: number): KeptText {
  const reader = new Reader(plain);
  reader.expect(u8(FORMAT), "version");
  const signedAt = number === 1 ? null : reader.u64();
  const kept = { signedAt, salt: reader.take(32), text: reader.text(4) };
  reader.finish();
  return kept;
}

function hashOf(policy: Agreed["policy"]): Bytes {
  return policyHash(encodePolicy(policy));
}

/** The name of an act for the page. */
function nameOf(core: ActCore): string {
  return toHex(actHash(core)).slice(0, 32);
}
