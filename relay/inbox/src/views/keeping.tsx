/** Two pages of *Our work* that only tell: where things are kept, and the private notes that one can count. */

import { DAY_SECONDS, fullDay } from "../time.ts";
import { firstName } from "../words.ts";
import { workWords } from "../words.work.ts";
import { useDesk } from "./desk.ts";
import { lazy } from "./lazy.tsx";
import { Heading } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

/** Places and people in a table: what is there, and until when. */
export function Kept({ work }: PageProps) {
  const { opened, zone } = useDesk();
  const { kept } = workWords;
  const name = firstName(opened.otherName);
  const until = fullDay(work.deleted.at, zone);
  const coach = work.myRole === "coach";
  const rows: readonly (readonly [string, string, string])[] = [
    [kept.server(work.host), kept.serverWhat, until],
    coach
      ? [kept.ownComputer, kept.ownComputerWhat, until]
      : [kept.coachComputer(name), kept.coachComputerWhat(name), until],
    coach
      ? [kept.clientBrowser(name), kept.clientBrowserWhat(name), kept.clientBrowserUntil]
      : [kept.browser, kept.browserWhat, kept.browserUntil],
    work.backupDays
      ? [
          kept.backups,
          kept.backupsWhat,
          fullDay(work.deleted.at + work.backupDays * DAY_SECONDS, zone),
        ]
      : [kept.backups, kept.noBackups, ""],
  ];
  return (
    <>
      <UpToWork />
      <Heading>{kept.heading}</Heading>
      <table class="places">
        <thead>
          <tr>
            <th scope="col">{kept.place}</th>
            <th scope="col">{kept.what}</th>
            <th scope="col">{kept.until}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([place, what, date]) => (
            <tr key={place}>
              <th scope="row">{place}</th>
              <td>{what}</td>
              <td data-label={kept.until}>{date}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <section class="stack-small">
        <h2>{kept.agreed}</h2>
        <ul class="bullets">
          {opened.policy.places.map((place) => (
            <li key={place}>{place}</li>
          ))}
        </ul>
      </section>
      <p class="quiet-text">{kept.outside}</p>
    </>
  );
}

/** A coach reads and writes them; fetched when one first goes there. */
const OwnNotes = lazy(async () => (await import("./notes.tsx")).OwnNotes);

/** Notes: the coach's own, or those that one cannot read, but can count (their number is the server's, their date the agreement's). */
export function Notes(props: PageProps) {
  return props.work.myRole === "coach" ? <OwnNotes {...props} /> : <CountedNotes {...props} />;
}

function CountedNotes({ work }: PageProps) {
  const { opened, zone } = useDesk();
  const { notes } = workWords;
  const name = firstName(opened.otherName);
  const { count, expiresAt } = work.notes;
  const others = opened.policy.sponsorName ? [opened.policy.sponsorName] : [];
  const date = fullDay(expiresAt || work.deleted.at, zone);
  return (
    <>
      <UpToWork />
      <Heading>{notes.heading(name)}</Heading>
      <p class="large-text">{count ? notes.some(name, count) : notes.none(name)}</p>
      {count > 0 && (
        <>
          <p class="lead">
            {notes.cannot(others)} {notes.goes(date)}
          </p>
          <p class="quiet-text">{notes.counted}</p>
        </>
      )}
    </>
  );
}
