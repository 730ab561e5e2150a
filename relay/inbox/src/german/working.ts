/** German for *Our work* and a coach's clients. */

import { clients } from "./clients.ts";
import { closing } from "./closing.ts";
import { notes } from "./notes.ts";
import { receipts } from "./receipts.ts";
import { reopen } from "./reopen.ts";
import { report } from "./report.ts";
import { work } from "./work.ts";

export const german: Readonly<Record<string, object>> = {
  clients,
  closing,
  notes,
  receipts,
  reopen,
  report,
  work,
};
