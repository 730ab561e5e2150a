/** *Take a copy*: one archive of everything that is here, made in this browser; what it is, and what it is not, is said before. */

import { archivePage, type CopiedMessage, checksums, numbered } from "../archive.ts";
import type { ListRow } from "../session.ts";
import type { Work } from "../session.work.ts";
import { calendarDay, fullDay } from "../time.ts";
import { copyWords } from "../words.copy.ts";
import { words } from "../words.ts";
import { workWords } from "../words.work.ts";
import { MOST_ZIP_BYTES, type ZipEntry, zip } from "../zip.ts";
import { copiedOf, filesOf, SaveCopy, stopped, textEntry } from "./copying.tsx";
import { type Desk, useDesk } from "./desk.ts";
import { Heading } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

const { copy } = workWords;

export function Copy({ work }: PageProps) {
  const { opened, zone } = useDesk();
  const date = fullDay(work.deleted.at, zone);
  return (
    <>
      <UpToWork />
      <Heading>{copy.heading}</Heading>
      <p class="lead">{copyWords.lead(date)}</p>
      <section class="card">
        <h2>{copy.all}</h2>
        <p>{copy.allHint}</p>
        <p>{copy.open}</p>
        <Save work={work} until={date} />
      </section>
      <p class="quiet-text">{copyWords.plain}</p>
      <p class="unseen">{copy.textHead(opened.myName, opened.otherName)}</p>
    </>
  );
}

function Save({ work, until }: { work: Work; until: string }) {
  const desk = useDesk();
  return (
    <SaveCopy
      act={copy.doAll}
      name={() => copy.fileName(calendarDay(desk.now(), desk.zone))}
      saving={copy.saving}
      make={(signal, meter) => gather({ desk, work, until, signal, meter })}
    />
  );
}

interface Gathering {
  readonly desk: Desk;
  readonly work: Work;
  readonly until: string;
  readonly signal: AbortSignal;
  readonly meter: (done: number, total: number) => void;
}

/** The archive. Files stay blobs all the way: the browser keeps them outside the page's memory. */
async function gather(given: Gathering): Promise<Blob> {
  const { desk, work, until } = given;
  const rows = await allRows(given);
  const copied: CopiedMessage[] = [];
  const entries: ZipEntry[] = [];
  let bytes = 0;
  for (const [at, row] of [...rows].reverse().entries()) {
    stopped(given.signal);
    const message = await desk.session.read(row.id);
    const files = await filesOf(given, message, numbered(at), entries);
    bytes += files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > MOST_ZIP_BYTES) {
      throw new RangeError("more than one archive holds");
    }
    const one = copiedOf(message, files, desk.zone);
    copied.push(one);
    entries.push(textEntry(`messages/${numbered(at)}.txt`, letter(one)));
    given.meter(at + 1, rows.length);
  }
  const head = copy.textHead(desk.opened.myName, desk.opened.otherName);
  const also = [...agreementEntries(work), ...(await receiptEntries(desk))];
  const page = archivePage(copied, {
    lang: document.documentElement.lang,
    title: copy.title,
    people: head,
    destroy: copyWords.destroy(until),
    search: copy.search,
    noSubject: words.list.noSubject,
    files: copyWords.filesHead,
    also: also.map(({ name }) => ({ label: name, path: name })),
  });
  entries.push(...also, textEntry("open-me.html", page), dataEntry(copied, work));
  entries.push(textEntry("checksums.txt", await checksums(entries)));
  return await zip(entries, desk.now());
}

/** Every row that can be read; the pages further back are fetched on the way. */
async function allRows({ desk, signal, meter }: Gathering): Promise<readonly ListRow[]> {
  const { session, inbox, dispatch } = desk;
  let rows = inbox.rows;
  for (let before = inbox.before, more = inbox.more; more; ) {
    stopped(signal);
    const page = await session.list(before);
    dispatch({ kind: "page", page });
    rows = [...rows, ...page.rows];
    before = page.before;
    more = page.more;
    meter(0, rows.length);
  }
  return rows.filter((row) => !row.failed && !row.wentUnread);
}

function letter({ from, when, subject, text, files }: CopiedMessage): string {
  const names = files.map((file) => file.path);
  return [
    `${from}, ${when}`,
    subject || words.list.noSubject,
    "",
    text,
    ...(names.length ? ["", copyWords.files(names)] : []),
    "",
  ].join("\n");
}

function agreementEntries({ agreement, earlier }: Work): ZipEntry[] {
  return [...earlier, agreement].flatMap(({ number, text }) =>
    text === null ? [] : [textEntry(`agreement/agreement-${number}.txt`, text)],
  );
}

async function receiptEntries({ session }: Desk): Promise<ZipEntry[]> {
  const receipts = await session.receipts();
  if (receipts.length === 0) {
    return [];
  }
  const content = await session.saveReceipts(receipts.map(({ id }) => id));
  return [{ name: "receipts/receipts.json", content }];
}

/** Everything once more, for programs: described in docs/mailbox.md. */
function dataEntry(messages: readonly CopiedMessage[], work: Work): ZipEntry {
  const fields = {
    version: 1,
    work_ends_at: work.workEnds.at,
    deleted_at: work.deleted.at,
    messages: messages.map(({ from, at, subject, text, keptUntil, files }) => {
      return { from, at, subject, text, kept_until: keptUntil, files };
    }),
  };
  return textEntry("data.json", `${JSON.stringify(fields, null, 1)}\n`);
}
