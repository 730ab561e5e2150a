/**
 * At the top of the list: thirty, seven and one days before everything goes, while something of it has not been read or no copy was ever taken.
 * Fetched when the end is near. Must never say that no copy was taken before that is known.
 */

import { endStage, unreadCount } from "../inbox.ts";
import { href } from "../route.ts";
import { fullDay } from "../time.ts";
import { endWords } from "../words.endcard.ts";
import { words } from "../words.ts";
import { useAsked } from "./asked.ts";
import { useDesk } from "./desk.ts";
import { Banner } from "./parts.tsx";

export function EndCard() {
  const { session, inbox, opened, now, zone } = useDesk();
  const asked = useAsked(() => session.own("copiesTaken", []), [opened]);
  const copies = asked.failure ? null : asked.value;
  const { holdEndsAt } = opened.policy;
  const stage = endStage(holdEndsAt, now());
  const unread = unreadCount(inbox);
  const never = copies?.length === 0;
  if (!stage || (!unread && !never)) {
    return null;
  }
  const [last] = copies ?? [];
  return (
    <Banner tone="soon">
      <p>
        <strong>{words.list.soonWord}</strong> {endWords.goes(stage, fullDay(holdEndsAt, zone))}{" "}
        {unread > 0 && endWords.unread(unread)} {never && endWords.never}
        {last && endWords.copied(fullDay(last.at, zone))}{" "}
        <a href={href({ view: "work", page: "copy" })}>{endWords.copy}</a>
      </p>
    </Banner>
  );
}
