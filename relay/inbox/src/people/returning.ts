/**
 * Returning: somebody comes back to an inbox that was lost, and whoever was client before may stop it.
 *
 * Owns the newcomer's side, the spoken check and the claim, and the former client's stop. Nothing of the conversation is
 * there before both have said that the digits were the same. (docs/protocol.md, part 25.)
 */

import { type Api, isProblem } from "../api.ts";
import { type Act, ActKind, actHash, encodeAct, parseAct, signAct } from "../crypto/acts.ts";
import { ContentKind, contentId, encodeContent } from "../crypto/content.ts";
import { type Bytes, same, toBase64url, toHex } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import { ZERO_HASH } from "../crypto/names.ts";
import { holdEndsAt, parsePolicy, policyHash } from "../crypto/policy.ts";
import {
  encodeClaim,
  encodeClients,
  parseClaim,
  parseClients,
  reopeningSubject,
} from "../crypto/reopening.ts";
import { signContent } from "../crypto/sealing.ts";
import { encodeResult } from "../crypto/spoken.ts";
import { parseStatement, statementFp, statementHash } from "../crypto/statement.ts";
import type { EngagementItem } from "../crypto/vault.ts";
import type { Opened } from "../session.ts";
import type { CheckOutcome } from "../session.work.ts";
import type { Account } from "./account.ts";
import { fault, trusting } from "./fault.ts";
import { meOf, type Place, placeOf } from "./party.ts";
import { SpokenRunner } from "./spoken.ts";
import { policyFacts } from "./terms.ts";
import { KEPT_AFTER_SECONDS } from "./vault.ts";
import type { World } from "./world.ts";

const LOOK_MS = 1_000;

/** A reopening as the relay shows it; what it carries is believed by its signatures alone. */
export interface ReopeningFacts {
  readonly state: string;
  readonly you: string;
  readonly expiresAt: number;
  readonly statement: Bytes;
  readonly acceptance: Bytes;
  readonly claim: Bytes;
  readonly next: { readonly number: number; readonly previous: Bytes; readonly policy: Bytes };
}

/** The relay's route of an engagement's reopening. */
export function pathOf(engagementId: Bytes): string {
  return `/v1/engagements/${toBase64url(engagementId)}/reopening`;
}

/** What is under way; null where nothing is. */
export async function lookAt(api: Api, engagementId: Bytes): Promise<ReopeningFacts | null> {
  const answer = await api.ask("GET", pathOf(engagementId));
  if (!answer.has("reopening")) {
    return null;
  }
  const found = answer.object("reopening");
  const next = found.object("next");
  return {
    state: found.text("state", 16),
    you: found.text("you", 16),
    expiresAt: found.whole("expires_at"),
    statement: found.bytes("statement"),
    acceptance: found.bytes("acceptance"),
    claim: found.bytes("claim"),
    next: {
      number: next.whole("number"),
      previous: next.bytes("previous", 32),
      policy: next.bytes("policy", 32),
    },
  };
}

/** Look until it has come so far; it may end on the way. */
export async function waitFor(
  { api, world }: { readonly api: Api; readonly world: World },
  engagementId: Bytes,
  enough: (found: ReopeningFacts) => boolean,
  signal: AbortSignal,
): Promise<ReopeningFacts> {
  for (;;) {
    signal.throwIfAborted();
    const found = await lookAt(api, engagementId);
    if (!found) {
      throw fault("gone");
    }
    if (enough(found)) {
      return found;
    }
    await world.pause(LOOK_MS);
  }
}

interface Around {
  readonly api: Api;
  readonly world: World;
  readonly relayName: string;
}

/** What is shown to somebody who is not the client, yet or any longer; rejects with `reason` where it is for another cause. */
export async function returning(
  { api, world, relayName }: Around,
  { engagementId, policy, myName, theirName }: EngagementItem,
  reason: unknown,
): Promise<Opened> {
  const nobody = isProblem(reason, "not-found");
  const found = nobody ? await lookAt(api, engagementId).catch(() => null) : null;
  const you = found?.you;
  if (!found || (you !== "newcomer" && you !== "former")) {
    throw reason;
  }
  return {
    relayName,
    language: null,
    myName,
    otherName: theirName,
    myRole: "client",
    engagementState: "active",
    policy: policyFacts(parsePolicy(policy)),
    closedBy: null,
    released: null,
    asked: 0,
    clockOffset: world.clock.offsetSeconds(),
    inboundAddress: "",
    returning: { you, id: toBase64url(engagementId), until: found.expiresAt },
  };
}

export class Return {
  readonly #api: Api;
  readonly #account: Account;
  readonly #world: World;
  #heard = false;

  constructor(api: Api, account: Account, world: World) {
    this.#api = api;
    this.#account = account;
    this.#world = world;
  }

  /** The six digits, once both have started. */
  async check(signal: AbortSignal): Promise<CheckOutcome> {
    this.#heard = false;
    const tools = { api: this.#api, world: this.#world };
    const outcome = await new SpokenRunner(tools, this.#place()).run(signal);
    this.#heard = outcome.kind === "digits";
    return outcome;
  }

  /** Claim the inbox with what was heard, and wait until the coach has signed it, too. */
  async agree(signal: AbortSignal): Promise<void> {
    if (!this.#heard) {
      throw fault("gone");
    }
    const place = this.#place();
    const { engagementId } = place;
    const found = await lookAt(this.#api, engagementId);
    if (found?.state === "joined" || found?.state === "claimed") {
      const claim = toBase64url(this.#claim(place, found));
      await this.#api.ask("PUT", `${pathOf(engagementId)}/claim`, { claim });
    }
    await waitFor(
      { api: this.#api, world: this.#world },
      engagementId,
      ({ state, you }) => state === "taken" && you === "client",
      signal,
    );
  }

  /** Whoever was client before takes the inbox back. */
  async stop(): Promise<void> {
    const place = this.#place();
    const found = await lookAt(this.#api, place.engagementId);
    if (found?.you !== "former" || found.state !== "taken") {
      throw fault("gone");
    }
    const newcomer = trusting("statement", () => parseStatement(found.statement));
    await this.#know(place, newcomer.raw);
    const taken = trusting("claim", () => parseAct(parseClaim(found.claim).act).core);
    const act = this.#act(place, found, ActKind.STOP_REOPENING, actHash(taken));
    await this.#api.addAct(place.engagementId, encodeAct(act));
  }

  #claim(place: Place, found: ReopeningFacts): Bytes {
    const part = signContent(this.#said(place), EnvelopeClass.MESSAGE, place.me.identity);
    const former = this.#clients(place).at(-1);
    if (!former) {
      throw fault("gone");
    }
    const spokenId = contentId(EnvelopeClass.MESSAGE, part.content);
    const subject = reopeningSubject(statementFp(parseStatement(former)), place.me.fp, spokenId);
    const act = encodeAct(this.#act(place, found, ActKind.REOPEN_MAILBOX, subject));
    return encodeClaim({ ...part, act });
  }

  /** The content of kind 7: that both have heard the same. */
  #said({ me, other, otherFp, engagementId }: Place): Bytes {
    const { random, clock } = this.#world;
    const policy = parsePolicy(this.#account.records.vault.engagement(engagementId).policy);
    const [high = 0, low = 0] = random(2);
    return encodeContent({
      kind: ContentKind.SPOKEN,
      nonce: random(16),
      threadId: random(16),
      writer: high * 256 + low,
      count: 1,
      previousId: ZERO_HASH,
      createdAt: clock.now(),
      expiresAt: holdEndsAt(policy),
      policyHash: policyHash(this.#account.records.vault.engagement(engagementId).policy),
      senderFp: me.fp,
      checkpointHash: ZERO_HASH,
      vaultCounter: this.#account.records.vault.counter,
      senderStatementHash: statementHash(me.statement.raw),
      recipients: [{ fp: otherFp, statementHash: statementHash(other.raw) }],
      attachments: [],
      fixed: encodeResult({ agreed: true, coachFp: otherFp, clientFp: me.fp }),
      shown: {},
    });
  }

  #act({ me, engagementId }: Place, { next }: ReopeningFacts, kind: ActKind, subject: Bytes): Act {
    const core = {
      kind,
      engagementId,
      policyHash: next.policy,
      number: next.number,
      previousHash: next.previous,
      issuedAt: this.#world.clock.now(),
      date: 0,
      secondDate: 0,
      subject,
      envelopeIds: [],
    };
    return signAct(core, me.identity);
  }

  /** The newcomer counts among those who were client: by that key the acts are read. */
  async #know(place: Place, newcomer: Bytes): Promise<void> {
    const { records } = this.#account;
    const expiresAt =
      holdEndsAt(parsePolicy(records.vault.engagement(place.engagementId).policy)) +
      KEPT_AFTER_SECONDS;
    const others = this.#clients(place).filter((one) => !same(one, newcomer));
    const plain = encodeClients([...others, newcomer]);
    await records.change(() => new Map([[clientsName(place), { plain, expiresAt }]]));
  }

  #clients(place: Place): Bytes[] {
    const stored = this.#account.records.vault.item(clientsName(place));
    return trusting("vault", () => (stored ? parseClients(stored) : []));
  }

  #place(): Place {
    const { vault } = this.#account.records;
    const head = vault.engagements.find((one) => one.active);
    if (!head) {
      throw fault("gone");
    }
    const item = vault.engagement(head.engagementId);
    return placeOf(item, meOf(vault, this.#account.keys.access), vault.pins);
  }
}

function clientsName({ engagementId }: Place): string {
  return `clients/${toHex(engagementId)}`;
}
