/** The sponsor's document inside the inbox: drawn by the sponsor's page's own code, from bytes. Owns nothing but the place where it stands. */

import { useEffect, useRef } from "preact/hooks";
import { tag } from "../language.ts";
import { drawDocument, type Shown } from "../release/document.ts";

/** `end` is told once its end has been on the screen. */
export function ReportDocument({ report, releasedAt, endsAt, end }: Shown & { end?: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const shown = { report, releasedAt, endsAt };
    place.current?.replaceChildren(drawDocument(shown, tag.startsWith("de") ? "de" : "en-GB", 2));
    const last = place.current?.lastElementChild?.lastElementChild;
    if (!last || !end) {
      return;
    }
    const seen = new IntersectionObserver((found) => {
      if (found.some((one) => one.isIntersecting)) {
        end();
      }
    });
    seen.observe(last);
    return () => seen.disconnect();
  }, [report, releasedAt, endsAt, tag]);
  return <div class="release-paper" ref={place} />;
}
