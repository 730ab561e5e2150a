/** *Clients*: a coach's people, by what needs attention, and turning to one of them. Knows of each what the server and the vault say, no message. */

import { useEffect, useState } from "preact/hooks";
import { packDrafts } from "../drafts.ts";
import type { ClientRow } from "../session.own.ts";
import type { Failure } from "../session.ts";
import { fullDay } from "../time.ts";
import { clientWords } from "../words.clients.ts";
import { settingWords } from "../words.settings.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { TextField } from "./fields.tsx";
import { keep } from "./kept.ts";
import { Heading, Initials, Trouble, Wait } from "./parts.tsx";

/** More than these, and a name is quicker typed than found. */
const MANY = 40;

export function Clients() {
  const { session, opened, inbox, outgoing, dispatch, go } = useDesk();
  const [rows, setRows] = useState<readonly ClientRow[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [filter, setFilter] = useState("");
  const [busy, setBusy] = useState(false);
  const failed = (reason: unknown) => {
    setBusy(false);
    setFailure(failureOf(reason));
  };
  const load = () => {
    setFailure(null);
    session.own("clients", []).then(setRows, failed);
  };
  useEffect(load, []);
  // What is on its way belongs to the client who is open: it would not go, or not to them.
  const onItsWay = outgoing.job !== null && outgoing.stage?.kind !== "done";
  const turn = async (row: ClientRow) => {
    setBusy(true);
    try {
      await session.setAside(packDrafts(inbox.drafts));
      const chosen = await session.choose(row.id);
      keep("engagement", row.id);
      dispatch({ kind: "opened", opened: chosen, drafts: [] });
      go({ view: "list", filter: "all" });
    } catch (reason) {
      failed(reason);
    }
  };
  const found = rows?.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase())) ?? [];
  return (
    <>
      <Heading>{clientWords.heading}</Heading>
      <p class="lead">{clientWords.lead}</p>
      {failure && <Trouble text={failureWords(failure, opened)} again={load} />}
      {!rows && !failure && <Wait>{settingWords.loading}</Wait>}
      {rows?.length === 0 && <p>{clientWords.none}</p>}
      {(rows?.length ?? 0) > MANY && (
        <TextField label={clientWords.filter} value={filter} onValue={setFilter} />
      )}
      <p class="wait" role="status">
        {busy ? clientWords.opening : onItsWay && clientWords.onItsWay}
      </p>
      <ul class="ways-in clients">
        {[...found].sort(byNeed).map((row) => (
          <Client key={row.id} row={row} busy={busy || onItsWay} turn={() => turn(row)} />
        ))}
      </ul>
    </>
  );
}

/** Who asks first, then who is invited, then those who work, then the rest; by name among equals. */
function byNeed(one: ClientRow, other: ClientRow): number {
  const rank = (row: ClientRow) =>
    row.asked > 0 ? 0 : ["draft", "active", "held", "gone", "withdrawn"].indexOf(row.state) + 1;
  return rank(one) - rank(other) || one.name.localeCompare(other.name);
}

interface ClientProps {
  readonly row: ClientRow;
  readonly busy: boolean;
  readonly turn: () => void;
}

function Client({ row, busy, turn }: ClientProps) {
  const { opened, zone } = useDesk();
  const current = row.address !== "" && row.address === opened.inboundAddress;
  const usable = row.state === "active" || row.state === "held";
  return (
    <li>
      <Initials name={row.name} />
      <div>
        <span>{row.name}</span>
        <span class="meta">{standing(row, zone)}</span>
      </div>
      {current ? (
        <span class="meta">{clientWords.current}</span>
      ) : (
        usable && (
          <button type="button" disabled={busy} onClick={turn}>
            {clientWords.open}
            <span class="unseen"> {row.name}</span>
          </button>
        )
      )}
    </li>
  );
}

function standing(row: ClientRow, zone: string): string {
  if (row.asked > 0) {
    return clientWords.asked(row.asked);
  }
  switch (row.state) {
    case "draft":
      return row.invitedUntil > 0
        ? clientWords.invited(fullDay(row.invitedUntil, zone))
        : clientWords.joined;
    case "active":
      return clientWords.until(fullDay(row.endsAt, zone));
    case "held":
      return clientWords.held(fullDay(row.endsAt, zone));
    default:
      return clientWords.gone;
  }
}
