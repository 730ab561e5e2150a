/**
 * The layout of a mail, in a document of its own: without origin, scripts of the mail or network (src/frame, and its policy in
 * relay/http_api/pages.py). Owns what is handed in, how high the frame is, and the question before a link is followed. What
 * comes out of the frame is believed no further than a number of pixels and an address that is shown before it is opened.
 */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Answer, Letter } from "../frame/said.ts";
import type { Failure, Layout } from "../session.ts";
import { mailWords } from "../words.mail.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Trouble, Wait } from "./parts.tsx";
import { Leaving, type Target } from "./prose.tsx";

const ADDRESS = "/inbox/frame.html";
const LEAST_PIXELS = 80;
const MOST_PIXELS = 20_000;
const MOST_ADDRESS_CHARACTERS = 2_100;

export function LayoutFrame({ id }: { id: string }) {
  const { session, opened } = useDesk();
  const [layout, setLayout] = useState<Layout | null>(null);
  const [failure, setFailure] = useState<Failure | "none" | null>(null);
  const load = () => {
    setFailure(null);
    session.layout(id).then(
      (found) => (found ? setLayout(found) : setFailure("none")),
      (reason: unknown) => setFailure(failureOf(reason)),
    );
  };
  useEffect(load, [id]);
  if (failure) {
    const text = failure === "none" ? mailWords.layout.none : failureWords(failure, opened);
    return <Trouble text={text} again={failure === "none" ? undefined : load} />;
  }
  return layout ? <Shown layout={layout} /> : <Wait>{mailWords.layout.loading}</Wait>;
}

function Shown({ layout }: { layout: Layout }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const sent = useRef(false);
  const [height, setHeight] = useState(LEAST_PIXELS);
  const [target, setTarget] = useState<Target | null>(null);
  const send = async () => {
    const inside = frame.current?.contentWindow;
    // One document, one letter: whatever else might be loaded there later is handed nothing.
    if (!inside || sent.current) {
      return;
    }
    sent.current = true;
    const letter = await letterOf(layout);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<Answer>) => {
      const found = answerOf(data);
      if (typeof found === "number") {
        setHeight(found);
      } else if (found) {
        setTarget(found);
      }
    };
    // Its origin is opaque and has no name to send to; what may be framed here is one document of ours.
    inside.postMessage(letter, "*", [port2]);
  };
  // Before the browser draws: a document out of its cache may have loaded by the time an effect runs.
  useLayoutEffect(() => frame.current?.addEventListener("load", send), []);
  return (
    <>
      <p class="meta">{mailWords.layout.note}</p>
      <iframe
        ref={frame}
        class="layout"
        title={mailWords.layout.name}
        src={ADDRESS}
        sandbox="allow-scripts"
        referrerpolicy="no-referrer"
        height={height}
      />
      {target && <Leaving target={target} onClose={() => setTarget(null)} />}
    </>
  );
}

async function letterOf({ html, pictures }: Layout): Promise<Letter> {
  const addressed = pictures.map(
    async ({ cid, type, content }) => [cid, await dataAddress(content, type)] as const,
  );
  return {
    html,
    pictures: new Map(await Promise.all(addressed)),
    noPicture: mailWords.layout.noPicture,
    lang: document.documentElement.lang,
  };
}

function dataAddress(content: Uint8Array<ArrayBuffer>, type: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([content], { type }));
  });
}

/** What the frame said, as far as it may be believed: a height within bounds, or an address of the web with its host. */
function answerOf(answer: unknown): number | Target | null {
  const { height, address } = (answer ?? {}) as Partial<Record<"height" | "address", unknown>>;
  if (typeof height === "number" && Number.isFinite(height)) {
    return Math.min(Math.max(Math.ceil(height), LEAST_PIXELS), MOST_PIXELS);
  }
  const fits = typeof address === "string" && address.length <= MOST_ADDRESS_CHARACTERS;
  if (!fits || !/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    return null;
  }
  const { host, username, href } = new URL(address);
  return host && !username ? { address: href, host } : null;
}
