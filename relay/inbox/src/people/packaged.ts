/** The agreement's words as they are packaged, of which the SDK makes the same text. Fetched by a coach who invites, and by nobody else. */

import template from "../../../../client_sdk/templates/agreement-en.txt?raw";
import words from "../../../../client_sdk/templates/words-en.json";
import type { Packaged } from "./agreementtext.ts";

export const packaged: Packaged = { template, words };
