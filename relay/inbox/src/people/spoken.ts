/**
 * Spoken check: six digits that two people on the telephone read to each other.
 *
 * Owns the two sides of a run and what is kept of it. The digits come from both identity keys as they are pinned here, never
 * as the relay shows them now. Fetched when somebody first presses start. (docs/protocol.md, parts 6 and 20.)
 */

import type { Api, SpokenRun } from "../api.ts";
import { ContentKind } from "../crypto/content.ts";
import { type Bytes, same } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import { fingerprint, Role } from "../crypto/names.ts";
import {
  checkCommitment,
  commit,
  digits,
  encodeResult,
  parseResult,
  RANDOM_BYTES,
} from "../crypto/spoken.ts";
import type { CheckOutcome, Heard } from "../session.work.ts";
import { fault } from "./fault.ts";
import type { Outbox } from "./outbox.ts";
import type { Place } from "./party.ts";
import type { Entry } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import type { World } from "./world.ts";

const LOOK_MS = 500;
/** As long as a run lives, and the time in which the other one finds the page. */
const MOST_LOOKS = 360;

export interface Tools {
  readonly api: Api;
  readonly standing: Standing;
  readonly outbox: Outbox;
  readonly world: World;
}

/** The other one did not come, or the run was begun again elsewhere. */
class Nobody extends Error {}

export class SpokenCheck {
  readonly #tools: Tools;
  #shown: Place | null = null;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** Wait until both have started. `changed`: somebody between the two changed a number on its way. */
  async start(signal: AbortSignal): Promise<CheckOutcome> {
    const { standing } = this.#tools;
    await standing.refresh();
    const { place } = standing;
    this.#shown = null;
    const outcome = await new SpokenRunner(this.#tools, place).run(signal);
    this.#shown = outcome.kind === "digits" ? place : null;
    return outcome;
  }

  /** Tell the other one that the digits were the same. */
  async agreed(): Promise<void> {
    const place = this.#shown;
    if (!place) {
      throw fault("gone");
    }
    const fixed = encodeResult({ agreed: true, ...fps(place) });
    await this.#tools.outbox.sendSpecial({ kind: ContentKind.SPOKEN, fixed, shown: {} });
  }
}

/** One run between the two whose keys these are, and from which side. */
export class SpokenRunner {
  readonly #tools: Pick<Tools, "api" | "world">;
  readonly #place: Place;

  constructor(tools: Pick<Tools, "api" | "world">, place: Place) {
    this.#tools = tools;
    this.#place = place;
  }

  /** Wait until both have started. */
  async run(signal: AbortSignal): Promise<CheckOutcome> {
    try {
      const lead = this.#place.myRole === Role.COACH;
      const shown = await (lead ? this.#lead(signal) : this.#follow(signal));
      return { kind: "digits", digits: shown };
    } catch (reason) {
      if (reason instanceof Nobody) {
        return { kind: "nobody" };
      }
      if (reason instanceof KeysError) {
        return { kind: "changed" };
      }
      throw reason;
    }
  }

  async #lead(signal: AbortSignal): Promise<string> {
    const { coachPublic, clientPublic } = this.#place;
    const mine = this.#tools.world.random(RANDOM_BYTES);
    const commitment = commit(coachPublic, clientPublic, mine);
    await this.#step(commitment, null);
    const run = await this.#look(
      signal,
      (one) => !is(one.commitment, commitment) || !!one.clientRandom,
    );
    if (!run.clientRandom || !is(run.commitment, commitment)) {
      throw new Nobody();
    }
    await this.#step(commitment, mine);
    return digits(coachPublic, clientPublic, mine, run.clientRandom);
  }

  async #follow(signal: AbortSignal): Promise<string> {
    const { coachPublic, clientPublic } = this.#place;
    const { commitment } = await this.#look(signal, (one) => !!one.commitment && !one.clientRandom);
    if (!commitment) {
      throw new Nobody();
    }
    const mine = this.#tools.world.random(RANDOM_BYTES);
    await this.#step(commitment, mine);
    const run = await this.#look(
      signal,
      (one) => !is(one.commitment, commitment) || !!one.coachRandom,
    );
    if (!run.coachRandom || !is(run.commitment, commitment) || !is(run.clientRandom, mine)) {
      throw new Nobody();
    }
    checkCommitment(commitment, coachPublic, clientPublic, run.coachRandom);
    return digits(coachPublic, clientPublic, run.coachRandom, mine);
  }

  async #step(commitment: Bytes, random: Bytes | null): Promise<void> {
    await this.#tools.api.spokenStep(this.#place.engagementId, commitment, random);
  }

  async #look(signal: AbortSignal, enough: (run: SpokenRun) => boolean): Promise<SpokenRun> {
    const { api, world } = this.#tools;
    for (let look = 0; look < MOST_LOOKS; look++) {
      signal.throwIfAborted();
      const run = await api.spokenRun(this.#place.engagementId);
      if (enough(run)) {
        return run;
      }
      await world.pause(LOOK_MS);
    }
    throw new Nobody();
  }
}

/** Who has said that the digits were the same, for the keys of today; the newest first. */
export function heardIn(entries: readonly Entry[], place: Place): Heard[] {
  const { coachFp, clientFp } = fps(place);
  const found = entries.flatMap(({ row, content }): Heard[] => {
    const special = content?.special;
    if (special?.kind !== ContentKind.SPOKEN) {
      return [];
    }
    const said = parseResult(special.fixed);
    const counts = said.agreed && same(said.coachFp, coachFp) && same(said.clientFp, clientFp);
    return counts ? [{ mine: row.mine, at: row.createdAt }] : [];
  });
  return found.sort((one, other) => other.at - one.at);
}

function fps({ coachPublic, clientPublic }: Place): { coachFp: Bytes; clientFp: Bytes } {
  return { coachFp: fingerprint(coachPublic), clientFp: fingerprint(clientPublic) };
}

function is(one: Bytes | null, other: Bytes): boolean {
  return one !== null && same(one, other);
}
