/**
 * The sponsor's page: a link, six digits, one document. Owns what stands on it and nothing else: it keeps nothing, fetches nothing but from its
 * own server, and takes the secret out of the address as soon as it has read it.
 */

import { parseFragment, type ReleaseLink } from "../crypto/release.ts";
import { element, show } from "../page/element.ts";
import { drawDocument } from "./document.ts";
import { NotShown, openRelease } from "./open.ts";
import { releaseWords } from "./words.ts";
import "./release.css";

const tag = navigator.language.startsWith("de") ? "de" : "en-GB";
const words = releaseWords(tag);

const WHY: Record<number, NotShown["why"]> = { 403: "wrong", 404: "nothing", 429: "tries" };

async function ask(path: string, fields: object): Promise<Response> {
  const answer = await fetch(`/v1/release${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
    credentials: "omit",
    cache: "no-store",
  }).catch(() => {
    throw new NotShown("offline");
  });
  if (!answer.ok) {
    throw new NotShown(WHY[answer.status] ?? "later");
  }
  return answer;
}

function showForm(link: ReleaseLink): void {
  const label = element("label", "", words.digits) as HTMLLabelElement;
  const field = element("input", "") as HTMLInputElement;
  const said = element("p", "said");
  const button = element("button", "do", words.open) as HTMLButtonElement;
  const form = element("form", "ask", label, field, said, button) as HTMLFormElement;
  label.htmlFor = field.id = "digits";
  said.id = "said";
  said.setAttribute("role", "alert");
  field.autocomplete = "one-time-code";
  field.inputMode = "numeric";
  field.setAttribute("aria-describedby", said.id);
  form.noValidate = true;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const digits = field.value.replace(/[\s-]/g, "");
    if (!/^\d{6}$/.test(digits)) {
      said.textContent = words.six;
      field.focus();
      return;
    }
    button.disabled = true;
    said.textContent = words.opening;
    try {
      const found = await openRelease(link, digits, ask, (sizeBytes) =>
        crypto.getRandomValues(new Uint8Array(sizeBytes)),
      );
      const print = element("button", "", words.print);
      print.onclick = () => window.print();
      const releasedAt = Math.max(found.releasedAt, found.notBefore);
      show(drawDocument({ ...found, releasedAt }, tag, 1), element("p", "acts", print));
    } catch (reason) {
      button.disabled = false;
      const why = reason instanceof NotShown ? reason.why : "nothing";
      said.textContent = words[why];
      if (why === "nothing") {
        show(element("h1", "", words.nothing));
      }
    }
  };
  show(element("h1", "", words.heading), element("p", "", words.lead), form);
}

function begin(): void {
  document.documentElement.lang = tag;
  document.title = words.title;
  const { hash, pathname } = location;
  history.replaceState(null, "", pathname);
  try {
    showForm(parseFragment(hash));
  } catch {
    show(element("h1", "", words.title), element("p", "", words.link));
  }
}

addEventListener("hashchange", () => {
  // The same tab, another link; the address that we cleaned ourselves has none.
  if (location.hash) {
    begin();
  }
});
begin();
