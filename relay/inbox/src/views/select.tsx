/**
 * *Select*: rows with a box each, and what can be done with all that are chosen. Owns what is chosen while it is shown; the address says only that
 * something is being chosen, so *Back* ends it and the list stays as it was.
 */

import { Component, type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Filter, Order } from "../route.ts";
import { deletingOf, markFor, toggled } from "../selecting.ts";
import type { Failure, ListRow } from "../session.ts";
import { fullDay } from "../time.ts";
import { selectWords } from "../words.select.ts";
import { firstName, words } from "../words.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { hasBefore } from "./history.ts";
import { lazy } from "./lazy.tsx";
import type { RowsProps } from "./list.tsx";
import { Sheet, Trouble, useKeys } from "./parts.tsx";
import { Inside, type LineProps, nameOf, WentUnread } from "./row.tsx";
import { startDelete } from "./sheets.tsx";

const KeepSeveral = lazy(async () => (await import("./keepcopy.tsx")).KeepSeveral);

interface SelectProps {
  readonly rows: readonly ListRow[];
  readonly drawn: number;
  readonly filter: Filter;
  readonly order: Order;
  /** How rows are drawn, with a way to draw each. */
  readonly Rows: (props: RowsProps) => ComponentChildren;
}

interface Choosing {
  readonly chosen: readonly string[];
  /** Answers whether it is chosen now. */
  readonly press: (id: string) => boolean;
}

const Chosen = createContext<Choosing>({ chosen: [], press: () => false });

export function Select({ rows, drawn, filter, order, Rows }: SelectProps) {
  const { go } = useDesk();
  const [pressed, setPressed] = useState<readonly string[]>([]);
  const [full, setFull] = useState(false);
  const region = useRef<HTMLDivElement>(null);
  // What has gone meanwhile, or belongs to the filter no more, is not chosen any more.
  const chosen = rows.filter(({ id }) => pressed.includes(id));
  const ids = chosen.map(({ id }) => id);
  const latest = useRef<readonly string[]>(ids);
  latest.current = ids;
  const press = (id: string) => {
    // The next press may come before this one is drawn.
    const next = toggled(latest.current, id);
    latest.current = next ?? latest.current;
    setFull(next === null);
    setPressed(latest.current);
    return latest.current.includes(id);
  };
  // What stands before it is the list without boxes: nothing else leads here.
  const end = () => (hasBefore() ? history.back() : go({ view: "list", filter, order }, "replace"));
  useKeys((event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      end();
    }
  });
  useEffect(() => {
    region.current?.querySelector("input")?.focus({ preventScroll: true });
  }, []);
  return (
    <div ref={region}>
      <Bar chosen={chosen} full={full} end={end} />
      <Chosen.Provider value={{ chosen: ids, press }}>
        <Rows {...{ rows, drawn, filter, order }} openId={null} As={Choice} />
      </Chosen.Provider>
    </div>
  );
}

function Choice(line: LineProps) {
  const { chosen, press } = useContext(Chosen);
  if (line.row.wentUnread) {
    return <WentUnread {...line} />;
  }
  return <Box {...line} open={chosen.includes(line.row.id)} press={press} />;
}

/** A row beside its box; drawn again only when something of it has changed. `open`: it is chosen. */
class Box extends Component<LineProps & Pick<Choosing, "press">> {
  override shouldComponentUpdate(next: LineProps): boolean {
    const names = ["row", "now", "zone", "open", "sizes", "tag"] as const;
    return names.some((name) => next[name] !== this.props[name]);
  }

  render() {
    const line = this.props;
    const { row, open } = line;
    return (
      <label class={row.unread ? "row pick unread" : "row pick"}>
        <input
          type="checkbox"
          checked={open}
          aria-label={nameOf(line)}
          onChange={({ currentTarget: box }) => {
            // Where no more can be chosen it stays as it was.
            box.checked = this.props.press(row.id);
          }}
        />
        <span class="row-inside">
          <Inside {...line} />
        </span>
      </label>
    );
  }
}

interface BarProps {
  readonly chosen: readonly ListRow[];
  readonly full: boolean;
  readonly end: () => void;
}

/** How many there are, and what can be done with them. Before the rows in reading order, at the foot of a phone. */
function Bar({ chosen, full, end }: BarProps) {
  const { session, dispatch, opened, say } = useDesk();
  const [sheet, setSheet] = useState<"keep" | "delete" | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const kind = markFor(chosen);
  const mark = async () => {
    const unread = kind === "unread";
    const ids = chosen.filter((row) => !row.mine && row.unread !== unread).map(({ id }) => id);
    try {
      await session.markAll(ids, unread);
      dispatch({ kind: "marked", ids, unread });
      say(unread ? selectWords.unread(ids.length) : selectWords.read(ids.length));
      end();
    } catch (reason) {
      setFailure(failureOf(reason));
    }
  };
  const none = chosen.length === 0;
  return (
    <section class="chosen" aria-label={selectWords.region}>
      <p role="status">
        {selectWords.chosen(chosen.length)} {full && <strong>{selectWords.most}</strong>}
      </p>
      <button type="button" onClick={end}>
        {selectWords.done}
      </button>
      <div class="actions">
        <button type="button" disabled={kind === null} onClick={mark}>
          {kind === "unread" ? selectWords.markUnread : selectWords.markRead}
        </button>
        <button
          type="button"
          disabled={chosen.every(({ failed }) => failed)}
          onClick={() => setSheet("keep")}
        >
          {selectWords.keepCopy}
        </button>
        <button type="button" disabled={none} onClick={() => setSheet("delete")}>
          {selectWords.remove}
        </button>
      </div>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      {sheet === "keep" && <KeepSeveral rows={chosen} onClose={() => setSheet(null)} />}
      {sheet === "delete" && (
        <DeleteSeveral rows={chosen} end={end} onClose={() => setSheet(null)} />
      )}
    </section>
  );
}

interface DeleteProps {
  readonly rows: readonly ListRow[];
  readonly end: () => void;
  readonly onClose: () => void;
}

/** My copies alone: what goes for both is decided message by message. */
function DeleteSeveral({ rows, end, onClose }: DeleteProps) {
  const desk = useDesk();
  const { opened, session, zone } = desk;
  const { removing } = selectWords;
  const { count, unread, shared, theirsUntil, mine } = deletingOf(rows);
  const name = firstName(opened.otherName);
  const submit = (event: Event) => {
    event.preventDefault();
    const ids = rows.map(({ id }) => id);
    onClose();
    startDelete(desk, ids, () => session.expireMine(ids));
    end();
  };
  return (
    <Sheet heading={removing.heading(count)} onClose={onClose}>
      <form onSubmit={submit}>
        <p>
          {removing.mine(count)}{" "}
          {shared > 0 && removing.theirs(name, shared, fullDay(theirsUntil, zone))}{" "}
          {shared < count && removing.alone(name, count - shared, count)}
        </p>
        {unread > 0 && (
          <p>
            <strong>{removing.unread(unread, count)}</strong>
          </p>
        )}
        {mine > 0 && opened.policy.authorMayRecall && <p class="hint">{removing.both}</p>}
        <div class="actions">
          <button type="submit" class="do destroys">
            {removing.act(count)}
          </button>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
        </div>
      </form>
    </Sheet>
  );
}
