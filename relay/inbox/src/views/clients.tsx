/** *Clients*: a coach's people, by what needs attention, and turning to one of them. Knows of each what the server and the vault say, no message. */

import { useEffect, useRef, useState } from "preact/hooks";
import { asShown, isOutOfOrder } from "../clientorder.ts";
import { packDrafts, unpackDrafts } from "../drafts.ts";
import { href } from "../route.ts";
import type { Reply } from "../session.coming.ts";
import type { ClientGlance, ClientRow, WaitingInvitation } from "../session.own.ts";
import type { Failure } from "../session.ts";
import { fullDay, weekdayAndDay } from "../time.ts";
import { clientWords } from "../words.clients.ts";
import { inviteWords } from "../words.invite.ts";
import { settingWords } from "../words.settings.ts";
import { firstName } from "../words.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { TextField } from "./fields.tsx";
import { useGlances } from "./glances.ts";
import { Invite, type Terms, Waiting } from "./invite.tsx";
import { keep } from "./kept.ts";
import { lazy } from "./lazy.tsx";
import { Heading, Initials, Trouble, Wait } from "./parts.tsx";

const Replied = lazy(async () => (await import("./replied.tsx")).Replied);

/** What is done in the list's place: a new invitation, or one that waits. */
type Doing =
  | { readonly terms: Terms }
  | { readonly made: WaitingInvitation; readonly fresh: boolean }
  | { readonly replied: ClientRow }
  | null;

/** More than these, and a name is quicker typed than found. */
const MANY = 40;

export function Clients() {
  const { session, opened, inbox, outgoing, dispatch, go } = useDesk();
  const [rows, setRows] = useState<readonly ClientRow[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [filter, setFilter] = useState("");
  const [busy, setBusy] = useState(false);
  const [doing, setDoing] = useState<Doing>(null);
  const [said, setSaid] = useState("");
  const glances = useGlances(rows);
  const failed = (reason: unknown) => {
    setBusy(false);
    setFailure(failureOf(reason));
  };
  /** `order`: as it is shown, where nobody asked for another. */
  const load = (order: readonly string[] = []) => {
    setFailure(null);
    session.own("clients", []).then((found) => {
      setRows(asShown(found, order));
      const replies = found.flatMap(({ name, reply }) =>
        reply ? [{ name, kind: reply.kind }] : [],
      );
      dispatch({ kind: "replies", replies });
    }, failed);
  };
  const shown = useRef<readonly string[]>([]);
  shown.current = rows?.map(({ id }) => id) ?? [];
  const look = () => load(shown.current);
  useEffect(look, []);
  useEffect(() => session.onEvent(({ kind }) => kind === "clients" && look()), [session]);
  useBack(inbox.connection, look);
  // What is on its way belongs to the client who is open: it would not go, or not to them.
  const onItsWay = outgoing.job !== null && outgoing.stage?.kind !== "done";
  const turn = async (row: ClientRow) => {
    setBusy(true);
    try {
      await session.setAside(packDrafts(inbox.drafts));
      const chosen = await session.choose(row.id);
      keep("engagement", row.id);
      const drafts = unpackDrafts(await session.takeBack().catch(() => null));
      dispatch({ kind: "opened", opened: chosen, drafts });
      go({ view: "list", filter: "all" });
    } catch (reason) {
      failed(reason);
    }
  };
  const found = rows?.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase())) ?? [];
  const finished = (text: string) => {
    setDoing(null);
    setSaid(text);
    load();
  };
  const show = (row: ClientRow) => {
    setFailure(null);
    session
      .own("waitingInvitation", [row.id])
      .then((made) => setDoing({ made, fresh: false }), failed);
  };
  const again = (row: ClientRow) => {
    setFailure(null);
    session.own("invitationTerms", [row.id]).then((terms) => setDoing({ terms }), failed);
  };
  if (doing && "made" in doing) {
    return <Waiting {...doing} done={finished} />;
  }
  if (doing && "replied" in doing) {
    const row = doing.replied;
    return (
      <Replied
        row={row}
        reply={row.reply as Reply}
        again={(terms) => setDoing({ terms })}
        show={() => show(row)}
        done={(removed) => finished(removed ? inviteWords.withdrawn : "")}
      />
    );
  }
  if (doing) {
    return (
      <>
        <Heading>{inviteWords.heading}</Heading>
        <Invite
          terms={doing.terms}
          done={(made) => setDoing({ made, fresh: true })}
          cancel={() => setDoing(null)}
        />
      </>
    );
  }
  return (
    <>
      <Heading>{clientWords.heading}</Heading>
      {rows?.length !== 0 && <p class="lead">{clientWords.lead}</p>}
      <p>
        <button type="button" class="do" onClick={() => setDoing({ terms: { name: "" } })}>
          {clientWords.invite}
        </button>
      </p>
      <p class="hint" role="status">
        {said}
      </p>
      {failure && <Trouble text={failureWords(failure, opened)} again={look} />}
      {!rows && !failure && <Wait>{settingWords.loading}</Wait>}
      {rows?.length === 0 && <p>{clientWords.none}</p>}
      {(rows?.length ?? 0) > MANY && (
        <TextField label={clientWords.filter} value={filter} onValue={setFilter} />
      )}
      <p class="wait" role="status">
        {busy ? clientWords.opening : onItsWay && clientWords.onItsWay}
      </p>
      {rows && isOutOfOrder(rows) && (
        <button type="button" class="newcomers" onClick={() => setRows(asShown(rows, []))}>
          {clientWords.reorder}
        </button>
      )}
      <ul class="ways-in clients">
        {found.map((row) => (
          <Client
            key={row.id}
            row={row}
            busy={busy || onItsWay}
            turn={() => turn(row)}
            show={() => show(row)}
            again={() => again(row)}
            glance={glances.get(row.id)}
            read={() => setDoing({ replied: row })}
          />
        ))}
      </ul>
      {rows?.some(({ state }) => state === "active" || state === "held") && (
        <p class="quiet-text">{clientWords.lost}</p>
      )}
    </>
  );
}

/** What came while the line was broken was told to nobody. */
function useBack(connection: "live" | "lost", look: () => void): void {
  const before = useRef(connection);
  useEffect(() => {
    if (before.current === "lost" && connection === "live") {
      look();
    }
    before.current = connection;
  }, [connection]);
}

interface ClientProps {
  readonly row: ClientRow;
  readonly glance: ClientGlance | undefined;
  readonly busy: boolean;
  readonly turn: () => void;
  readonly show: () => void;
  readonly again: () => void;
  readonly read: () => void;
}

function Client({ row, glance, busy, turn, show, again, read }: ClientProps) {
  const { opened, now, zone } = useDesk();
  const current = row.address !== "" && row.address === opened.inboundAddress;
  const usable = row.state === "active" || row.state === "held";
  const draft = row.state === "draft" && !row.answered;
  return (
    <li>
      <Initials name={row.name} />
      <div>
        <strong>{row.name}</strong>
        <span class="meta">{standing(row, zone)}</span>
        {glance && <Glance glance={glance} row={row} now={now()} zone={zone} />}
      </div>
      {draft && row.reply && (
        <button type="button" onClick={read}>
          {clientWords.read}
          <span class="unseen"> {row.name}</span>
        </button>
      )}
      {draft && !row.reply && (
        <button type="button" onClick={row.invitedUntil > 0 ? show : again}>
          {row.invitedUntil > 0 ? clientWords.show : clientWords.again}
          <span class="unseen"> {row.name}</span>
        </button>
      )}
      {current ? (
        <>
          <span class="meta">{clientWords.current}</span>
          {usable && (
            <a class="button" href={href({ view: "work", page: "notes" })}>
              {clientWords.notes}
              <span class="unseen"> {clientWords.notesOn(row.name)}</span>
            </a>
          )}
        </>
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

interface GlanceProps {
  readonly glance: ClientGlance;
  readonly row: ClientRow;
  readonly now: number;
  readonly zone: string;
}

function Glance({ glance, row: { name, state }, now, zone }: GlanceProps) {
  const { lastAt, lastMine, nextGoneAt, unread, going, goingAt, since } = glance;
  const said = clientWords.glance;
  const date = (at: number) => weekdayAndDay(at, now, zone);
  const waits = [
    // Once the work has ended no step of a report is taken any more.
    glance.report && state === "active" && said.report,
    unread > 0 && said.unread(unread),
    going > 0 && said.going(going, unread, date(goingAt)),
    since > 0 && said.since(since),
  ].filter(Boolean);
  const facts = [
    lastAt > 0 && (lastMine ? said.mine(date(lastAt)) : said.theirs(firstName(name), date(lastAt))),
    nextGoneAt > 0 && said.next(date(nextGoneAt)),
  ].filter(Boolean);
  return (
    <>
      {waits.length > 0 && <span class="meta waits">{waits.join(" · ")}</span>}
      {facts.length > 0 && <span class="meta">{facts.join(" · ")}</span>}
    </>
  );
}

function standing(row: ClientRow, zone: string): string {
  if (row.asked > 0) {
    return clientWords.asked(row.asked);
  }
  if (row.reply && row.state === "draft") {
    return clientWords.replied[row.reply.kind];
  }
  switch (row.state) {
    case "draft":
      return row.invitedUntil > 0
        ? clientWords.invited(fullDay(row.invitedUntil, zone))
        : row.answered
          ? clientWords.unfitting
          : clientWords.over;
    case "active":
      return clientWords.until(fullDay(row.endsAt, zone));
    case "held":
      return clientWords.held(fullDay(row.endsAt, zone));
    default:
      return clientWords.gone;
  }
}
