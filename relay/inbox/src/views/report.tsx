/** The report in the inbox: how far it is, what was changed by whom, and the ways on. Owns what was read of it while one looks at its pages. */

import { reportChanges } from "../reportdiff.ts";
import { href } from "../route.ts";
import type { ReportFacts, ReportFields, VersionFacts } from "../session.report.ts";
import type { Failure } from "../session.ts";
import { DAY_SECONDS, fullDay, plainDay } from "../time.ts";
import { reportWords as words } from "../words.report.ts";
import { firstName } from "../words.ts";
import { useAsked } from "./asked.ts";
import { failureWords, useDesk } from "./desk.ts";
import { Banner, Heading, Trouble, Wait } from "./parts.tsx";
import { releaseTime, Withdraw } from "./withdraw.tsx";
import { UpToWork } from "./work.tsx";

/** The report's facts, read anew whenever something is signed. */
export function useReport() {
  const { session, opened } = useDesk();
  const asked = useAsked(() => session.report("facts", []), [opened]);
  return { facts: asked.value, failure: asked.failure, reload: asked.load };
}

/** Until the facts are there. */
export function ReportWait({ failure, again }: { failure: Failure | null; again: () => void }) {
  const { opened } = useDesk();
  return failure ? (
    <Trouble text={failureWords(failure, opened)} again={again} />
  ) : (
    <Wait>{words.loading}</Wait>
  );
}

export function ReportPage() {
  const { opened } = useDesk();
  const { facts, failure, reload } = useReport();
  const { sponsorName } = opened.policy;
  return (
    <>
      <UpToWork />
      <Heading>{words.heading(sponsorName)}</Heading>
      <p class="lead">{words.lead(sponsorName)}</p>
      {facts ? (
        <Report facts={facts} reload={reload} />
      ) : (
        <ReportWait failure={failure} again={reload} />
      )}
    </>
  );
}

function Report({ facts, reload }: { facts: ReportFacts; reload: () => Promise<void> }) {
  const { opened } = useDesk();
  const [newest, before] = facts.versions;
  return (
    <>
      <ReleaseState facts={facts} reload={reload} />
      {newest ? (
        <>
          <SignState facts={facts} />
          <Changed newest={newest} before={before ?? null} />
          {facts.beside.map((one) => (
            <Beside key={one.id} one={one} newest={newest} />
          ))}
        </>
      ) : (
        <p class="large-text">{words.none}</p>
      )}
      <div class="actions">
        {newest && (
          <a class="button do" href={href({ view: "work", page: "review" })}>
            {words.review.open(opened.policy.sponsorName)}
          </a>
        )}
        {facts.active && (
          <a
            class={newest ? "button" : "button do"}
            href={href({ view: "work", page: "report-edit" })}
          >
            {newest ? words.edit : words.begin}
          </a>
        )}
      </div>
    </>
  );
}

/** Which signatures stand, what ended others, and what was answered. */
export function SignState({ facts }: { facts: ReportFacts }) {
  const { opened, zone } = useDesk();
  const name = firstName(opened.otherName);
  const coach = facts.myRole === "coach";
  const { coachSigned, clientSigned, answer, dropped } = facts;
  const { signed } = words;
  const date = (at: number) => plainDay(at, zone);
  return (
    <div class="stack-small" role="status">
      {dropped && (
        <Banner tone="note">
          {dropped === "other" ? signed.dropped.other(name) : signed.dropped[dropped]}
        </Banner>
      )}
      {answer && (
        <Banner tone="note">
          <p>{words.answered[answer.answer](answer.mine, name, date(answer.at))}</p>
          {answer.note && <p class="kept-lines">{answer.note}</p>}
        </Banner>
      )}
      {coachSigned ? (
        <p>
          {coach
            ? signed.coachMine(date(coachSigned.signedAt))
            : signed.coach(name, date(coachSigned.signedAt))}{" "}
          {coachSigned.notBefore
            ? signed.windowFrom(date(coachSigned.notBefore), date(coachSigned.endsAt))
            : signed.window(date(coachSigned.endsAt))}
        </p>
      ) : (
        <p>{coach ? signed.none : signed.coachWaits(name)}</p>
      )}
      {clientSigned ? (
        <p>{signed.client(!coach, name, date(clientSigned.signedAt))}</p>
      ) : (
        coach && coachSigned && !answer && <p>{signed.clientWaits(name)}</p>
      )}
    </div>
  );
}

/** What stands at the sponsor's, and the client's way to take it back. */
export function ReleaseState({
  facts,
  reload,
}: {
  facts: ReportFacts;
  reload: () => Promise<void>;
}) {
  const { opened, now, zone } = useDesk();
  const { release, withdrawnAt, unconfirmed, clientSigned } = facts;
  const { released } = words;
  const { sponsorName } = opened.policy;
  const name = firstName(opened.otherName);
  const coach = facts.myRole === "coach";
  if (!release && !withdrawnAt && !unconfirmed) {
    return null;
  }
  const live = release?.state === "waiting" || release?.state === "open" ? release : null;
  return (
    <section class="card" aria-label={words.seen.heading(sponsorName)}>
      {release?.state === "waiting" && (
        <p class="large-text">
          {released.waiting(sponsorName, releaseTime(release.from, now(), zone))}
        </p>
      )}
      {release?.earlierUntil !== undefined && <p>{released.earlier(sponsorName)}</p>}
      {release?.state === "open" && (
        <p class="large-text">{released.open(sponsorName, fullDay(release.until, zone))}</p>
      )}
      {release?.state === "closed" && <p>{released.closed(sponsorName)}</p>}
      {release?.state === "ended" && (
        <p>{released.ended(sponsorName, fullDay(release.until, zone))}</p>
      )}
      {withdrawnAt !== null && (
        <p>{released.withdrawn(!coach, name, plainDay(withdrawnAt, zone))}</p>
      )}
      {unconfirmed && <p class="quiet-text">{released.unconfirmed}</p>}
      {live && !clientSigned && (
        <p class="quiet-text">{coach ? released.newerCoach(name) : released.newer}</p>
      )}
      <div class="actions">
        {!coach && live && (
          <Withdraw waiting={live.state === "waiting" && !live.earlierUntil} done={reload} />
        )}
        <a class="button quiet" href={href({ view: "work", page: "sponsor" })}>
          {released.see(sponsorName)}
        </a>
      </div>
    </section>
  );
}

/** What the newest version says otherwise than the one before, with whose it is. */
function Changed({ newest, before }: { newest: VersionFacts; before: VersionFacts | null }) {
  const { opened, zone } = useDesk();
  const name = firstName(opened.otherName);
  const date = plainDay(newest.writtenAt, zone);
  return (
    <section class="stack-small" aria-labelledby="changed">
      <h2 id="changed">{words.changed}</h2>
      {before ? (
        <>
          <p class="meta">{words.version(newest.number, newest.mine, name, date)}</p>
          <Differences
            label={words.changedBy(newest.mine, name, date)}
            before={before.fields}
            now={newest.fields}
          />
        </>
      ) : (
        <p>{words.first(newest.mine, name, date)}</p>
      )}
    </section>
  );
}

function Beside({ one, newest }: { one: VersionFacts; newest: VersionFacts }) {
  const { opened, zone } = useDesk();
  const name = firstName(opened.otherName);
  return (
    <Banner tone="soon">
      <p>{words.beside(one.mine, name)}</p>
      <details class="whole">
        <summary>{words.besideLook}</summary>
        <Differences
          label={words.changedBy(one.mine, name, plainDay(one.writtenAt, zone))}
          before={newest.fields}
          now={one.fields}
        />
      </details>
    </Banner>
  );
}

interface DifferencesProps {
  readonly label: string;
  readonly before: ReportFields;
  readonly now: ReportFields;
}

function Differences({ label, before, now }: DifferencesProps) {
  const { opened, zone } = useDesk();
  const client = opened.myRole === "client" ? opened.myName : opened.otherName;
  const changes = reportChanges(before, now, {
    period: ({ beginsAt, endsAt }) =>
      `${plainDay(beginsAt, zone)} – ${plainDay(endsAt - DAY_SECONDS, zone)}`,
    calls: (days) => (days ?? []).map((one) => plainDay(one * DAY_SECONDS, zone)).join(", "),
  });
  const { fields } = words;
  const named = (field: (typeof changes)[number]["field"], goal: number) => {
    switch (field) {
      case "goal":
      case "how":
      case "where":
        return fields[field](goal);
      case "own":
        return fields.own(firstName(client));
      default:
        return fields[field];
    }
  };
  return (
    <dl class="changes" aria-label={label}>
      {changes.map((one) => (
        <div key={`${one.field} ${one.goal}`}>
          <dt>{named(one.field, one.goal)}</dt>
          {one.before && (
            <dd>
              <span class="meta">{one.now ? words.before : words.removed}</span>{" "}
              <del>{one.before}</del>
            </dd>
          )}
          {one.now && (
            <dd>
              <span class="meta">{words.now}</span> <ins>{one.now}</ins>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}
