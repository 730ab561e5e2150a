/**
 * What the settings may ask of the crypto worker: browsers and ways in, and what the server holds. Owns this third part of
 * the seam between the page and the keys: types only. (src/session.ts has the rules.)
 */

/** An open session: a browser, or a program, that can read this inbox now. `seenAt` is 0 where that is not known. */
export interface OpenBrowser {
  readonly id: string;
  /** What its owner's software calls it; empty where that is not known. */
  readonly label: string;
  readonly seenAt: number;
  readonly expiresAt: number;
  readonly current: boolean;
}

/** A way in. `label`, `addedOn` and `usedOn` are what this person's own browsers have noted; 0 and empty: nothing. */
export interface WayIn {
  readonly id: string;
  readonly kind: "password" | "sheet" | "device" | "passkey";
  readonly label: string;
  readonly addedOn: number;
  readonly usedOn: number;
}

export interface Browsers {
  readonly open: readonly OpenBrowser[];
  readonly ways: readonly WayIn[];
}

/** A recovery sheet that was drawn, and opens nothing before it is kept. */
export interface NewSheet {
  readonly inboxName: string;
  readonly sheet: readonly string[];
}

/** What a browser's own authenticator gave when it was asked. */
export interface PasskeyResult {
  readonly name: string;
  readonly credentialId: Uint8Array<ArrayBuffer>;
  readonly result: Uint8Array<ArrayBuffer>;
}

/** One value as the server has it: of bytes how many there are, and how they begin. */
export type Cell = number | string | null | { readonly sizeBytes: number; readonly begins: string };

/** What one of the server's tables holds of a person: how many rows, and the newest of them. */
export interface StoredTable {
  readonly table: string;
  readonly count: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** The part of `Session` that is fetched when somebody looks at the settings. */
export interface OwnSession {
  browsers(): Promise<Browsers>;
  /** End another browser's session: it locks at its next word with the server. */
  endBrowser(id: string): Promise<void>;
  /** Close a way in. The server refuses the last password or sheet. */
  removeWay(id: string): Promise<void>;
  /** Whether this password, or these digits of a sheet, open this inbox: asked before a way in is changed. */
  prove(typed: string): Promise<void>;
  changePassword(password: string): Promise<void>;
  /** Five ready-made words. */
  offerPassword(): Promise<string>;
  drawSheet(): Promise<NewSheet>;
  /** The sheet that was drawn last takes the place of the one before. */
  keepSheet(): Promise<void>;
  /** The inbox's name and the host, for the browser's own prompt. */
  aboutPasskey(): Promise<{ readonly name: string; readonly inboxName: string }>;
  addPasskey(passkey: PasskeyResult, label: string): Promise<void>;
  /** Everything that the server has stored about this person. */
  rows(): Promise<readonly StoredTable[]>;
  /** Note the day on which it opened this inbox. */
  usedPasskey(credentialId: Uint8Array<ArrayBuffer>): Promise<void>;
}
