/** German for every view that is fetched when somebody goes there. */

import { browsers } from "./browsers.ts";
import { clients } from "./clients.ts";
import { coming } from "./coming.ts";
import { happened } from "./happened.ts";
import { how } from "./how.ts";
import { invite } from "./invite.ts";
import { join } from "./join.ts";
import { leave } from "./leave.ts";
import { mail } from "./mail.ts";
import { photos } from "./photos.ts";
import { read } from "./read.ts";
import { receipts } from "./receipts.ts";
import { recover } from "./recover.ts";
import { reopen } from "./reopen.ts";
import { report } from "./report.ts";
import { returning } from "./returning.ts";
import { search } from "./search.ts";
import { settings } from "./settings.ts";
import { sheets } from "./sheets.ts";
import { told } from "./told.ts";
import { work } from "./work.ts";
import { write } from "./write.ts";

export const german: Readonly<Record<string, object>> = {
  browsers,
  clients,
  coming,
  happened,
  how,
  invite,
  join,
  leave,
  mail,
  photos,
  read,
  receipts,
  recover,
  reopen,
  report,
  returning,
  search,
  settings,
  sheets,
  told,
  work,
  write,
};
