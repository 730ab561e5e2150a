/**
 * Joining: from an invitation's link to an account that both sides know.
 *
 * Owns what happens between the fragment and the one request that spends the invitation: nothing is used up before
 * `finish`, and *finish* repeated after a lost answer sends the same bytes. The link's secret vouches for everything, the
 * relay's word for nothing. (docs/protocol.md, parts 10 and 13.)
 */

import { type Api, itemJson } from "../api.ts";
import type { RelayClock } from "../clock.ts";
import { encodeAct, parseAct, signAct } from "../crypto/acts.ts";
import { NONCE_BYTES } from "../crypto/box.ts";
import { type Bytes, concat, countedText, same, toBase64url, toHex } from "../crypto/encoding.ts";
import * as invitation from "../crypto/invitation.ts";
import { dumpJson, type JsonObject } from "../crypto/json.ts";
import { mailboxId, originHash, Role, ZERO_ID } from "../crypto/names.ts";
import { pinnedKeeperSet } from "../crypto/pins.ts";
import { holdEndsAt, parsePolicy } from "../crypto/policy.ts";
import { encodeClients, openReopening, REOPENING } from "../crypto/reopening.ts";
import { blind, parseStatement, statementFp } from "../crypto/statement.ts";
import { type EngagementItem, encodeWriters } from "../crypto/vault.ts";
import type { PasskeyResult } from "../session.own.ts";
import type { EnrolmentChoice, EnrolmentDraft, InvitationFacts } from "../session.ts";
import { authority, type MadeMethod } from "./account.ts";
import * as enrol from "./enrol.ts";
import { fault, trusting } from "./fault.ts";
import { NO_POLICY } from "./nopolicy.ts";
import { policyFacts } from "./terms.ts";
import { oneLine } from "./text.ts";
import { type Changes, engagementKept, KEPT_AFTER_SECONDS } from "./vault.ts";
import type { World } from "./world.ts";

const LINK = /^#?([12])\.([A-Za-z0-9_-]{43})$/;

/** An invitation that was fetched and opened. */
interface Offer {
  readonly keys: invitation.InvitationKeys;
  readonly box: Bytes;
  readonly content: invitation.ClientInvitation;
  /** Who was client before, where a lost inbox is reopened; else nobody. */
  readonly clients: readonly Bytes[];
}

/** What was drawn for somebody who has not finished. */
interface Begun {
  readonly seeds: enrol.Seeds;
  readonly draft: EnrolmentDraft;
  readonly sheet: MadeMethod;
  /** Made of the device's own unlock; what the device gave is kept nowhere else. */
  readonly device: MadeMethod | null;
}

/** The body of *Finish* as it was first sent, for the choice that it was made of. */
interface Sent extends EnrolmentChoice {
  readonly body: Bytes;
  readonly way: MadeMethod;
}

/** How to sign in once the account is there. */
export interface Joined {
  readonly name: string;
  readonly way: MadeMethod;
}

export class Joining {
  readonly #api: Api;
  readonly #clock: RelayClock;
  readonly #world: World;
  #offer: Offer | null = null;
  #begun: Begun | null = null;
  #sent: Sent | null = null;

  constructor(api: Api, clock: RelayClock, world: World) {
    this.#api = api;
    this.#clock = clock;
    this.#world = world;
  }

  /** Fetch and open what a link's fragment names. Looking has no effect, however often. */
  async open(fragment: string): Promise<InvitationFacts> {
    const { kind, secret } = this.#parse(fragment);
    const keys = invitation.invitationKeys(secret);
    const found = await this.#api.invitation(keys.inviteId);
    const again = kind === invitation.CLIENT && found.kind === REOPENING;
    if (found.kind !== kind && !again) {
      throw fault("invitation-mistyped");
    }
    if (kind === invitation.COACH) {
      const coach = trusting("invitation", () =>
        invitation.openCoachInvitation(keys, found.box, found.expiresAt),
      );
      return coachFacts(coach.shown, found.expiresAt);
    }
    const { content, clients } = again
      ? this.#openAgain(keys, found.box, found.expiresAt)
      : { content: this.#openClient(keys, found.box, found.expiresAt), clients: [] };
    this.#offer = { keys, box: found.box, content, clients };
    this.#begun = null;
    this.#sent = null;
    return { ...clientFacts(content, found.expiresAt), ...(again && { again }) };
  }

  /** Draw everything that an account begins with; nothing of it is stored or sent. */
  async begin(): Promise<EnrolmentDraft> {
    const { random, origin } = this.#world;
    const { content } = this.#need(this.#offer);
    const words = await this.#world.words();
    const seeds = enrol.drawSeeds(
      this.#clock.now(),
      holdEndsAt(parsePolicy(content.policy)),
      random,
    );
    const name = enrol.drawName(words, random);
    const printed = enrol.drawSheet(random);
    const draft = {
      name,
      inboxName: `${name}@${authority(origin)}`,
      offeredPassword: enrol.drawPassword(words, random),
      sheet: printed.split(" "),
    };
    const secret = enrol.sheetSecret(printed);
    const sheet = await enrol.makeMethod("sheet", secret, { name, origin, seeds }, random);
    this.#begun = { seeds, draft, sheet, device: null };
    this.#sent = null;
    return draft;
  }

  /** Make the device's own unlock the way in; nothing of it is stored or sent before *Finish*. */
  async holdPasskey(passkey: PasskeyResult): Promise<void> {
    const begun = this.#need(this.#begun);
    if (passkey.name !== begun.draft.name) {
      throw fault("refused");
    }
    const device = enrol.makePasskey(passkey, begun.seeds, this.#world.random);
    this.#begun = { ...begun, device };
    this.#sent = null;
  }

  /** Sign, seal and send everything at once; the same choice again sends the same bytes. */
  async finish(choice: EnrolmentChoice): Promise<Joined> {
    const { keys } = this.#need(this.#offer);
    const { draft } = this.#need(this.#begun);
    const { signature, password } = choice;
    if (this.#sent?.signature !== signature || this.#sent.password !== password) {
      this.#sent = await this.#make(signature, password);
    }
    const { body, way } = this.#sent;
    await this.#api.redeem(keys.inviteId, body, invitation.signRedemption(keys, body));
    this.#offer = null;
    this.#begun = null;
    this.#sent = null;
    return { name: draft.name, way };
  }

  #parse(fragment: string): { kind: invitation.InvitationKind; secret: Bytes } {
    try {
      const [, kind, secret] = LINK.exec(fragment.trim()) ?? [];
      return invitation.parseLink(`${this.#world.origin}/i/#${kind}.${secret}`);
    } catch {
      throw fault("invitation-mistyped");
    }
  }

  /** Open what a coach sent; refused where it does not fit the link, itself or this place. */
  #openClient(
    keys: invitation.InvitationKeys,
    box: Bytes,
    expiresAt: number,
  ): invitation.ClientInvitation {
    return trusting("invitation", () => {
      const content = invitation.openClientInvitation(keys, box, expiresAt);
      if (!this.#fits(content) || parseAct(content.act).core.number !== 1) {
        throw fault("unknown", "invitation");
      }
      return content;
    });
  }

  /** The same of what a coach sent to a client who has lost every way in. */
  #openAgain(keys: invitation.InvitationKeys, box: Bytes, expiresAt: number) {
    return trusting("invitation", () => {
      const { invitation: content, clients } = openReopening(keys, box, expiresAt);
      if (!this.#fits(content)) {
        throw fault("unknown", "invitation");
      }
      return { content, clients };
    });
  }

  #fits(content: invitation.ClientInvitation): boolean {
    const coach = parseStatement(content.coachStatement);
    const mailbox = mailboxId(content.engagementId, Role.COACH, statementFp(coach));
    return (
      same(coach.card.originHash, originHash(this.#world.origin)) &&
      same(coach.card.keeperSet, pinnedKeeperSet(content.pins)) &&
      same(content.coachMailboxId, mailbox)
    );
  }

  /** The way in that was chosen: by a password, or the device that is held. */
  async #way(password: string | null): Promise<MadeMethod> {
    const { random, origin } = this.#world;
    const { seeds, draft, device } = this.#need(this.#begun);
    if (password === null) {
      return this.#need(device);
    }
    const secret = enrol.newPasswordSecret(password);
    return await enrol.makeMethod("password", secret, { name: draft.name, origin, seeds }, random);
  }

  async #make(signature: string, password: string | null): Promise<Sent> {
    const { random, origin } = this.#world;
    const { keys, box, content, clients } = this.#need(this.#offer);
    const { seeds, draft, sheet } = this.#need(this.#begun);
    const now = this.#clock.now();
    const way = await this.#way(password);
    const card = enrol.firstCard(seeds, content.pins, origin, now);
    const offered = parseAct(content.act);
    // Who comes back signs the agreement not again: the act is that of both.
    const again = clients.length > 0;
    const act = again ? content.act : encodeAct(signAct(offered.core, seeds.identity, offered));
    const name = oneLine(signature) || "Client";
    const more = engagementChanges(content, { card, act, name }, clients);
    const acceptance = invitation.sealAcceptance(
      keys,
      { blind: blind(seeds.identity.seed, 1), clientStatement: card, act, shown: { name } },
      box,
      seeds.identity,
      random(NONCE_BYTES),
    );
    const body = dumpJson({
      account_id: toBase64url(seeds.accountId),
      name: draft.name,
      methods: [way.json, sheet.json],
      statement: toBase64url(card),
      vault: enrol.firstVault(seeds, card, content.pins, now, random, more).items.map(itemJson),
      acceptance: toBase64url(acceptance),
      act: again ? "" : toBase64url(act),
    });
    return { signature, password, body, way };
  }

  #need<Value>(value: Value | null): Value {
    if (value === null) {
      throw fault("invitation-unknown");
    }
    return value;
  }
}

/** What the vault keeps of an engagement that both have signed. */
function engagementChanges(
  content: invitation.ClientInvitation,
  mine: { readonly card: Bytes; readonly act: Bytes; readonly name: string },
  clients: readonly Bytes[],
): Changes {
  const myFp = statementFp(parseStatement(mine.card));
  const item: EngagementItem = {
    myRole: Role.CLIENT,
    active: true,
    engagementId: content.engagementId,
    myMailboxId: mailboxId(content.engagementId, Role.CLIENT, myFp),
    theirMailboxId: content.coachMailboxId,
    notesMailboxId: ZERO_ID,
    invitationSecret: new Uint8Array(32),
    theirStatement: content.coachStatement,
    policy: content.policy,
    act: mine.act,
    myName: mine.name,
    theirName: shownText(content.shown, "coach_name", "Your coach"),
  };
  const expiresAt = holdEndsAt(parsePolicy(content.policy)) + KEPT_AFTER_SECONDS;
  const hex = toHex(content.engagementId);
  return new Map([
    ...engagementKept(item, expiresAt),
    [`agreement/${hex}`, { plain: agreementItem(content), expiresAt }],
    [`writers/${hex}`, { plain: encodeWriters([]), expiresAt }],
    ...(clients.length > 0
      ? [[`clients/${hex}`, { plain: encodeClients(clients), expiresAt }] as const]
      : []),
  ]);
}

/** The human-readable agreement with the salt of its hash. */
function agreementItem(content: invitation.ClientInvitation): Bytes {
  const text = countedText(String(content.shown.agreement), 4);
  return concat(new Uint8Array([1]), content.agreementSalt, text);
}

function clientFacts(content: invitation.ClientInvitation, expiresAt: number): InvitationFacts {
  const { shown } = content;
  return {
    kind: "client",
    relayName: shownText(shown, "relay_name", "Quietbox"),
    coachName: shownText(shown, "coach_name", "Your coach"),
    clientName: shownText(shown, "client_name", ""),
    welcome: typeof shown.welcome === "string" ? shown.welcome : "",
    agreement: String(shown.agreement),
    policy: policyFacts(parsePolicy(content.policy)),
    expiresAt,
  };
}

/** A coach enrols at the command line; the page only says so, and shows no agreement. */
function coachFacts(shown: JsonObject, expiresAt: number): InvitationFacts {
  return {
    kind: "coach",
    relayName: shownText(shown, "relay_name", "Quietbox"),
    coachName: shownText(shown, "coach_name", ""),
    clientName: "",
    welcome: "",
    agreement: "",
    policy: NO_POLICY,
    expiresAt,
  };
}

/** A display field on one line, cut; the default where it is empty or no text. */
function shownText(shown: JsonObject, name: string, otherwise: string): string {
  const value = shown[name];
  return (typeof value === "string" && oneLine(value)) || otherwise;
}
