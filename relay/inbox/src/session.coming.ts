/**
 * What the views may ask of the crypto worker for somebody who has nothing in this browser yet: a typed code, and the link
 * that an open browser shows. Owns this part of the seam between the page and the keys: types only. (src/session.ts has the rules.)
 */

/** Whose inbox an open browser lets this one into. */
export interface OfferFacts {
  readonly name: string;
  /** `name@host`, as it is typed with a password. */
  readonly inboxName: string;
  readonly expiresAt: number;
}

/** What somebody says who has an invitation and does not join. `text` says what is to be changed, and is empty otherwise. */
export interface Reply {
  readonly kind: "change" | "no" | "work";
  readonly text: string;
}

/** Nothing of this uses anything up, but a reply that ends the invitation. */
export interface ComingSession {
  /** Where a typed code leads: the part after `#` of the link that it stands for. */
  readCode(typed: string): Promise<string>;
  /** At most four words of the list that begin so. */
  suggest(begun: string): Promise<readonly string[]>;
  look(fragment: string): Promise<OfferFacts>;
  /** Say something to the coach without joining; all but a change ends the invitation. Nothing of it is opened for that. */
  reply(fragment: string, reply: Reply): Promise<void>;
  /** Begin to open a locked copy: its password, and the 76 bytes that it begins with. Rejects with `refused` for what is none, `wrong-password`. */
  unlockCopy(password: string, head: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The next bytes of it; answers those of the copy. */
  openCopyPiece(sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** The last ones, once all of it came; before this it is not whole. */
  openCopyEnd(): Promise<Uint8Array<ArrayBuffer>>;
  /** Five words. */
  offerPassword(): Promise<string>;
}
