/** German for what is fetched behind the list: to read, to write, to search. */

import { endcard } from "./endcard.ts";
import { happened } from "./happened.ts";
import { mail } from "./mail.ts";
import { photos } from "./photos.ts";
import { read } from "./read.ts";
import { search } from "./search.ts";
import { select } from "./select.ts";
import { sheets } from "./sheets.ts";
import { write } from "./write.ts";

export const german: Readonly<Record<string, object>> = {
  endcard,
  happened,
  mail,
  photos,
  read,
  search,
  select,
  sheets,
  write,
};
