/**
 * Party: the two sides of an engagement, as sealing and opening need them.
 *
 * Owns the secret side (`Me`) and the frame around both (`Place`): pure values. Mailbox ids are computed here and never
 * taken from the relay.
 */

import { type Bytes, toHex } from "../crypto/encoding.ts";
import { accessHash, fingerprint, keyId, mailboxId, Role } from "../crypto/names.ts";
import type { Pins } from "../crypto/pins.ts";
import { parseStatement, type Statement, statementFp } from "../crypto/statement.ts";
import { OpenKey, type SignKey } from "../crypto/suite.ts";
import type { EngagementItem } from "../crypto/vault.ts";
import type { Vault } from "./vault.ts";

/** My own side: signing keys, reading keys by key id, my newest statement. */
export interface Me {
  readonly identity: SignKey;
  readonly access: SignKey;
  readonly reading: ReadonlyMap<string, OpenKey>;
  readonly statement: Statement;
  readonly fp: Bytes;
}

/** An engagement between me and one other person, and what is pinned of both and of the relay. */
export interface Place {
  readonly engagementId: Bytes;
  readonly me: Me;
  readonly other: Statement;
  readonly otherFp: Bytes;
  readonly pins: Pins;
  readonly myRole: Role;
  readonly theirRole: Role;
  readonly myMailbox: Bytes;
  readonly theirMailbox: Bytes;
  readonly coachPublic: Bytes;
  readonly clientPublic: Bytes;
}

/** My side, from the vault and the access key that the account key gives. */
export function meOf(vault: Vault, access: SignKey): Me {
  const { identity } = vault;
  const reading = new Map(
    vault.reading.map(({ seed }) => {
      const key = OpenKey.fromSeed(seed);
      return [toHex(keyId(key.public)), key];
    }),
  );
  const fp = fingerprint(identity.public);
  return { identity, access, reading, statement: parseStatement(vault.card), fp };
}

/** The frame around both sides, from the vault's item of an engagement that both have signed. */
export function placeOf(item: EngagementItem, me: Me, pins: Pins): Place {
  const other = parseStatement(item.theirStatement);
  const otherFp = statementFp(other);
  const { engagementId, myRole } = item;
  const theirRole = myRole === Role.COACH ? Role.CLIENT : Role.COACH;
  const [mine, theirs] = [me.identity.public, other.card.identityPublic];
  return {
    engagementId,
    me,
    other,
    otherFp,
    pins,
    myRole,
    theirRole,
    myMailbox: mailboxId(engagementId, myRole, me.fp),
    theirMailbox: mailboxId(engagementId, theirRole, otherFp),
    coachPublic: myRole === Role.COACH ? mine : theirs,
    clientPublic: myRole === Role.COACH ? theirs : mine,
  };
}

/** What a keeper's lock calls the other person. */
export function otherAccessHash(place: Place): Bytes {
  return accessHash(place.other.card.accessPublic);
}

/** What a keeper's lock calls me. */
export function myAccessHash(place: Place): Bytes {
  return accessHash(place.me.access.public);
}
