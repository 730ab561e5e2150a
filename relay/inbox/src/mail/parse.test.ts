/** Mail: what a person would read of it, and nothing that could run or reach out. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { textBytes } from "../crypto/encoding.ts";
import { htmlText } from "./htmltext.ts";
import {
  MOST_FILES,
  MOST_LAYOUT_CHARACTERS,
  MOST_LINES,
  MOST_PARSED_BYTES,
  MOST_PART_LINES,
  MOST_PICTURE_BYTES,
  MOST_TAGS,
  MOST_TEXT_CHARACTERS,
  openMail,
  readHead,
} from "./parse.ts";

const mail = (...lines: string[]) => textBytes(lines.join("\r\n"));

test("the head tells sender and subject, decoded and on one line", async () => {
  const head = mail(
    "From: Mia <mia@home.example>",
    "Subject: =?utf-8?B?R3LDvMOfZQ==?=",
    " =?utf-8?Q?_dich?=",
  );
  assert.deepEqual(await readHead(head), { from: "mia@home.example", subject: "Grüße dich" });
});

test("a head that is cut or broken gives empty fields rather than none", async () => {
  assert.deepEqual(await readHead(mail("Received: from", "Subj")), { from: "", subject: "" });
});

test("text comes before HTML, and files keep what they were called", async () => {
  const raw = mail(
    "From: mia@home.example",
    'Content-Type: multipart/mixed; boundary="b"',
    "",
    "--b",
    'Content-Type: multipart/alternative; boundary="c"',
    "",
    "--c",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "plain words",
    "--c",
    "Content-Type: text/html",
    "",
    "<p>rich words</p>",
    "--c--",
    "--b",
    "Content-Type: application/pdf",
    'Content-Disposition: attachment; filename="../../etc/goals.pdf"',
    "Content-Transfer-Encoding: base64",
    "",
    "QUJD",
    "--b--",
  );
  const opened = await openMail(raw);
  assert.equal(opened?.text.trim(), "plain words");
  assert.deepEqual(
    opened?.files.map(({ name, type, content }) => [name, type, [...content]]),
    [["../../etc/goals.pdf", "application/pdf", [65, 66, 67]]],
  );
});

test("a mail of HTML alone is shown as text", async () => {
  const html =
    "<style>x</style><h1>Hello</h1><script>alert(1)</script><p>two &amp; three<br>four</p>";
  const opened = await openMail(mail("Content-Type: text/html", "", html));
  assert.equal(opened?.text, "Hello\n\ntwo & three\nfour");
});

test("a mail nested without end is not taken apart", async () => {
  const open = Array.from({ length: 60 }, (_, at) =>
    [`Content-Type: multipart/mixed; boundary="${at}"`, "", `--${at}`].join("\r\n"),
  );
  assert.equal(await openMail(textBytes(open.join("\r\n"))), null);
});

test("HTML loses tags, comments, hidden parts and broken ends", () => {
  assert.equal(htmlText("a<!-- b --><i title='>'>c</i> &lt;d&gt; &#65;&#x42;"), "ac <d> AB");
  assert.equal(htmlText("<script>a<p>b</script>c<img src=x onerror=y>d"), "cd");
  assert.equal(htmlText("<template>a"), "");
});

/** A mail of parts, each with a head of its own. */
const parts = (...each: string[]) =>
  mail(
    'Content-Type: multipart/mixed; boundary="b"',
    "",
    ...each.flatMap((part) => ["--b", part]),
    "--b--",
  );

test("too large, and of too many parts: neither is taken apart at all", async () => {
  assert.equal(await openMail(new Uint8Array(MOST_PARSED_BYTES + 1)), null);
  assert.equal(await openMail(parts(...Array(MOST_PART_LINES + 1).fill("\r\nx"))), null);
  assert.notEqual(await openMail(mail("", "--\r\n".repeat(MOST_PART_LINES))), null);
});

test("more files than anybody sends, and more words than anybody reads, are cut, and it is said", async () => {
  const files = Array(MOST_FILES + 1).fill("Content-Disposition: attachment; filename=a\r\n\r\nx");
  const many = await openMail(parts(...files));
  assert.deepEqual([many?.files.length, many?.cut], [MOST_FILES, true]);
  const long = await openMail(mail("", "x ".repeat(MOST_TEXT_CHARACTERS)));
  assert.deepEqual([long?.text.length, long?.cut], [MOST_TEXT_CHARACTERS, true]);
  const tall = await openMail(mail("", ...Array(MOST_LINES + 1).fill("x")));
  assert.deepEqual([tall?.text.split("\n").length, tall?.cut], [MOST_LINES, true]);
  const short = await openMail(mail("", "x"));
  assert.equal(short?.cut, false);
});

test("a head without end is not taken apart", async () => {
  assert.equal(await openMail(mail(`X: ${"a".repeat(300 * 1024)}`, "", "x")), null);
});

test("the layout is there only where there is one, and not beyond what can be drawn", async () => {
  const html = (body: string) => mail("Content-Type: text/html", "", body);
  assert.equal((await openMail(mail("", "words")))?.layout, null);
  assert.equal((await openMail(html("<b>x</b>")))?.layout?.html.trim(), "<b>x</b>");
  assert.equal((await openMail(html("x".repeat(MOST_LAYOUT_CHARACTERS + 1))))?.layout, null);
  assert.equal((await openMail(html("<b>".repeat(MOST_TAGS))))?.layout, null);
});

test("pictures that the layout may show are small, and of kinds without script", async () => {
  const picture = (cid: string, type: string, content: string) =>
    `Content-Type: ${type}\r\nContent-ID: <${cid}>\r\n\r\n${content}`;
  const opened = await openMail(
    parts(
      "Content-Type: text/html\r\n\r\n<img src=cid:a>",
      picture("a", "image/png", "abc"),
      picture("b", "image/svg+xml", "<svg/>"),
      picture("c", "text/html", "<p>"),
      picture("d", "image/jpeg", "x".repeat(MOST_PICTURE_BYTES + 1)),
    ),
  );
  assert.deepEqual(
    opened?.layout?.pictures.map(({ cid, type }) => [cid, type]),
    [["a", "image/png"]],
  );
  assert.equal(opened?.files.length, 3);
});

test("a part that names a kind of its own making is a file of no kind", async () => {
  const opened = await openMail(
    parts("Content-Type: text/html; x\r\nContent-Disposition: attachment\r\n\r\na"),
  );
  assert.equal(opened?.files[0]?.type, "text/html");
  const odd = await openMail(
    parts("Content-Type: <b>/x\r\nContent-Disposition: attachment\r\n\r\na"),
  );
  assert.equal(odd?.files[0]?.type, "application/octet-stream");
});

test("letters of any charset arrive, and of no charset at all as something", async () => {
  const said = async (charset: string, body: Uint8Array<ArrayBuffer>) => {
    const head = textBytes(`Content-Type: text/plain; charset=${charset}\r\n\r\n`);
    const raw = new Uint8Array(head.length + body.length);
    raw.set(head);
    raw.set(body, head.length);
    return (await openMail(raw))?.text.trim();
  };
  assert.equal(await said("iso-8859-1", new Uint8Array([0xe4])), "ä");
  assert.equal(await said("utf-8", textBytes("ä")), "ä");
  assert.equal(await said("koi8-r", new Uint8Array([0xc1])), "а");
  assert.equal(await said("utf-7", textBytes("+ADw-b+AD4-")), "+ADw-b+AD4-");
  assert.equal(typeof (await said("no-such-charset", new Uint8Array([0xff]))), "string");
});

test("malformed mail gives what is in it, or nothing, and never throws", async () => {
  for (const raw of [
    "",
    "\r\n",
    ":",
    "Content-Type: multipart/mixed\r\n\r\n--\r\n",
    'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx\r\n----',
    "Content-Transfer-Encoding: base64\r\n\r\n=%%%=",
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n=\r\n=ZZ=",
    "Subject: =?utf-8?B?////?= =?x?Q?=?=\r\n\r\nx",
    "From: <\r\nTo: ,,,;:\r\n\r\nx",
    "Content-Type: message/rfc822\r\n\r\n".repeat(50),
    "\u0000".repeat(1000),
  ]) {
    const opened = await openMail(textBytes(raw));
    assert.ok(opened === null || typeof opened.text === "string", JSON.stringify(raw));
  }
});
