/**
 * Errors of the core: one tree, with a stable `code` on each class.
 *
 * Owns the names by which a failure is known. Must never say why an opening failed: wrong key, wrong context and
 * changed bytes give the same `NotOpened`, because a client that tells them apart becomes an oracle for whoever
 * stores the bytes (docs/protocol.md, part 1).
 */

/** Anything that the core refuses. `code` is stable and may be shown; the text is for developers only. */
export class KeysError extends Error {
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

/** The bytes do not have the form that the format demands; no secret was involved in finding out. */
export class Malformed extends KeysError {
  constructor(text: string) {
    super("malformed", text);
  }
}

/** Something sealed did not open. Carries no text, so that no reason can leak. */
export class NotOpened extends KeysError {
  constructor() {
    super("not-opened", "not opened");
  }
}

/** A signature is not a strict signature by the demanded key over the demanded bytes. */
export class BadSignature extends KeysError {
  constructor() {
    super("bad-signature", "bad signature");
  }
}

/**
 * Well-formed, but a rule of the protocol forbids it; `reason` is a stable word for local use.
 *
 * Reasons of receiving: mailbox due keeper revoker not-yet signer class recipient envelope-id expiry policy. Reasons of
 * chains and acts: order signer stale. Of the log: inclusion consistency. Of what a content carries: agreement.
 */
export class Refused extends KeysError {
  readonly reason: string;

  constructor(reason: string) {
    super("refused", `refused: ${reason}`);
    this.reason = reason;
  }
}

/** Digits or words typed by a person do not pass their check; `group` is the first wrong one, counted from 0. */
export class Mistyped extends KeysError {
  readonly group: number;

  constructor(group: number) {
    super("mistyped", `group ${group + 1} is mistyped`);
    this.group = group;
  }
}
