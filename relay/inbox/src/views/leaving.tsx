/** In the list, until a report leaves: when it does, and for its owner the way to keep it here. Fetched when there is something to cancel. */

import { href } from "../route.ts";
import { reportWords } from "../words.report.ts";
import { firstName } from "../words.ts";
import { useDesk } from "./desk.ts";
import { Banner } from "./parts.tsx";
import { releaseTime, Withdraw } from "./withdraw.tsx";

export function Leaving() {
  const { opened, now, zone } = useDesk();
  const from = opened.released?.from ?? 0;
  if (from <= now()) {
    return null;
  }
  const { leaving } = reportWords;
  const { sponsorName } = opened.policy;
  const when = releaseTime(from, now(), zone);
  const coach = opened.myRole === "coach";
  return (
    <Banner tone="note">
      <p>
        {coach
          ? leaving.cardCoach(sponsorName, firstName(opened.otherName), when)
          : leaving.card(sponsorName, when)}{" "}
        <a href={href({ view: "work", page: "report" })}>{reportWords.up}</a>
      </p>
      {/* What was let out before may be read by now, and goes with it: its page says so first. */}
      {!coach && !opened.released?.earlier && <Withdraw waiting done={() => {}} />}
    </Banner>
  );
}
