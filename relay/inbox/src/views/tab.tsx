/**
 * The tab's half of an open inbox, which lets a reload go on: kept in the tab's own storage, so that a closed tab takes it along. Owns leaving
 * and taking up that half, and the one word that the page itself says to the server: that it is being left. The half opens nothing without the
 * server's, which a lock ends.
 */

import { useEffect, useState } from "preact/hooks";
import { browserName } from "../browsername.ts";
import type { Failure, Resumed, Session } from "../session.ts";
import { settingWords } from "../words.settings.ts";
import { words } from "../words.ts";
import { Letter } from "./before.tsx";
import { failureOf } from "./desk.ts";
import { keep, kept } from "./kept.ts";
import { Heading, Trouble, Wait } from "./parts.tsx";
import { lockMinutes } from "./presence.ts";

/** This browser, as its owner would call it. */
export function thisBrowser(): string {
  const { on, unnamed } = settingWords.browsers;
  return browserName(navigator.userAgent, on, unnamed);
}

/** The half that this page has, or had before it was locked: by it the server is told which session is meant. */
let had: string | null = null;

/** Leave both halves where they belong. Without them a reload asks for the password, which is all that is lost. */
export async function keepTabHalf(session: Session): Promise<void> {
  try {
    had = await session.keepTab(lockMinutes() * 60, thisBrowser());
    keep("tab", had);
  } catch {
    keep("tab", null);
  }
}

/**
 * Say that the page is being left. The server then waits a minute for it to come back; where it was locked, it ends the session at once: the
 * worker, which ends it at every other lock, may have been stopped before it came to that.
 */
function leave(): void {
  const half = kept("tab");
  const [token] = (half ?? had)?.split(".") ?? [];
  if (token) {
    const locked = half === null;
    fetch("/v1/sessions/leave", {
      method: "POST",
      keepalive: true,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(locked ? { token, locked } : { token }),
    }).catch(() => {});
  }
}

/** From now on the server hears of it when this page is left. */
export function tellLeaving(): void {
  removeEventListener("pagehide", leave);
  addEventListener("pagehide", leave);
}

interface ReloadProps {
  readonly session: Session;
  readonly half: string;
  readonly done: (resumed: Resumed) => void;
  /** There is nothing to go on with: the unlock page asks. */
  readonly ask: () => void;
}

/** A page that was loaded anew goes on where the server still holds its half. */
export function Reload({ session, half, done, ask }: ReloadProps) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = async () => {
    setFailure(null);
    try {
      done(await session.resume(half, kept("engagement")));
    } catch (reason) {
      const found = failureOf(reason);
      if (found.code === "offline" || found.code === "server") {
        setFailure(found);
      } else {
        ask();
      }
    }
  };
  useEffect(() => {
    had = half;
    tellLeaving();
    run();
  }, []);
  return (
    <Letter>
      {failure ? (
        <>
          <Heading large>{settingWords.browsers.reload}</Heading>
          <Trouble text={words.failure(failure, "")} again={run} />
        </>
      ) : (
        <Wait>{words.frame.loading}</Wait>
      )}
    </Letter>
  );
}
