/** Run: what a long call tells on its way, and how it is stopped. */

import type { Progress } from "../session.ts";

export interface Run {
  readonly progress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}
