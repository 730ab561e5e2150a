/**
 * Coming: a person who has nothing in this browser yet, and types a code or brings the link of an open browser.
 *
 * Owns what leads from there to an invitation, or to a way in of this browser's own. Looking uses nothing up; what spends
 * the offer is the way in, which goes to the relay in the same step. (docs/protocol.md, part 24.)
 */

import type { Api } from "../api.ts";
import { NONCE_BYTES } from "../crypto/box.ts";
import { codeWords, Purpose } from "../crypto/codes.ts";
import { type Bytes, toBase64url } from "../crypto/encoding.ts";
import { invitationKeys, parseLink } from "../crypto/invitation.ts";
import { dumpJson } from "../crypto/json.ts";
import * as offer from "../crypto/offer.ts";
import { ReplyKind, sealReply, signReply } from "../crypto/reply.ts";
import type { ComingSession, OfferFacts, Reply } from "../session.coming.ts";
import type { PasskeyResult } from "../session.own.ts";
import { authority, type MadeMethod } from "./account.ts";
import { proven, secretOfCode } from "./codes.ts";
import type { CopyKey } from "./copykey.ts";
import * as enrol from "./enrol.ts";
import { fault, fetched, trusting } from "./fault.ts";
import type { World } from "./world.ts";

const MOST_SUGGESTED = 4;
const KINDS = { change: ReplyKind.CHANGE, no: ReplyKind.NO, work: ReplyKind.WORK_DEVICE };
const INVITATION = /^#?(1\.[A-Za-z0-9_-]{43})$/;
const LINK = /^#?4\.([A-Za-z0-9_-]{43})$/;

/** An offer that was fetched and opened. */
interface Found {
  readonly keys: offer.OfferKeys;
  readonly lent: offer.Lent;
}

/** How to sign in once the way in is there. */
export interface Come {
  readonly name: string;
  readonly way: MadeMethod;
}

export class Coming implements ComingSession {
  readonly #api: Api;
  readonly #world: World;
  #found: Found | null = null;
  /** A reply as it was first sent: the same again sends the same bytes, and is taken once. */
  #replied: { readonly said: string; readonly body: Bytes } | null = null;
  #copy: CopyKey | null = null;
  /** The way in as it was first sent: the same again is the same offer, taken once. */
  #sent: { readonly choice: string; readonly way: MadeMethod } | null = null;

  constructor(api: Api, world: World) {
    this.#api = api;
    this.#world = world;
  }

  async readCode(typed: string): Promise<string> {
    const { purpose, secret } = await secretOfCode(this.#api, this.#world, typed);
    return `${purpose === Purpose.INVITATION ? 1 : 4}.${toBase64url(secret)}`;
  }

  async suggest(begun: string): Promise<readonly string[]> {
    const start = begun.toLowerCase();
    const words = codeWords(await this.#world.words());
    return words.filter((word) => word.startsWith(start)).slice(0, MOST_SUGGESTED);
  }

  async look(fragment: string): Promise<OfferFacts> {
    const keys = offer.offerKeys(this.#secretOf(fragment));
    const asked = { offer_id: toBase64url(keys.offerId), proof: toBase64url(keys.proof) };
    const look = () => this.#api.ask("POST", "/v1/browser-offer/look", asked);
    const answer = await proven(look);
    const [box, expiresAt] = [answer.bytes("box"), answer.whole("expires_at")];
    const { origin } = this.#world;
    const lent = trusting("offer", () => offer.openOffer(keys, box, origin, expiresAt));
    this.#found = { keys, lent };
    this.#sent = null;
    return { name: lent.name, inboxName: `${lent.name}@${authority(origin)}`, expiresAt };
  }

  async reply(fragment: string, { kind, text }: Reply): Promise<void> {
    const keys = invitationKeys(this.#secretOfInvitation(fragment));
    const said = `${fragment} ${kind} ${text}`;
    if (this.#replied?.said !== said) {
      const box = sealReply(keys, { kind: KINDS[kind], text }, this.#world.random(NONCE_BYTES));
      const body = dumpJson({ box: toBase64url(box), ends: kind !== "change" });
      this.#replied = { said, body };
    }
    const { body } = this.#replied;
    await this.#api.reply(keys.inviteId, body, signReply(keys, body));
  }

  // --- a locked copy ---

  async unlockCopy(password: string, head: Bytes): Promise<void> {
    const { CopyKey: Kind } = await fetched(() => import("./copykey.ts"));
    this.#copy = await Kind.of(password, head);
  }

  async openCopyPiece(sealed: Bytes): Promise<Bytes> {
    return await this.#needCopy().open(sealed);
  }

  async openCopyEnd(): Promise<Bytes> {
    const end = await this.#needCopy().finish();
    this.#copy = null;
    return end;
  }

  #needCopy(): CopyKey {
    if (!this.#copy) {
      throw fault("gone");
    }
    return this.#copy;
  }

  async offerPassword(): Promise<string> {
    return enrol.drawPassword(await this.#world.words(), this.#world.random);
  }

  /** Add this browser's own way in, which uses the offer up. The same choice again sends the same bytes. */
  async take(choice: { readonly password: string } | PasskeyResult): Promise<Come> {
    if (!this.#found) {
      throw fault("gone");
    }
    const { keys, lent } = this.#found;
    const named = "password" in choice ? choice.password : toBase64url(choice.credentialId);
    if (this.#sent?.choice !== named) {
      this.#sent = { choice: named, way: await this.#make(choice, lent) };
    }
    const { way } = this.#sent;
    const asked = {
      offer_id: toBase64url(keys.offerId),
      proof: toBase64url(keys.proof),
      method: way.json,
    };
    await proven(() => this.#api.ask("POST", "/v1/browser-offer/take", asked));
    this.#found = null;
    this.#sent = null;
    return { name: lent.name, way };
  }

  async #make(
    choice: { readonly password: string } | PasskeyResult,
    lent: offer.Lent,
  ): Promise<MadeMethod> {
    const { origin, random } = this.#world;
    if ("password" in choice) {
      const secret = enrol.newPasswordSecret(choice.password);
      const who = { name: lent.name, origin, seeds: lent };
      return await enrol.makeMethod("password", secret, who, random);
    }
    return enrol.makePasskey(choice, lent, random);
  }

  #secretOfInvitation(fragment: string): Bytes {
    const [, named] = INVITATION.exec(fragment.trim()) ?? [];
    try {
      return parseLink(`${this.#world.origin}/i/#${named}`).secret;
    } catch {
      throw fault("invitation-mistyped");
    }
  }

  #secretOf(fragment: string): Bytes {
    const [, secret] = LINK.exec(fragment.trim()) ?? [];
    try {
      return offer.parseOfferLink(`${this.#world.origin}/a/#4.${secret}`).secret;
    } catch {
      throw fault("invitation-mistyped");
    }
  }
}
