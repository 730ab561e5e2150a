/** *What … sees*: at any time the sponsor's page, opened as the sponsor's browser opens it and drawn by its code from the same bytes. */

import { tag } from "../language.ts";
import { releaseWords } from "../release/words.ts";
import { href } from "../route.ts";
import type { ReportFacts } from "../session.report.ts";
import { reportWords } from "../words.report.ts";
import { firstName } from "../words.ts";
import { workWords } from "../words.work.ts";
import { useAsked } from "./asked.ts";
import { failureWords, useDesk } from "./desk.ts";
import { Heading, Trouble, Wait } from "./parts.tsx";
import { useReport } from "./report.tsx";
import { ReportDocument } from "./reportdocument.tsx";
import { releaseTime } from "./withdraw.tsx";
import { UpToWork } from "./work.tsx";

export function SponsorView() {
  const { opened } = useDesk();
  const { sponsorName, sponsorShown } = opened.policy;
  const { sponsor } = workWords;
  return (
    <>
      <UpToWork />
      <Heading>{sponsor.heading(sponsorName)}</Heading>
      {sponsorName ? (
        <>
          <Seen />
          <section class="stack-small">
            <h2>{sponsor.scope}</h2>
            <p>{sponsorShown || sponsor.scopeNone}</p>
          </section>
        </>
      ) : (
        <p class="lead">{sponsor.none}</p>
      )}
    </>
  );
}

function Seen() {
  const { session, opened } = useDesk();
  const { facts } = useReport();
  const asked = async () => ({ seen: await session.report("seen", []) });
  const { value, failure, load: look } = useAsked(asked, [opened]);
  const { sponsorName } = opened.policy;
  if (failure) {
    return <Trouble text={failureWords(failure, opened)} again={look} />;
  }
  if (!value || !facts) {
    return <Wait>{reportWords.seen.looking}</Wait>;
  }
  if (value.seen) {
    return (
      <>
        <p class="lead">{reportWords.seen.live(sponsorName)}</p>
        <ReportDocument {...value.seen} />
      </>
    );
  }
  return <Nothing facts={facts} />;
}

/** Why there is nothing; the page itself says one sentence, whatever the reason. */
function Nothing({ facts }: { facts: ReportFacts }) {
  const { opened, now, zone } = useDesk();
  const { seen } = reportWords;
  const { release, withdrawnAt } = facts;
  const { sponsorName } = opened.policy;
  const name = firstName(opened.otherName);
  const why = () => {
    if (release?.state === "waiting") {
      return seen.waiting(releaseTime(release.from, now(), zone));
    }
    if (release?.state === "ended" || release?.state === "closed") {
      return seen[release.state];
    }
    if (withdrawnAt !== null) {
      return seen.withdrawn;
    }
    return facts.myRole === "coach" ? seen.nothingCoach(name) : seen.nothing;
  };
  return (
    <>
      <p class="large-text">{why()}</p>
      <p class="lead">{seen.page(releaseWords(tag).nothing)}</p>
      <div class="actions">
        <a class="button" href={href({ view: "work", page: "report" })}>
          {reportWords.heading(sponsorName)}
        </a>
      </div>
    </>
  );
}
