/** What the operations of reopening a mailbox mean here. Mirrors `tests/vectors/run_reopening.py` name for name. */

import assert from "node:assert/strict";
import { parseAct } from "./acts.ts";
import type { Inputs, Outputs } from "./inputs.testing.ts";
import { invitationKeys } from "./invitation.ts";
import * as reopening from "./reopening.ts";
import { statementFp } from "./statement.ts";

export const REOPENING_OPERATIONS: Record<string, (given: Inputs) => Outputs> = {
  "reopening.open_invitation": (given) => {
    const keys = invitationKeys(given.bytes("secret"));
    const sealed = given.bytes("sealed_box");
    const found = reopening.openReopening(keys, sealed, given.number("expires_at"));
    const { engagementId, policy, act, shown } = found.invitation;
    const former = statementFp(reopening.formerOf(found));
    return {
      engagement_id: engagementId,
      policy,
      act,
      former_fp: former,
      clients: found.clients,
      shown,
    };
  },

  "reopening.check_claim": (given) => {
    const raw = given.bytes("raw");
    const claim = reopening.parseClaim(raw);
    assert.deepEqual(reopening.encodeClaim(claim), raw);
    const { core } = reopening.checkClaim(claim, {
      engagementId: given.bytes("engagement_id"),
      coachPublic: given.bytes("coach_public"),
      formerFp: given.bytes("former_fp"),
      newPublic: given.bytes("new_public"),
    });
    return { number: core.number, subject: core.subject };
  },

  "reopening.follow_clients": (given) => {
    const line = new reopening.ClientLine(given.bytes("coach_public"), given.bytesList("publics"));
    for (const raw of given.bytesList("chain")) {
      line.take(parseAct(raw));
    }
    return {
      line: line.line,
      ended: line.ended,
      reopened: line.reopened.map((core) => core.number),
    };
  },

  "reopening.parse_clients": (given) => {
    const plain = given.bytes("plain");
    const statements = reopening.parseClients(plain);
    assert.deepEqual(reopening.encodeClients(statements), plain);
    return { statements };
  },
};
