/**
 * Pins: the relay's and the keepers' verification keys, as an invitation hands them over and the vault keeps them.
 *
 * Owns their bytes. Must never hold a key that is not canonical and free of torsion: it is checked here, once, when it
 * is pinned. (docs/protocol.md, part 10.)
 */

import { ascending, type Bytes, concat, exact, type Reader, u8 } from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { ID_BYTES, keeperSet } from "./names.ts";
import { isStrictPublic } from "./suite.ts";

export const MOST_KEEPERS = 3;

/** A keeper's 16-byte id and its present verification key. */
export interface KeeperPin {
  readonly keeperId: Bytes;
  readonly public: Bytes;
}

/** The Ed25519 keys of a relay, and its keepers ascending by id. */
export interface Pins {
  readonly relayPublic: Bytes;
  readonly logPublic: Bytes;
  readonly doorPublic: Bytes;
  readonly noticePublic: Bytes;
  readonly keepers: readonly KeeperPin[];
}

/** The hash of the keepers' ids, as a statement carries it. */
export function pinnedKeeperSet(pins: Pins): Bytes {
  return keeperSet(pins.keepers.map((keeper) => keeper.keeperId));
}

/** The bytes of the pins. */
export function encodePins(pins: Pins): Bytes {
  check(pins);
  const keepers = pins.keepers.map((keeper) =>
    concat(exact(keeper.keeperId, ID_BYTES, "keeper id"), keeper.public),
  );
  return concat(...ownKeys(pins), u8(pins.keepers.length), ...keepers);
}

/** Read pins from within another format. */
export function readPins(reader: Reader): Pins {
  const pins = {
    relayPublic: reader.take(32),
    logPublic: reader.take(32),
    doorPublic: reader.take(32),
    noticePublic: reader.take(32),
    keepers: Array.from({ length: reader.u8() }, () => ({
      keeperId: reader.take(ID_BYTES),
      public: reader.take(32),
    })),
  };
  check(pins);
  return pins;
}

function ownKeys(pins: Pins): Bytes[] {
  return [pins.relayPublic, pins.logPublic, pins.doorPublic, pins.noticePublic];
}

function check(pins: Pins): void {
  if (pins.keepers.length < 1 || pins.keepers.length > MOST_KEEPERS) {
    throw new Malformed("1 to 3 keepers are pinned");
  }
  ascending(
    pins.keepers.map((keeper) => keeper.keeperId),
    "keepers",
  );
  const keepers = pins.keepers.map((keeper) => keeper.public);
  if (![...ownKeys(pins), ...keepers].every(isStrictPublic)) {
    throw new Malformed("not a canonical public key");
  }
}
