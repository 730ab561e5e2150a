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
import { type Bytes, concat, countedText, Reader, same, u8, u16 } from "../crypto/encoding.ts";
import {
  agreementHash,
  encodePolicy,
  holdEndsAt,
  type Policy,
  policyHash,
} from "../crypto/policy.ts";
import {
  declinedShown,
  isDeclined,
  type Proposal as Offer,
  proposalShown,
  readProposal,
} from "../crypto/proposal.ts";
import type { AgreementFacts, AgreementProposal, AgreementRequest } from "../session.work.ts";
import type { Account } from "./account.ts";
import { nameOf, nextCore, sign } from "./acting.ts";
import { fault } from "./fault.ts";
import type { Outbox } from "./outbox.ts";
import type { Entry, Shelf } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import { type Agreed, checkFollows, policyFacts } from "./terms.ts";
import { engagementKept, type Vault } from "./vault.ts";
import type { World } from "./world.ts";

const FORMAT = 1;
const MOST_EARLIER = 20;

interface Tools {
  readonly api: Api;
  readonly account: Account;
  readonly standing: Standing;
  readonly outbox: Outbox;
  readonly shelf: Shelf;
  readonly world: World;
}

/** A text with the salt of its hash. */
export interface KeptText {
  readonly salt: Bytes;
  readonly text: string;
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
    await this.#keepTexts();
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
    const { api, standing } = this.#tools;
    const found = this.#arrived().find(({ offer }) => nameOf(offer.act.core) === id);
    if (!found || this.#status(found) !== "open" || standing.isMine(found.offer.act)) {
      throw fault("refused");
    }
    const { offer } = found;
    const both = sign(this.#tools, offer.act.core, offer.act);
    const frame = encodePolicy(offer.policy);
    await api.addAct(standing.engagementId, encodeAct(both), frame);
    await standing.refresh();
    await this.#keepTexts();
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

  #version({ policy, act }: Agreed, startedAt: number): AgreementFacts {
    const { standing, account } = this.#tools;
    const { myName, theirName } = standing.item;
    const offeredAt = parseAct(act).core.issuedAt;
    // An act has one instant, its proposer's; only the first version tells when the second name came under it.
    const clientAt = policy.number === 1 ? startedAt : null;
    const coach = standing.myRoleName === "coach";
    return {
      number: policy.number,
      policy: policyFacts(policy),
      text: textOf(this.#texts(account.records.vault), policy)?.text ?? null,
      signers: [
        { name: coach ? myName : theirName, mine: coach, signedAt: offeredAt },
        { name: coach ? theirName : myName, mine: !coach, signedAt: clientAt },
      ],
    };
  }

  /** The texts in the vault, oldest first: those that were in force, then the one that is. */
  #texts(vault: Vault): KeptText[] {
    const { standing } = this.#tools;
    const newest = vault.item(standing.itemName("agreement"));
    const earlier = vault.item(standing.itemName("earlier"));
    return [...(earlier ? parseEarlier(earlier) : []), ...(newest ? [parseText(newest)] : [])];
  }

  /** Pin the policy in force, and put its text into the vault where a proposal here has it: what brought it goes on its date. */
  async #keepTexts(): Promise<void> {
    const { account, standing } = this.#tools;
    const { policy, act } = standing.terms.inForce;
    const arrived = this.#arrived().map(({ offer }) => ({
      salt: offer.salt,
      text: offer.agreement,
    }));
    await account.records.change((vault) => {
      const expiresAt = standing.keptUntil();
      const changes = new Map<string, { plain: Bytes; expiresAt: number }>();
      const kept = this.#texts(vault);
      const item = vault.engagement(standing.engagementId);
      if (!same(item.policy, encodePolicy(policy))) {
        const moved = { ...item, policy: encodePolicy(policy), act };
        for (const [name, change] of engagementKept(moved, expiresAt)) {
          changes.set(name, change);
        }
      }
      const found = textOf(arrived, policy);
      if (found && !textOf(kept, policy)) {
        changes.set(standing.itemName("agreement"), { plain: encodeText(found), expiresAt });
        const earlier = encodeEarlier(kept.slice(-MOST_EARLIER));
        changes.set(standing.itemName("earlier"), { plain: earlier, expiresAt });
      }
      return changes;
    });
  }
}

/** The text that a policy names by its hash. */
function textOf(texts: readonly KeptText[], policy: Policy): KeptText | undefined {
  return texts.find(({ salt, text }) => same(agreementHash(salt, text), policy.agreementHash));
}

function encodeText({ salt, text }: KeptText): Bytes {
  return concat(u8(FORMAT), salt, countedText(text, 4));
}

/** The text in force as the vault has it, item `agreement/…`. */
export function parseText(plain: Bytes): KeptText {
  const reader = new Reader(plain);
  reader.expect(u8(FORMAT), "version");
  const kept = { salt: reader.take(32), text: reader.text(4) };
  reader.finish();
  return kept;
}

function encodeEarlier(texts: readonly KeptText[]): Bytes {
  const rows = texts.map(({ salt, text }) => concat(salt, countedText(text, 4)));
  return concat(u8(FORMAT), u16(texts.length), ...rows);
}

function parseEarlier(plain: Bytes): KeptText[] {
  const reader = new Reader(plain);
  reader.expect(u8(FORMAT), "version");
  const count = reader.between(reader.u16(), 0, MOST_EARLIER, "texts");
  const texts = Array.from({ length: count }, () => ({
    salt: reader.take(32),
    text: reader.text(4),
  }));
  reader.finish();
  return texts;
}
