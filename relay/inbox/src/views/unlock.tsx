/** The locked page. Owns the form that opens an inbox; shows nobody's name and no number, since anybody may be looking. */

import { useEffect, useState } from "preact/hooks";
import { href } from "../route.ts";
import type { Failure, Opened, Session } from "../session.ts";
import { fullDay } from "../time.ts";
import { loginName } from "../typed.ts";
import { words } from "../words.ts";
import { Letter } from "./before.tsx";
import { failureOf } from "./desk.ts";
import { PasswordField, TextField } from "./fields.tsx";
import { Firm } from "./firm.tsx";
import { useArrival } from "./history.ts";
import { kept } from "./kept.ts";
import { lazy } from "./lazy.tsx";
import { Heading, Trouble } from "./parts.tsx";
import type { Surroundings } from "./start.tsx";

const OpenWithDevice = lazy(async () => (await import("./passkey.tsx")).OpenWithDevice);

const AWAY_SECONDS = 8;
const SLOW_SECONDS = 30;

export type LockReason = "pressed" | "idle" | "long" | "ended";

interface UnlockProps {
  readonly session: Session;
  readonly locked: {
    readonly why: LockReason;
    readonly draft: boolean;
    readonly minutes: number;
    readonly goneAt: number | null;
  } | null;
  readonly surroundings: Surroundings;
  /** `named` where the name of the very inbox that was opened is known. */
  readonly open: (opened: Opened, remembered: string | null, named?: boolean) => void;
}

type State =
  | { readonly kind: "rest" }
  | { readonly kind: "opening" }
  | { readonly kind: "failed"; readonly failure: Failure }
  | {
      readonly kind: "waiting";
      readonly code: "offline" | "too-many-requests";
      readonly left: number;
    };

export function Unlock({ session, locked, surroundings, open }: UnlockProps) {
  const [name, setName] = useState(() => kept("inbox-name") ?? "");
  const [remember, setRemember] = useState(() => kept("inbox-name") !== null);
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState(false);
  const [tried, setTried] = useState("");
  const [state, setState] = useState<State>({ kind: "rest" });
  const { now, zone } = surroundings;
  useArrival("unlock", "locked");

  const unlock = async () => {
    setState({ kind: "opening" });
    setTried(loginName(name));
    try {
      const opened = await session.unlock({ name: loginName(name), password });
      open(opened, remember ? loginName(name) : null, true);
    } catch (reason) {
      setState(afterFailure(failureOf(reason)));
    }
  };
  useCountdown(state, setState, unlock);
  const submit = (event: Event) => {
    event.preventDefault();
    const incomplete = !loginName(name) || !password;
    setMissing(incomplete);
    if (!incomplete && !slowed(state) && state.kind !== "opening") {
      unlock();
    }
  };
  return (
    <Letter top={<Firm />}>
      <Heading large>{words.unlock.heading}</Heading>
      {locked && <p class="lead">{lockedWords(locked, zone)}</p>}
      {locked?.goneAt && <Receipt />}
      {onNewIcon() && <p class="lead">{words.unlock.icon}</p>}
      <OpenWithDevice session={session} open={open} />
      <form onSubmit={submit} noValidate>
        <TextField
          label={words.unlock.name}
          value={name}
          onValue={setName}
          hint={words.unlock.nameHint}
          fault={missing && !loginName(name) ? words.unlock.nameMissing : null}
          attributes={{
            name: "username",
            autocomplete: "username",
            autocapitalize: "none",
            spellcheck: false,
          }}
        />
        <PasswordField
          label={words.unlock.password}
          value={password}
          onValue={setPassword}
          fault={
            passwordFault(state) ?? (missing && !password ? words.unlock.passwordMissing : null)
          }
          autocomplete="current-password"
        />
        <label class="tick">
          <input
            type="checkbox"
            checked={remember}
            onChange={(event) => setRemember(event.currentTarget.checked)}
          />
          <span>{words.unlock.remember}</span>
        </label>
        <button
          type="submit"
          // One filled button: where the device was used before, that is the other one.
          class={kept("device-unlock") === null ? "do wide" : "wide"}
          aria-disabled={state.kind === "opening" || slowed(state)}
        >
          {words.unlock.open}
        </button>
        <Outcome state={state} unlock={unlock} />
        {passwordFault(state) && <Ended at={rememberedEnd(tried, now())} zone={zone} />}
      </form>
      <p class="foot-links">
        <a href={href({ view: "help" })}>{words.unlock.help}</a>
        <a href={href({ view: "how" })}>{words.frame.how}</a>
      </p>
    </Letter>
  );
}

/** What a home-screen icon says for itself while it has nothing of its owner's. */
function onNewIcon(): boolean {
  const standalone =
    matchMedia("(display-mode: standalone)").matches ||
    ("standalone" in navigator && navigator.standalone === true);
  return standalone && kept("inbox-name") === null && kept("device-unlock") === null;
}

/**
 * The last day that this browser remembers of the inbox of this name, once that is over. The server tells nobody which names there were; and what
 * was agreed on elsewhere since then is not known here.
 */
function rememberedEnd(name: string, now: number): number | null {
  const at = Number(kept("inbox-ends") ?? "");
  return name === kept("inbox-name") && at > 0 && at <= now ? at : null;
}

function Ended({ at, zone }: { at: number | null; zone: string }) {
  return (
    at && (
      <div class="banner note" role="status">
        <p>{words.unlock.wasToGo(fullDay(at, zone))}</p>
        <Receipt />
      </div>
    )
  );
}

/** A page of its own, which needs no inbox; the target keeps its address from being taken for a view. */
function Receipt() {
  return (
    <p>
      {words.unlock.receipt}{" "}
      <a href="/check/" target="_self">
        {words.unlock.receiptDo}
      </a>
    </p>
  );
}

function lockedWords(locked: NonNullable<UnlockProps["locked"]>, zone: string): string {
  const { why, draft, minutes, goneAt } = locked;
  if (goneAt) {
    return words.unlock.gone(fullDay(goneAt, zone));
  }
  switch (why) {
    case "idle":
      return words.unlock.idle(minutes, draft);
    case "long":
      return words.unlock.idleLong(draft);
    case "ended":
      return words.unlock.ended(draft);
    case "pressed":
      return draft ? words.unlock.safe : "";
  }
}

function slowed(state: State): boolean {
  return state.kind === "waiting" && state.code === "too-many-requests";
}

function passwordFault(state: State): string | null {
  const wrong = state.kind === "failed" && state.failure.code === "wrong-password";
  return wrong ? words.unlock.wrong : null;
}

function afterFailure(failure: Failure): State {
  switch (failure.code) {
    case "offline":
      return { kind: "waiting", code: "offline", left: AWAY_SECONDS };
    case "too-many-requests":
      return {
        kind: "waiting",
        code: "too-many-requests",
        left: failure.retryAfter ?? SLOW_SECONDS,
      };
    default:
      return { kind: "failed", failure };
  }
}

/** Count a wait down. At its end, without a connection, the same try is made again; after too many tries it is the person's turn. */
function useCountdown(state: State, set: (state: State) => void, again: () => void): void {
  useEffect(() => {
    if (state.kind !== "waiting") {
      return;
    }
    const timer = setTimeout(() => {
      if (state.left > 1) {
        set({ ...state, left: state.left - 1 });
      } else if (state.code === "offline") {
        again();
      } else {
        set({ kind: "rest" });
      }
    }, 1000);
    return () => clearTimeout(timer);
  }, [state]);
}

function Outcome({ state, unlock }: { state: State; unlock: () => void }) {
  switch (state.kind) {
    case "opening":
      return (
        <p class="wait" role="status">
          {words.unlock.opening}
        </p>
      );
    case "waiting":
      return <Waiting code={state.code} left={state.left} unlock={unlock} />;
    case "failed":
      return state.failure.code === "wrong-password" ? null : (
        <Trouble text={words.failure(state.failure, "")} />
      );
    case "rest":
      return <p class="wait" role="status" />;
  }
}

/** The seconds are for the eye; a screen reader hears the length once. */
function Waiting({
  code,
  left,
  unlock,
}: {
  code: "offline" | "too-many-requests";
  left: number;
  unlock: () => void;
}) {
  const [first] = useState(left);
  const offline = code === "offline";
  return (
    <div class="trouble">
      <p aria-hidden="true">{offline ? words.unlock.away(left) : words.unlock.slow(left)}</p>
      <p class="unseen" role="alert">
        {offline ? words.unlock.awaySaid : words.unlock.slowSaid(first)}
      </p>
      {offline && (
        <button type="button" onClick={unlock}>
          {words.tryNow}
        </button>
      )}
    </div>
  );
}
