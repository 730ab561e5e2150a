/** A row of the list: who, when, what about, how long it is kept. Draws what it is given and asks for nothing. */

import { Component } from "preact";
import { href } from "../route.ts";
import type { ListRow } from "../session.ts";
import { brief, briefDay, day, keeping, weekdayAndDay } from "../time.ts";
import { firstName, size, words } from "../words.ts";
import { useDesk } from "./desk.ts";
import { Icon } from "./parts.tsx";

export interface Told {
  readonly now: number;
  readonly zone: string;
}

export interface LineProps extends Told {
  readonly row: ListRow;
  readonly open: boolean;
  /** It says how large its files are. */
  readonly sizes: boolean;
  readonly tag: string;
}

/** A row that is drawn again only when something of it has changed. */
export class Line extends Component<LineProps> {
  override shouldComponentUpdate(next: LineProps): boolean {
    const names = ["row", "now", "zone", "open", "sizes", "tag"] as const;
    return names.some((name) => next[name] !== this.props[name]);
  }

  render(line: LineProps) {
    return <Row {...line} />;
  }
}

function subjectOf(row: ListRow): string {
  return row.failed ? words.list.failed : row.subject || words.list.noSubject;
}

function largeOf({ row, sizes }: LineProps): string | null {
  return sizes && row.fileBytes ? size(row.fileBytes) : null;
}

/** All of a row in words, for whoever hears it. */
export function nameOf(line: LineProps): string {
  const { row, now, zone } = line;
  return words.list.rowName({
    unread: row.unread,
    who: row.mine ? words.list.you : row.senderName,
    subject: subjectOf(row),
    when: weekdayAndDay(row.createdAt, now, zone),
    files: row.files,
    large: largeOf(line),
    keeping: words.keeping(keeping(row.expiresAt, now, zone)),
  });
}

function Row(line: LineProps) {
  const { row, open } = line;
  if (row.wentUnread) {
    return <WentUnread {...line} />;
  }
  return (
    <a
      id={`row-${row.id}`}
      class={row.unread ? "row unread" : "row"}
      href={href({ view: "message", id: row.id })}
      aria-label={nameOf(line)}
      aria-current={open ? "true" : undefined}
    >
      <Inside {...line} />
    </a>
  );
}

function GivenBack() {
  const { opened } = useDesk();
  return <span class="row-extra">{words.list.givenBack(firstName(opened.otherName))}</span>;
}

/** What stands in a row. */
export function Inside(line: LineProps) {
  const { row, now, zone } = line;
  const kept = keeping(row.expiresAt, now, zone);
  const large = largeOf(line);
  // Nothing of what cannot be opened says at what time it was written.
  const when = row.failed ? briefDay : brief;
  return (
    <>
      <span class="row-who">
        {row.unread && <span class="dot" />}
        <span class="cut">{row.mine ? words.list.you : row.senderName}</span>
        <span class="row-when">{when(row.createdAt, now, zone)}</span>
      </span>
      <span class="row-subject cut">{subjectOf(row)}</span>
      <span class="row-words cut">{row.firstWords}</span>
      <span class="row-foot">
        <span class={kept.kind === "kept" ? "kept" : "kept soon"}>
          {kept.kind !== "kept" && <Icon shape="clock" />}
          {words.keeping(kept)}
        </span>
        {row.byMail && <span class="row-extra">{words.list.byMail}</span>}
        {row.givenBack && <GivenBack />}
        {row.files > 0 && (
          <span class="row-extra">
            <Icon shape="file" />
            {words.files(row.files)}
          </span>
        )}
        {large && <span class="row-extra">{large}</span>}
      </span>
    </>
  );
}

/** Nothing is left of it but the day on which it went. */
export function WentUnread({ row, now, zone, open }: LineProps) {
  return (
    <a
      id={`row-${row.id}`}
      class="row went"
      href={href({ view: "message", id: row.id })}
      aria-current={open ? "true" : undefined}
    >
      <span class="row-who">
        <span class="cut">{row.mine ? words.list.you : row.senderName}</span>
      </span>
      <span class="row-words">{words.list.wentUnread(day(row.createdAt, now, zone))}</span>
    </a>
  );
}
