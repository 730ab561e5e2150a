/**
 * Unsent text: what a draft is, which of several browsers' drafts stands, and how they are put away over a lock. Pure; asks for no clock.
 */

/** How long something is to be kept, as chosen while writing. */
export type Keep =
  | { readonly kind: "agreed" }
  | { readonly kind: "opened" }
  | { readonly kind: "month" }
  | { readonly kind: "work" }
  | { readonly kind: "date"; readonly date: string };

export interface Draft {
  /** When the first letter was typed, and the last: by both, browsers know one draft from another and the newer of two. */
  readonly begunAt: number;
  readonly changedAt: number;
  /** It was sent or thrown away: what other browsers still hold of it, no newer, is over. */
  readonly done?: true;
  /** The message that is answered; null for a new thread. */
  readonly replyTo: string | null;
  readonly threadId: string | null;
  readonly subject: string;
  readonly text: string;
  readonly keep: Keep;
  /** Only while the page has not locked: a file cannot be set aside. */
  readonly files: readonly File[];
  /** How many files a lock took from the draft. */
  readonly filesLost: number;
}

/** The text of each thread that is being answered, and of one new thread (null), waits apart from the others. */
export const NO_DRAFT: Draft = {
  begunAt: 0,
  changedAt: 0,
  replyTo: null,
  threadId: null,
  subject: "",
  text: "",
  keep: { kind: "agreed" },
  files: [],
  filesLost: 0,
};

/** Whether anything would be lost with a draft. */
export function worthKeeping(draft: Draft, subject = ""): boolean {
  return (
    draft.text.trim() !== "" ||
    draft.files.length > 0 ||
    draft.filesLost > 0 ||
    draft.subject !== subject
  );
}

/** A draft that was typed at now. */
export function touched(draft: Draft, now: number): Draft {
  return { ...draft, begunAt: draft.begunAt || now, changedAt: Math.max(now, draft.changedAt) };
}

/** Of what several browsers hold: what is done, and the newest of each thread. Of two of one instant the later one stands. */
export function newest(held: readonly Draft[]): readonly Draft[] {
  const done = new Map<string, Draft>();
  const left = new Map<string, Draft>();
  const put = (into: Map<string, Draft>, place: string, one: Draft) =>
    one.changedAt >= (into.get(place)?.changedAt ?? 0) && into.set(place, one);
  const of = (one: Draft) => `${one.begunAt} ${one.threadId}`;
  for (const one of held.filter((each) => each.done)) {
    put(done, of(one), one);
  }
  for (const one of held) {
    if (one.changedAt > (done.get(of(one))?.changedAt ?? -1)) {
      put(left, `${one.threadId}`, one);
    }
  }
  return [...done.values(), ...left.values()];
}

/** The drafts as text for the worker to keep over a lock; empty when there is nothing. Files stay behind, their number is kept. */
export function packDrafts(drafts: readonly Draft[]): string {
  const kept = drafts.map(({ files, filesLost, ...draft }) => ({
    ...draft,
    filesLost: filesLost + files.length,
  }));
  return kept.length ? JSON.stringify(kept) : "";
}

/** What `packDrafts` wrote; anything else is no draft. */
export function unpackDrafts(text: string | null): readonly Draft[] {
  let found: unknown;
  try {
    found = JSON.parse(text || "[]");
  } catch {
    return [];
  }
  return Array.isArray(found)
    ? found.filter(isDraft).map((draft) => ({ ...NO_DRAFT, ...draft, files: [] }))
    : [];
}

function isDraft(found: unknown): found is Draft {
  const draft = found as Record<keyof Draft, unknown> | null;
  const idOrNull = (value: unknown) => value === null || typeof value === "string";
  return (
    typeof draft === "object" &&
    draft !== null &&
    [draft.begunAt, draft.changedAt].every((at) => at === undefined || Number.isSafeInteger(at)) &&
    idOrNull(draft.replyTo) &&
    idOrNull(draft.threadId) &&
    typeof draft.subject === "string" &&
    typeof draft.text === "string" &&
    typeof draft.filesLost === "number" &&
    isKeep(draft.keep)
  );
}

function isKeep(found: unknown): found is Keep {
  const keep = found as { kind?: unknown; date?: unknown } | null;
  return (
    typeof keep === "object" &&
    keep !== null &&
    (["agreed", "opened", "month", "work"].includes(String(keep.kind)) ||
      (keep.kind === "date" && typeof keep.date === "string"))
  );
}
