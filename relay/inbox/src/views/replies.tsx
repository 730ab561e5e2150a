/** At the top of a coach's list: somebody who was invited has answered without joining. Leads to *Clients*; shows no word of the answer. */

import { href } from "../route.ts";
import { clientWords } from "../words.clients.ts";
import { useDesk } from "./desk.ts";
import { Banner } from "./parts.tsx";

/** Of more, only how many there are. */
const MOST = 3;

export function Replies() {
  const { inbox } = useDesk();
  const { replies: said } = clientWords;
  const shown = inbox.replies.slice(0, MOST);
  const more = inbox.replies.length - shown.length;
  return (
    <Banner tone="note">
      {shown.map(({ name, kind }) => (
        <p key={name}>{said[kind](name)}</p>
      ))}
      {more > 0 && <p>{said.more(more)}</p>}
      <p>
        <a href={href({ view: "clients" })}>{said.look}</a>
      </p>
    </Banner>
  );
}
