/** German for the ways in: joining, a further browser, what is left when a password is lost. */

import { beside } from "./beside.ts";
import { camera } from "./camera.ts";
import { coming } from "./coming.ts";
import { how } from "./how.ts";
import { invite } from "./invite.ts";
import { join } from "./join.ts";
import { recover } from "./recover.ts";
import { reply } from "./reply.ts";
import { returning } from "./returning.ts";

export const german: Readonly<Record<string, object>> = {
  beside,
  camera,
  coming,
  how,
  invite,
  join,
  recover,
  reply,
  returning,
};
