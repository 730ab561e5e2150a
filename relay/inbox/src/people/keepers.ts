/**
 * Keepers: asking those who hold the keys of the days, through the relay, which can only pass on or drop.
 *
 * Owns the day keys at hand, the one open request of a page of rows, and revocations. Must never use a day key or an
 * answer that the pinned key of its keeper did not sign, and never conclude anything from no answer.
 * (docs/protocol.md, part 11.)
 */

import type { Api } from "../api.ts";
import type { RelayClock } from "../clock.ts";
import { type Bytes, type Random, toHex } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import {
  type Answer,
  type DayGrant,
  type Grant,
  openAnswer,
  openDayKey,
  Status,
  signOpenRequest,
  signRevoke,
  verifyRevoked,
} from "../crypto/keeper_wire.ts";
import { type Lock, parseLock } from "../crypto/locks.ts";
import { keyId } from "../crypto/names.ts";
import type { KeeperPin, Pins } from "../crypto/pins.ts";
import { OpenKey, SealKey, type SignKey } from "../crypto/suite.ts";
import { Fault, fault, notTrusted, trusting } from "./fault.ts";
import { askOf, type Examined } from "./receive.ts";

const MOST_DAYS_KEPT = 512;
/** Rows in one request: a whole page. */
const ASKED_AT_ONCE = 256;

/** What a keeper needs to refuse an envelope from now on: the hash of its header, and the keepers' lock records. */
export interface RevocableLocks {
  readonly headerHash: Bytes;
  readonly records: readonly Bytes[];
}

export class Keepers {
  readonly #api: Api;
  readonly #clock: RelayClock;
  readonly #pins: readonly KeeperPin[];
  readonly #access: SignKey;
  readonly #random: Random;
  readonly #days = new Map<string, SealKey>();

  constructor(api: Api, clock: RelayClock, pins: Pins, access: SignKey, random: Random) {
    this.#api = api;
    this.#clock = clock;
    this.#pins = pins.keepers;
    this.#access = access;
    this.#random = random;
  }

  /** Each keeper's verified key for a day, ascending by keeper id. */
  async dayKeys(day: number): Promise<SealKey[]> {
    return await Promise.all(this.#pins.map((pin) => this.#dayKey(pin, day)));
  }

  /** Which keeper's key of a day has which id; null with one keeper, where none can be confused. */
  async dayKeyIds(day: number): Promise<ReadonlyMap<string, string> | null> {
    if (this.#pins.length === 1) {
      return null;
    }
    const keys = await this.dayKeys(day);
    return new Map(
      keys.map((key, at) => [toHex(keyId(key.raw)), toHex((this.#pins[at] as KeeperPin).keeperId)]),
    );
  }

  async #dayKey(pin: KeeperPin, day: number): Promise<SealKey> {
    const name = `${toHex(pin.keeperId)}/${day}`;
    const known = this.#days.get(name);
    if (known) {
      return known;
    }
    const raw = await this.#api.dayKey(pin.keeperId, day);
    const key = trusting("keeper-day", () => {
      const signed = openDayKey(raw, pin.keeperId, pin.public);
      if (signed.day !== day) {
        throw notTrusted("keeper-day");
      }
      return SealKey.fromBytes(signed.public);
    });
    if (this.#days.size >= MOST_DAYS_KEPT) {
      this.#days.clear();
    }
    this.#days.set(name, key);
    return key;
  }

  /** Ask every keeper once for all rows; gives the grants of each row, by keeper id. `keeper-away` where one is silent. */
  async open(rows: readonly Examined[]): Promise<ReadonlyMap<string, Grant>[]> {
    const granted: ReadonlyMap<string, Grant>[] = [];
    for (let at = 0; at < rows.length; at += ASKED_AT_ONCE) {
      const batch = rows.slice(at, at + ASKED_AT_ONCE);
      const answers = await Promise.all(this.#pins.map((pin) => this.#ask(pin, batch, [])));
      const ids = this.#pins.map((pin) => toHex(pin.keeperId));
      granted.push(
        ...batch.map((_, row) => {
          return new Map(ids.map((id, keeper) => [id, answers[keeper]?.grants[row] as Grant]));
        }),
      );
    }
    return granted;
  }

  /** The shares of days, one of each keeper, ascending by keeper id; days that are over are left out. `keeper-away` where one is silent. */
  async dayShares(days: readonly number[]): Promise<Map<number, Bytes[]>> {
    const answers = await Promise.all(this.#pins.map((pin) => this.#ask(pin, [], days)));
    const found = new Map<number, Bytes[]>();
    for (const [at, day] of days.entries()) {
      const shares = answers.map((answer) => answer.days[at]);
      if (shares.every((one) => one?.status === Status.HERE)) {
        found.set(
          day,
          shares.map((one) => (one as DayGrant).share),
        );
      }
    }
    return found;
  }

  async #ask(pin: KeeperPin, batch: readonly Examined[], days: readonly number[]): Promise<Answer> {
    const replyKey = OpenKey.fromSeed(this.#random(32));
    const request = {
      keeperId: pin.keeperId,
      accessPublic: this.#access.public,
      askedAt: this.#clock.now(),
      nonce: this.#random(16),
      replyPublic: replyKey.public,
      items: batch.map((one) => askOf(one, pin.keeperId)),
      days,
    };
    const raw = signOpenRequest(request, this.#access);
    const answer = await this.#api.openLocks(pin.keeperId, raw);
    try {
      return openAnswer(answer, request, raw, pin.public, replyKey);
    } catch (reason) {
      throw reason instanceof KeysError ? fault("keeper-away") : reason;
    }
  }

  /** Make every keeper refuse an envelope; answers whether each has confirmed it by its signature. */
  async revoke({ headerHash, records }: RevocableLocks): Promise<boolean> {
    const locks = records.map(parseLock);
    const owners = await this.dayKeyIds(locks[0]?.period ?? 0);
    const confirmed = await Promise.all(
      locks.map((lock, at) => {
        const owner = owners?.get(toHex(lock.keyId));
        const pin = owners
          ? this.#pins.find((one) => toHex(one.keeperId) === owner)
          : this.#pins[at];
        return pin ? this.#revoke(pin, headerHash, lock) : false;
      }),
    );
    return confirmed.every(Boolean);
  }

  async #revoke(pin: KeeperPin, headerHash: Bytes, lock: Lock): Promise<boolean> {
    const request = {
      keeperId: pin.keeperId,
      accessPublic: this.#access.public,
      askedAt: this.#clock.now(),
      nonce: this.#random(16),
      headerHash,
      lock,
    };
    const raw = signRevoke(request, this.#access);
    try {
      const answer = await this.#api.revoke(pin.keeperId, raw);
      if (answer) {
        verifyRevoked(answer, raw, pin.public);
      }
      return answer !== null;
    } catch (reason) {
      if (reason instanceof Fault || reason instanceof KeysError) {
        return false;
      }
      throw reason;
    }
  }
}
