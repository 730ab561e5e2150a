/**
 * Reading the report as the sponsor will, and deciding: the coach signs for some days, the client signs and lets it out. The document is drawn
 * by the sponsor's page's own code from the bytes that would leave; nothing beside it is part of it.
 */

import { useState } from "preact/hooks";
import { isTomorrow, nextMorning } from "../morning.ts";
import { countWords } from "../reportdiff.ts";
import { href } from "../route.ts";
import type { ReportFacts, SponsorWay, VersionFacts } from "../session.report.ts";
import type { Failure } from "../session.ts";
import {
  agreedDate,
  calendarDay,
  DAY_SECONDS,
  day,
  fullDay,
  instantIn,
  wholeDay,
} from "../time.ts";
import { reportWords } from "../words.report.ts";
import { firstName } from "../words.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { LongTextField, TextField } from "./fields.tsx";
import { CopyButton, Heading, Sheet, Trouble, Wait } from "./parts.tsx";
import { ReleaseState, ReportWait, SignState, useReport } from "./report.tsx";
import { ReportDocument } from "./reportdocument.tsx";
import { releaseTime } from "./withdraw.tsx";
import { UpToWork } from "./work.tsx";

/** A window that nobody chose ends so long from now, or with the hold. */
const USUAL_SECONDS = 60 * DAY_SECONDS;

export function Review() {
  const { opened } = useDesk();
  const { facts, failure, reload } = useReport();
  const { sponsorName } = opened.policy;
  const [newest] = facts?.versions ?? [];
  return (
    <>
      <UpToWork />
      <Heading>
        {newest ? reportWords.review.bar(sponsorName) : reportWords.heading(sponsorName)}
      </Heading>
      {facts && newest && <Reviewed facts={facts} newest={newest} reload={reload} />}
      {facts && !newest && <p>{reportWords.none}</p>}
      {!facts && <ReportWait failure={failure} again={reload} />}
    </>
  );
}

interface ReviewedProps {
  readonly facts: ReportFacts;
  readonly newest: VersionFacts;
  readonly reload: () => Promise<void>;
}

/** The last whole day until which a release may stand, if nobody says otherwise. */
function usualEnd({ coachSigned, latestAt }: ReportFacts, now: number): number {
  return coachSigned?.endsAt ?? Math.min(wholeDay(now) + USUAL_SECONDS, latestAt);
}

function Reviewed({ facts, newest, reload }: ReviewedProps) {
  const { opened, now, zone } = useDesk();
  const [endsAt, setEndsAt] = useState(() => usualEnd(facts, now()));
  const [reached, setReached] = useState(false);
  const { review } = reportWords;
  const { sponsorName } = opened.policy;
  const { sponsorPerson, callDays } = newest.fields;
  // A page stays open overnight: what was tomorrow when it was drawn may be over when it is pressed.
  const [drawnAt, setDrawnAt] = useState(now);
  const opens = nextMorning(drawnAt, zone, facts.coachSigned?.notBefore ?? 0);
  const until = Math.min(endsAt, facts.coachSigned?.endsAt ?? endsAt, facts.latestAt);
  return (
    <>
      <ReportDocument
        report={newest.report}
        releasedAt={opens}
        endsAt={until}
        end={() => setReached(true)}
      />
      <h2>{review.heading}</h2>
      <p class="meta">
        {review.without(review.words(countWords(newest.fields)), Boolean(callDays))}
      </p>
      <dl class="lines-six">
        <div>
          <dt>{review.who}</dt>
          <dd>
            {sponsorPerson ? review.person(sponsorPerson, sponsorName) : review.nobody(sponsorName)}
          </dd>
        </div>
        {facts.myRole === "client" && (
          <div>
            <dt>{review.until}</dt>
            <dd>
              <Until facts={facts} until={until} choose={setEndsAt} />
            </dd>
          </div>
        )}
      </dl>
      <SignState facts={facts} />
      <ReleaseState facts={facts} reload={reload} />
      {facts.myRole === "coach" ? (
        <CoachSigns
          key={newest.id}
          facts={facts}
          newest={newest}
          choose={setEndsAt}
          endsAt={until}
        />
      ) : (
        <ClientDecides
          key={newest.id}
          facts={facts}
          newest={newest}
          until={until}
          opens={opens}
          redraw={() => setDrawnAt(now())}
          reached={reached}
        />
      )}
      <p>
        <a href={href({ view: "work", page: "report" })}>{reportWords.up}</a>
      </p>
    </>
  );
}

interface UntilProps {
  readonly facts: ReportFacts;
  readonly until: number;
  readonly choose: (endsAt: number) => void;
}

function Until({ facts, until, choose }: UntilProps) {
  const { now, zone } = useDesk();
  const [open, setOpen] = useState(false);
  const [wrong, setWrong] = useState(false);
  const take = (text: string) => {
    const found = agreedDate(text);
    const fits =
      found !== null && found > now() && found <= (facts.coachSigned?.endsAt ?? facts.latestAt);
    setWrong(!fits);
    if (fits) {
      choose(found);
    }
  };
  return (
    <>
      <span>{fullDay(until, zone)}</span>{" "}
      {open ? (
        <TextField
          label={reportWords.review.until}
          value={calendarDay(until, "UTC")}
          onValue={take}
          fault={wrong ? reportWords.review.dates : null}
          attributes={{ type: "date" }}
        />
      ) : (
        <button type="button" class="link" onClick={() => setOpen(true)}>
          {reportWords.review.change}
        </button>
      )}
    </>
  );
}

/** A name under the document, typed as it stands in it. */
function useName() {
  const { opened } = useDesk();
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState(false);
  const plain = (text: string) => text.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
  const right = () => {
    const fits = plain(name) === plain(opened.myName);
    setWrong(!fits);
    return fits;
  };
  const { review } = reportWords;
  const field = (
    <TextField
      label={review.name}
      value={name}
      onValue={setName}
      fault={wrong ? review.nameWrong(opened.myName) : null}
      attributes={{ autocomplete: "name", class: "signature" }}
    />
  );
  return { field, right };
}

/** Something that is signed: what is on its way, and what failed, in words. */
function useActing() {
  const { opened } = useDesk();
  const [busy, setBusy] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const { review, form } = reportWords;
  const act = async (saying: string, work: () => Promise<unknown>) => {
    setBusy(saying);
    setFailure(null);
    try {
      await work();
    } catch (reason) {
      setFailure(failureOf(reason));
    }
    setBusy("");
  };
  const name = firstName(opened.otherName);
  const sentence = (found: Failure) =>
    found.detail === "report-stale"
      ? review.stale
      : found.detail === "report-changed"
        ? form.changed(name)
        : failureWords(found, opened);
  const said = (
    <>
      {failure && <Trouble text={sentence(failure)} />}
      {busy && <Wait>{busy}</Wait>}
    </>
  );
  return { busy: busy !== "", act, said };
}

interface DecidesProps {
  readonly facts: ReportFacts;
  readonly newest: VersionFacts;
  readonly until: number;
  readonly opens: number;
  /** The day that is offered, and the document's date with it, anew. */
  readonly redraw: () => void;
  readonly reached: boolean;
}

function ClientDecides({ facts, newest, until, opens, redraw, reached }: DecidesProps) {
  const { session, opened, now, zone, say } = useDesk();
  const { review } = reportWords;
  const { sponsorName } = opened.policy;
  const { field, right } = useName();
  const { busy, act, said } = useActing();
  const at = now();
  const { coachSigned, clientSigned, release } = facts;
  const out = clientSigned && (release?.state === "waiting" || release?.state === "open");
  if (!coachSigned || out || until <= at) {
    return facts.active ? <Answers facts={facts} newest={newest} /> : null;
  }
  const mayNow = coachSigned.notBefore <= at;
  const mayLater = opens < until;
  const tomorrow = isTomorrow(opens, at, zone);
  const let_out = (notBefore: number) => {
    const pressedAt = now();
    // Nothing leaves on a day that was not the one on the button.
    const offered = nextMorning(pressedAt, zone, coachSigned.notBefore);
    if (notBefore === opens && opens !== offered) {
      redraw();
      return;
    }
    if (right()) {
      act(review.releasing, async () => {
        await session.report("release", [newest.id, notBefore, until]);
        say(
          notBefore > pressedAt
            ? reportWords.released.waiting(sponsorName, releaseTime(notBefore, pressedAt, zone))
            : reportWords.released.open(sponsorName, fullDay(until, zone)),
        );
      });
    }
  };
  return (
    <>
      <form onSubmit={(event) => event.preventDefault()} noValidate>
        {field}
        {said}
        <div class={reached ? "actions deciding reached" : "actions deciding"}>
          {mayLater && (
            <button type="button" class="do" disabled={busy} onClick={() => let_out(opens)}>
              {tomorrow ? review.tomorrow : review.onDay(day(opens, at, zone))}
            </button>
          )}
          {mayNow && (
            <button
              type="button"
              class={mayLater ? "quiet" : "do"}
              disabled={busy}
              onClick={() => let_out(Math.min(coachSigned.notBefore, at))}
            >
              {mayLater ? review.now : review.nowOnly}
            </button>
          )}
        </div>
      </form>
      {facts.active && <Answers facts={facts} newest={newest} />}
    </>
  );
}

/** What the client may say instead; both go to the coach alone. */
function Answers({ newest }: Pick<DecidesProps, "facts" | "newest">) {
  const { session, opened, say } = useDesk();
  const { review } = reportWords;
  const name = firstName(opened.otherName);
  const [open, setOpen] = useState<"change" | "declined" | null>(null);
  const [note, setNote] = useState("");
  const { busy, act, said } = useActing();
  const answer = (kind: "change" | "declined") =>
    act(review.send, async () => {
      await session.report("answer", [newest.id, kind, note.trim()]);
      say(kind === "change" ? review.asked(name) : review.declined(name));
      setOpen(null);
    });
  return (
    <div class="actions">
      <button type="button" class="quiet" onClick={() => setOpen("change")}>
        {review.ask(name)}
      </button>
      <button type="button" class="quiet" onClick={() => setOpen("declined")}>
        {review.decline}
      </button>
      {open && (
        <Sheet
          heading={open === "change" ? review.ask(name) : review.declineHeading}
          onClose={() => setOpen(null)}
        >
          {open === "declined" && <p>{review.declineText(name, opened.policy.sponsorName)}</p>}
          {open === "change" && (
            <LongTextField
              label={review.askLabel(name)}
              value={note}
              onValue={setNote}
              rows={4}
              attributes={{ maxLength: 2000 }}
            />
          )}
          {said}
          <div class="actions">
            <button type="button" class="do" disabled={busy} onClick={() => answer(open)}>
              {open === "change" ? review.send : review.decline}
            </button>
          </div>
        </Sheet>
      )}
    </div>
  );
}

interface SignsProps {
  readonly facts: ReportFacts;
  readonly newest: VersionFacts;
  readonly endsAt: number;
  readonly choose: (endsAt: number) => void;
}

function CoachSigns({ facts, newest, endsAt, choose }: SignsProps) {
  const { session, opened, now, zone } = useDesk();
  const { sign } = reportWords;
  const { field, right } = useName();
  const { busy, act, said } = useActing();
  const [from, setFrom] = useState(() => calendarDay(now(), zone));
  const [until, setUntil] = useState(() => calendarDay(endsAt, "UTC"));
  const [wrong, setWrong] = useState(false);
  const [way, setWay] = useState<SponsorWay | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const [first, last] = [instantIn(from, "00:00", zone), agreedDate(until)];
    const at = now();
    const fits =
      first !== null && last !== null && last > Math.max(first, at) && last <= facts.latestAt;
    setWrong(!fits);
    if (right() && fits) {
      choose(last);
      act(sign.signing, async () =>
        setWay(await session.report("sign", [newest.id, first <= at ? 0 : first, last])),
      );
    }
  };
  const { sponsorPerson } = newest.fields;
  const again = () => act(sign.making, async () => setWay(await session.report("newDigits", [])));
  return (
    <>
      {way && <Way way={way} person={sponsorPerson} />}
      {facts.coachSigned && facts.slot && !way && (
        <section class="stack-small">
          <p class="quiet-text">{sign.againText}</p>
          <button type="button" disabled={busy} onClick={again}>
            {sign.again}
          </button>
        </section>
      )}
      {!facts.coachSigned && facts.active && !way && (
        <form class="stack-small" onSubmit={submit} noValidate>
          <h2>{sign.heading}</h2>
          <p>{sign.lead(firstName(opened.otherName))}</p>
          {sponsorPerson ? (
            <>
              <div class="fields-row">
                <TextField
                  label={sign.from}
                  value={from}
                  onValue={setFrom}
                  fault={wrong ? sign.dates(fullDay(facts.latestAt, zone)) : null}
                  attributes={{ type: "date" }}
                />
                <TextField
                  label={sign.until}
                  value={until}
                  onValue={setUntil}
                  attributes={{ type: "date" }}
                />
              </div>
              {field}
              <div class="actions">
                <button type="submit" class="do" disabled={busy}>
                  {sign.go}
                </button>
              </div>
            </>
          ) : (
            <>
              <p>{sign.person}</p>
              <a class="button" href={href({ view: "work", page: "report-edit" })}>
                {reportWords.edit}
              </a>
            </>
          )}
        </form>
      )}
      {said}
    </>
  );
}

/** Link and digits, to be given by two ways. */
function Way({ way, person }: { way: SponsorWay; person: string }) {
  const { sign } = reportWords;
  return (
    <section class="card way" aria-labelledby="way">
      <h2 id="way">{sign.wayHeading(person)}</h2>
      <p>{sign.wayLead(person)}</p>
      <dl class="lines-six">
        <div>
          <dt>{sign.link}</dt>
          <dd class="mono">{way.link}</dd>
        </div>
        <div>
          <dt>{sign.digits}</dt>
          <dd class="mono large-text">{way.digits}</dd>
        </div>
      </dl>
      <p class="quiet-text">{sign.once}</p>
      <div class="actions">
        <CopyButton text={way.link} label={sign.copyLink} />
        <CopyButton text={way.digits} label={sign.copyDigits} />
      </div>
    </section>
  );
}
