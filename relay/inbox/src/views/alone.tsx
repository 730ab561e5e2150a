/** Instead of the list: a coach with whom nobody works, yet or any more. There is no mailbox; the way on is *Clients*. */

import { href } from "../route.ts";
import { clientWords } from "../words.clients.ts";
import { words } from "../words.ts";
import { useDesk } from "./desk.ts";
import { Happened } from "./happened.tsx";
import { Heading } from "./parts.tsx";
import { Replies } from "./replies.tsx";

export function Alone() {
  const { inbox } = useDesk();
  return (
    <>
      <Heading>{words.list.heading}</Heading>
      {inbox.happened && <Happened />}
      {inbox.replies.length > 0 && <Replies />}
      <p class="lead">{clientWords.alone.lead}</p>
      <a class="button do" href={href({ view: "clients" })}>
        {clientWords.alone.clients}
      </a>
    </>
  );
}
