/** World: what the flows get from outside, as arguments. Owns no state: time, randomness and lists come from whoever starts them. */

import type { Random } from "../crypto/encoding.ts";
import type { Outside } from "../exchange.ts";
import type { Language } from "../languages.ts";
import type { Packaged } from "./agreementtext.ts";
import type { MailParser } from "./mailparser.ts";

export interface World extends Outside {
  /** The place whose page this is; it stands in salts and cards, and is taken from the address, never from the relay. */
  readonly origin: string;
  readonly random: Random;
  /** The 7,776 words, fetched when they are first needed. */
  readonly words: () => Promise<string[]>;
  /** The agreement's words, fetched when somebody is invited. */
  readonly agreement: (language: Language) => Promise<Packaged>;
  /** Call back after some milliseconds; the answer forgets it. */
  readonly after: (milliseconds: number, work: () => void) => () => void;
  /** Takes mail apart, elsewhere: never where the keys are. */
  readonly mail: MailParser;
}
