/** Whether somebody is here. Owns what counts as presence, the minute of warning, and covering a page that a phone has put away. */

import { useEffect, useRef, useState } from "preact/hooks";
import { chosenMinutes, type Watch, watch } from "../idle.ts";
import { kept } from "./kept.ts";

/** A second's rest between two looks is enough for limits of minutes. */
const LOOK_EVERY_MS = 1000;
const SIGNS = ["pointerdown", "keydown", "input", "wheel", "touchmove"] as const;

/** A small screen that is touched: left lying about more often than a desk. */
export function isPhone(): boolean {
  return matchMedia("(pointer: coarse) and (max-width: 719px)").matches;
}

/** After how many minutes without anybody this page locks. */
export function lockMinutes(): number {
  return chosenMinutes(kept("lock-minutes"), isPhone());
}

export interface Presence {
  readonly warning: "idle" | "long" | null;
  /** Ends the warning: somebody is here. */
  readonly stay: () => void;
  /** Counts something that runs as presence until the returned function is called. */
  readonly present: () => () => void;
}

interface PresenceProps {
  readonly now: () => number;
  readonly openedAt: number;
  readonly lock: (why: "idle" | "long" | "pressed") => void;
  /** Called about once a second while the page is looked after. */
  readonly tick: () => void;
}

export function usePresence({ now, openedAt, lock, tick }: PresenceProps): Presence {
  // A page that was loaded anew was pressed to be: what passed since the unlock was not idle time.
  const seen = useRef(now());
  const running = useRef(0);
  const understood = useRef(false);
  const [state, setState] = useState<Watch>("here");
  const latest = useRef({ lock, tick });
  latest.current = { lock, tick };

  useEffect(() => {
    const look = () => {
      if (running.current > 0) {
        seen.current = now();
      }
      // Who chose so is out as soon as the phone shows something else; what is on its way goes first.
      if (document.hidden && running.current === 0 && kept("lock-hidden") && isPhone()) {
        latest.current.lock("pressed");
        return;
      }
      const next = watch(
        { unlockedAt: openedAt, lastSeenAt: seen.current, limitMinutes: lockMinutes() },
        now(),
      );
      setState(next);
      if (next === "lock") {
        latest.current.lock(now() - seen.current >= lockMinutes() * 60 ? "idle" : "long");
      } else {
        latest.current.tick();
      }
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    // A device that slept, or a tab that was put away, may be far past the limit when it comes back.
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [openedAt]);
  useEffect(() => {
    // Once the warning stands, only its own buttons answer it: a cat on the keyboard is nobody.
    const sign = () => {
      if (state === "here") {
        seen.current = now();
      }
    };
    for (const name of SIGNS) {
      addEventListener(name, sign, { passive: true, capture: true });
    }
    return () => {
      for (const name of SIGNS) {
        removeEventListener(name, sign, { capture: true });
      }
    };
  }, [state]);
  useCover();
  return {
    warning:
      state === "warn-idle" ? "idle" : state === "warn-long" && !understood.current ? "long" : null,
    stay: () => {
      seen.current = now();
      understood.current = state === "warn-long";
      setState("here");
    },
    present: () => {
      running.current += 1;
      let here = true;
      return () => {
        running.current -= here ? 1 : 0;
        here = false;
      };
    },
  };
}

/** A phone that puts the page away takes a picture of it: cover it first. */
function useCover(): void {
  useEffect(() => {
    const cover = () => {
      document.documentElement.classList.toggle("covered", document.hidden && isPhone());
    };
    document.addEventListener("visibilitychange", cover);
    return () => {
      document.removeEventListener("visibilitychange", cover);
      document.documentElement.classList.remove("covered");
    };
  }, []);
}
