/** *Browsers and unlocking*: what is open, the ways in, and changing them. Never takes away the last password or sheet. */

import { useEffect, useState } from "preact/hooks";
import { NO_DRAFT, touched } from "../drafts.ts";
import { href } from "../route.ts";
import type { Browsers as Facts, OpenBrowser, WayIn } from "../session.own.ts";
import type { Failure } from "../session.ts";
import { DAY_SECONDS, fullDay, written } from "../time.ts";
import { browserWords } from "../words.browsers.ts";
import { inviteWords } from "../words.invite.ts";
import { settingWords } from "../words.settings.ts";
import { firstName } from "../words.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { UpToSettings } from "./frame.tsx";
import { keep, kept } from "./kept.ts";
import { lazy } from "./lazy.tsx";
import { ChangePassword, NewSheetForm } from "./newways.tsx";
import { Heading, Sheet, Trouble, Wait } from "./parts.tsx";
import { makePasskey, NoPasskey, passkeysHere } from "./passkey.tsx";
import { thisBrowser } from "./tab.tsx";

export { NewSheetForm };

const Lend = lazy(async () => (await import("./lend.tsx")).Lend);

type Doing = "password" | "sheet" | "lend" | null;

export function Browsers() {
  const { session, opened } = useDesk();
  const [facts, setFacts] = useState<Facts | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [doing, setDoing] = useState<Doing>(null);
  const [said, setSaid] = useState("");
  const [removed, setRemoved] = useState(false);
  const load = () => {
    setFailure(null);
    session.own("browsers", []).then(setFacts, (reason: unknown) => setFailure(failureOf(reason)));
  };
  useEffect(load, []);
  const [next, setNext] = useState(() => kept("by-sheet"));
  const goOn = (step: "sheet" | null) => {
    keep("by-sheet", step);
    setNext(step);
  };
  const done = (text: string) => {
    if (doing === "sheet" || (doing === "password" && next === "password")) {
      goOn(doing === "password" ? "sheet" : null);
    }
    setDoing(null);
    setSaid(text);
    setRemoved(false);
    load();
  };
  const gone = () => {
    done(browserWords.removed);
    setRemoved(true);
  };
  // Where it is not known yet, nobody is sent to choose one that they may have.
  const noPassword = facts !== null && !hasPassword(facts.ways);
  return (
    <>
      <UpToSettings />
      <Heading>{settingWords.browsers.heading}</Heading>
      {doing === "password" && (
        <ChangePassword none={noPassword} done={done} cancel={() => setDoing(null)} />
      )}
      {doing === "sheet" && <NewSheetForm done={done} cancel={() => setDoing(null)} />}
      {doing === "lend" && <Lend done={() => done("")} cancel={() => done("")} />}
      {doing === null && (
        <>
          <p class="lead">{browserWords.lead}</p>
          <p class="hint" role="status">
            {said}
          </p>
          {removed && <NotMine noPassword={noPassword} change={setDoing} />}
          {next && (
            <section class="card">
              <h2>{browserWords.bySheet}</h2>
              <p>{next === "sheet" ? browserWords.bySheetNew : browserWords.bySheetPassword}</p>
              <div class="actions">
                <button
                  type="button"
                  class="do"
                  onClick={() => setDoing(next === "sheet" ? "sheet" : "password")}
                >
                  {next === "sheet" ? browserWords.sheetHeading : browserWords.bySheetDo}
                </button>
                <button type="button" onClick={() => goOn(next === "sheet" ? null : "sheet")}>
                  {browserWords.bySheetNot}
                </button>
              </div>
            </section>
          )}
          {failure && <Trouble text={failureWords(failure, opened)} again={load} />}
          {!facts && !failure && <Wait>{settingWords.loading}</Wait>}
          {facts && (
            <>
              <OpenNow open={facts.open} noPassword={noPassword} done={gone} failed={setFailure} />
              <Ways ways={facts.ways} change={setDoing} done={done} failed={setFailure} />
            </>
          )}
        </>
      )}
    </>
  );
}

interface Doings {
  readonly done: (said: string) => void;
  readonly failed: (failure: Failure) => void;
}

interface NotMineProps {
  readonly noPassword: boolean;
  readonly change: (doing: Doing) => void;
}

/** Once a browser was removed: what else there is to do where nobody knew it. */
function NotMine({ noPassword, change }: NotMineProps) {
  const { opened, inbox, dispatch, now } = useDesk();
  // A coach who looks at nobody's inbox, or one whose work is over, has nobody to write to here.
  const writes = !opened.alone && opened.engagementState === "active";
  const begun = inbox.drafts.some(({ threadId }) => threadId === null);
  const tell = () => {
    const draft = { ...NO_DRAFT, subject: browserWords.tellSubject, text: browserWords.tellText };
    if (!begun) {
      dispatch({ kind: "draft", draft: touched(draft, now()) });
    }
  };
  return (
    <section class="card">
      <h2>{browserWords.notMine}</h2>
      <div class="actions">
        <button type="button" class="do" onClick={() => change(noPassword ? "sheet" : "password")}>
          {noPassword ? browserWords.newSheetToo : browserWords.changeToo}
        </button>
        {writes && (
          <a class="button" href={href({ view: "write" })} onClick={tell}>
            {browserWords.tell(firstName(opened.otherName))}
          </a>
        )}
      </div>
    </section>
  );
}

interface OpenNowProps {
  readonly open: readonly OpenBrowser[];
  readonly noPassword: boolean;
  readonly done: () => void;
  readonly failed: (failure: Failure) => void;
}

function OpenNow({ open, noPassword, done, failed }: OpenNowProps) {
  const { session, now, zone } = useDesk();
  const remove = (id: string) =>
    session.own("endBrowser", [id]).then(done, (reason: unknown) => failed(failureOf(reason)));
  const others = open.filter((one) => !one.current);
  return (
    <section class="card">
      <h2>{browserWords.open}</h2>
      <ul class="ways-in">
        {[...open.filter((one) => one.current), ...others].map((one) => (
          <li key={one.id}>
            <div>
              <span>{one.label || browserWords.unnamed}</span>
              <span class="meta">
                {[
                  one.current
                    ? browserWords.current
                    : one.seenAt > 0 && browserWords.seen(dayWords(one.seenAt, now(), zone)),
                  browserWords.until(written(one.expiresAt, now(), zone)),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </div>
            {!one.current && (
              <button type="button" onClick={() => remove(one.id)}>
                {browserWords.remove}
                <span class="unseen"> {one.label || browserWords.unnamed}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      <p class="hint">{browserWords.openHint}</p>
      {others.length > 0 && (
        <p class="hint">{noPassword ? browserWords.unknownNoPassword : browserWords.unknown}</p>
      )}
    </section>
  );
}

/** Days of the world's clock, as the notes have them. */
function dayWords(at: number, now: number, zone: string): string {
  return now - at < DAY_SECONDS ? browserWords.today : browserWords.on(fullDay(at, zone));
}

/** Who joined by the device has none until they choose one. */
function hasPassword(ways: readonly WayIn[]): boolean {
  return ways.some(({ kind }) => kind === "password");
}

interface WaysProps extends Doings {
  readonly ways: readonly WayIn[];
  readonly change: (doing: Doing) => void;
}

function Ways({ ways, change, done, failed }: WaysProps) {
  const { session } = useDesk();
  const [asked, setAsked] = useState<WayIn | null>(null);
  const remove = (way: WayIn) => {
    setAsked(null);
    session.own("removeWay", [way.id]).then(
      () => done(browserWords.wayRemoved),
      (reason: unknown) => failed(failureOf(reason)),
    );
  };
  return (
    <section class="card">
      <h2>{browserWords.ways}</h2>
      <ul class="ways-in">
        {ways.map((way) => (
          <li key={way.id}>
            <Way way={way} />
            {way.kind === "password" && (
              <button type="button" onClick={() => change("password")}>
                {browserWords.change}
                <span class="unseen"> {browserWords.password}</span>
              </button>
            )}
            {way.kind === "sheet" && (
              <button type="button" onClick={() => change("sheet")}>
                {browserWords.makeSheet}
                <span class="unseen"> {browserWords.sheet}</span>
              </button>
            )}
            {(way.kind === "passkey" || way.kind === "device") && (
              <button type="button" onClick={() => setAsked(way)}>
                {browserWords.remove}
                <span class="unseen"> {way.label || browserWords[way.kind]}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      <p class="hint">{browserWords.neverLast}</p>
      {!hasPassword(ways) && (
        <div class="add-device">
          <button type="button" onClick={() => change("password")}>
            {browserWords.noPassword}
          </button>
          <p class="hint">{browserWords.noPasswordHint}</p>
        </div>
      )}
      {passkeysHere() && <AddDevice done={done} />}
      <div class="add-device">
        <button type="button" onClick={() => change("lend")}>
          {inviteWords.lend.add}
        </button>
        <p class="hint">{inviteWords.lend.addHint}</p>
      </div>
      {asked && (
        <Sheet heading={browserWords.removeWay} onClose={() => setAsked(null)}>
          <p>{browserWords.removeWayText}</p>
          <div class="actions">
            <button type="button" class="do destroys" onClick={() => remove(asked)}>
              {browserWords.removeWayDo}
            </button>
            <button type="button" onClick={() => setAsked(null)}>
              {browserWords.cancel}
            </button>
          </div>
        </Sheet>
      )}
    </section>
  );
}

function Way({ way }: { way: WayIn }) {
  const { now, zone } = useDesk();
  const noted = [
    way.addedOn && browserWords.added(dayWords(way.addedOn, now(), zone)),
    way.usedOn && browserWords.seen(dayWords(way.usedOn, now(), zone)),
  ].filter(Boolean);
  return (
    <div>
      <span>{[browserWords[way.kind], way.label].filter(Boolean).join(": ")}</span>
      {noted.length > 0 && <span class="meta">{noted.join(" · ")}</span>}
    </div>
  );
}

/** Face, finger or screen code of this device. */
function AddDevice({ done }: { done: (said: string) => void }) {
  const { session, opened } = useDesk();
  const [trouble, setTrouble] = useState("");
  const add = async () => {
    setTrouble("");
    try {
      const about = await session.own("aboutPasskey", []);
      const made = await makePasskey(about, opened.relayName);
      await session.own("addPasskey", [made, thisBrowser()]);
      keep("device-unlock", "1");
      done(browserWords.deviceAdded);
    } catch (reason) {
      setTrouble(
        reason instanceof NoPasskey
          ? reason.why === "unable"
            ? browserWords.noDevice
            : browserWords.stopped
          : failureWords(failureOf(reason), opened),
      );
    }
  };
  return (
    <div class="add-device">
      <button type="button" onClick={add}>
        {browserWords.addDevice}
      </button>
      <p class="hint">{browserWords.addDeviceHint}</p>
      {trouble && <Trouble text={trouble} />}
    </div>
  );
}
