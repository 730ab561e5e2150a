/** Mail: what a person would read of it, and nothing that could run or reach out. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { textBytes } from "../crypto/encoding.ts";
import { htmlText } from "./htmltext.ts";
import { openMail, readHead } from "./parse.ts";

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
