/**
 * Reopening: a coach lets back in who has lost every way.
 *
 * Owns the coach's side until the act of both: the invitation, the spoken check with the newcomer, the signature. Must
 * never sign for anybody but the newcomer whose digits were heard in this page. Mirrors `client_sdk/reopening.py`.
 * (docs/protocol.md, part 25.)
 */

import { encodeAct, signAct } from "../crypto/acts.ts";
import { NONCE_BYTES } from "../crypto/box.ts";
import { Purpose } from "../crypto/codes.ts";
import {
  type Bytes,
  concat,
  counted,
  exact,
  Reader,
  same,
  toBase64url,
  toHex,
  u8,
  u64,
} from "../crypto/encoding.ts";
import * as invitation from "../crypto/invitation.ts";
import { DAY_SECONDS, originHash, Role } from "../crypto/names.ts";
import { pinnedKeeperSet } from "../crypto/pins.ts";
import {
  checkClaim,
  parseClaim,
  parseClients,
  type ReopeningInvitation,
  sealReopening,
} from "../crypto/reopening.ts";
import { blind, parseStatement, type Statement, statementFp } from "../crypto/statement.ts";
import type { GivenBack, WayBack } from "../session.own.ts";
import type { CheckOutcome } from "../session.work.ts";
import { parseText } from "./agreements.ts";
import { makeCode } from "./codes.ts";
import { fault, notTrusted, trusting } from "./fault.ts";
import { giveBack } from "./givingback.ts";
import type { Place } from "./party.ts";
import { lookAt, pathOf, type ReopeningFacts, waitFor } from "./returning.ts";
import type { Run } from "./run.ts";
import { SpokenRunner } from "./spoken.ts";
import type { Tools } from "./tools.ts";

const INVITATION_SECONDS = 14 * DAY_SECONDS;
const STATES: readonly WayBack["state"][] = ["open", "joined", "claimed", "taken"];

/** The vault's item: what a coach has to keep of such an invitation until its answer has come. */
interface Offered {
  readonly expiresAt: number;
  readonly secret: Bytes;
  readonly box: Bytes;
}

export class Reopening {
  readonly #tools: Tools;
  #heard: Statement | null = null;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  async state(): Promise<WayBack> {
    const found = await this.#look();
    const state = STATES.find((one) => one === found?.state);
    if (!found || !state) {
      return { state: "none", link: "", until: 0 };
    }
    const kept = this.#offered();
    const link = kept && state === "open" ? this.#link(kept.secret) : "";
    return { state, link, until: found.expiresAt };
  }

  /** Invite the client to come back. The vault keeps it first, or nobody could judge who comes. */
  async open(welcome: string): Promise<WayBack> {
    const { api, account, standing, world } = this.#tools;
    await standing.refresh();
    if (standing.place.myRole !== Role.COACH) {
      throw fault("refused");
    }
    const [secret, now] = [world.random(32), world.clock.now()];
    const keys = invitation.invitationKeys(secret);
    const expiresAt = Math.min(now + INVITATION_SECONDS, standing.terms.endsAt);
    const offered = await this.#offer(welcome);
    const box = sealReopening(keys, offered, expiresAt, world.random(NONCE_BYTES));
    const plain = encodeOffered({ expiresAt, secret, box });
    const until = standing.keptUntil();
    await account.records.change(() => new Map([[this.#name, { plain, expiresAt: until }]]));
    await api.ask("POST", this.#path, {
      invite_id: toBase64url(keys.inviteId),
      redemption_key: toBase64url(keys.redemption.public),
      box: toBase64url(box),
      expires_at: expiresAt,
    });
    return { state: "open", link: this.#link(secret), until: expiresAt };
  }

  /** Words in place of the link; those that it had before lead nowhere any more. */
  async code(): Promise<string> {
    const { api, world } = this.#tools;
    const { secret } = this.#needOffered();
    const { inviteId } = invitation.invitationKeys(secret);
    return await makeCode(api, world, Purpose.INVITATION, inviteId, secret);
  }

  async end(): Promise<void> {
    await this.#tools.api.ask("DELETE", this.#path);
  }

  async giveBack(run: Run): Promise<GivenBack> {
    return await giveBack(this.#tools, run);
  }

  // --- the spoken check ---

  /** The six digits, once both have started. */
  async check(signal: AbortSignal): Promise<CheckOutcome> {
    this.#heard = null;
    const found = await this.#look();
    if (found?.state !== "joined" && found?.state !== "claimed") {
      throw fault("gone");
    }
    const { place } = this.#tools.standing;
    const newcomer = this.#newcomer(found, place);
    const clientPublic = newcomer.card.identityPublic;
    const outcome = await new SpokenRunner(this.#tools, { ...place, clientPublic }).run(signal);
    this.#heard = outcome.kind === "digits" ? newcomer : null;
    return outcome;
  }

  /** The digits were the same: wait for the newcomer's word, sign, and give back. */
  async agree(run: Run): Promise<GivenBack> {
    const newcomer = this.#heard;
    if (!newcomer) {
      throw fault("gone");
    }
    const { standing } = this.#tools;
    const enough = ({ state }: ReopeningFacts) => state === "claimed" || state === "taken";
    const found = await waitFor(this.#tools, standing.engagementId, enough, run.signal);
    if (found.state === "claimed") {
      await this.#sign(found, newcomer);
    }
    return await giveBack(this.#tools, run);
  }

  /** Who joined by exactly the invitation that this coach made; a mistrust of anybody else. */
  #newcomer({ acceptance }: ReopeningFacts, { me }: Place): Statement {
    const { account, world } = this.#tools;
    const { secret, box } = this.#needOffered();
    return trusting("acceptance", () => {
      const answer = invitation.openAcceptance(invitation.invitationKeys(secret), acceptance, box);
      const newcomer = parseStatement(answer.clientStatement);
      const { card } = newcomer;
      const fits =
        card.number === 1 &&
        same(card.originHash, originHash(world.origin)) &&
        same(card.keeperSet, pinnedKeeperSet(account.records.vault.pins)) &&
        !same(statementFp(newcomer), me.fp);
      if (!fits) {
        throw notTrusted("acceptance");
      }
      return newcomer;
    });
  }

  /** Sign the act that this newcomer has claimed, and no other. */
  async #sign({ claim }: ReopeningFacts, newcomer: Statement): Promise<void> {
    const { api, standing, follow } = this.#tools;
    const { place, engagementId } = standing;
    const act = trusting("claim", () =>
      checkClaim(parseClaim(claim), {
        engagementId,
        coachPublic: place.coachPublic,
        formerFp: place.otherFp,
        newPublic: newcomer.card.identityPublic,
      }),
    );
    const signed = signAct(act.core, place.me.identity, act);
    await api.addAct(engagementId, encodeAct(signed));
    await follow();
  }

  // --- the invitation ---

  async #offer(welcome: string): Promise<ReopeningInvitation> {
    const { api, account, standing } = this.#tools;
    const { item, place } = standing;
    const { vault } = account.records;
    const agreement = vault.item(standing.itemName("agreement"));
    const { salt, text } = trusting("vault", () => parseText(agreement ?? new Uint8Array(0)));
    const others = vault.item(`clients/${toHex(item.engagementId)}`);
    const clients = trusting("vault", () => (others ? parseClients(others) : []));
    const relay = await api.relay();
    const card = place.me.statement;
    return {
      invitation: {
        engagementId: item.engagementId,
        coachMailboxId: place.myMailbox,
        pins: place.pins,
        agreementSalt: salt,
        blind: blind(vault.identity.seed, card.card.number),
        coachStatement: card.raw,
        policy: item.policy,
        act: item.act,
        shown: {
          relay_name: relay.name,
          coach_name: item.myName,
          client_name: item.theirName,
          welcome: welcome.toWellFormed(),
          agreement: text,
        },
      },
      clients: [...clients, place.other.raw],
    };
  }

  #link(secret: Bytes): string {
    const { origin } = this.#tools.world;
    return invitation.linkText({ origin, kind: invitation.CLIENT, secret });
  }

  #offered(): Offered | null {
    const plain = this.#tools.account.records.vault.item(this.#name);
    return plain && trusting("vault", () => readOffered(plain));
  }

  #needOffered(): Offered {
    const kept = this.#offered();
    if (!kept) {
      throw notTrusted("invitation-missing");
    }
    return kept;
  }

  async #look(): Promise<ReopeningFacts | null> {
    const { api, account, standing } = this.#tools;
    const found = await lookAt(api, standing.engagementId);
    if (found && !this.#offered()) {
      await account.records.load(); // another browser of mine made it
    }
    return found;
  }

  get #name(): string {
    return `reopening/${toHex(this.#tools.standing.engagementId)}`;
  }

  get #path(): string {
    return pathOf(this.#tools.standing.engagementId);
  }
}

function encodeOffered({ expiresAt, secret, box }: Offered): Bytes {
  return concat(u8(1), u64(expiresAt), exact(secret, 32, "secret"), counted(box, 4));
}

function readOffered(plain: Bytes): Offered {
  const reader = new Reader(plain);
  reader.expect(u8(1), "version");
  const offered = { expiresAt: reader.u64(), secret: reader.take(32), box: reader.counted(4) };
  reader.finish();
  return offered;
}
