/** The firm whose relay this is: its name, its mark, its colour. Owns what of that the page shows, and nothing else can be set. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { type FirmColours, isColour } from "../firm.ts";
import type { Place, Session } from "../session.ts";
import { first } from "../words.first.ts";

const NOTHING: Place = { relayName: "", colours: null, mark: null };

export const FirmContext = createContext<Place>(NOTHING);

/** What may be said of the relay, as soon as it has been told; the page takes on its colour. */
export function useFirm(session: Session): Place {
  const [firm, setFirm] = useState(NOTHING);
  useEffect(() => {
    session.place().then(
      (place) => {
        applyColours(place.colours);
        setFirm(place);
      },
      () => setFirm(NOTHING),
    );
  }, [session]);
  return firm;
}

/** Through the object model, since the page's policy lets in no style that is written into it. */
function applyColours(colours: FirmColours | null): void {
  const { style } = document.documentElement;
  const named = {
    "--firm-do": colours?.do,
    "--firm-do-tint": colours?.doTint,
    "--firm-dark-do": colours?.darkDo,
    "--firm-dark-do-tint": colours?.darkDoTint,
  };
  for (const [name, colour] of Object.entries(named)) {
    if (isColour(colour)) {
      style.setProperty(name, colour);
    }
  }
}

/** Its name, with the mark before it. `name` is what an opened inbox calls it. */
export function Firm({ name, folded = false }: { name?: string; folded?: boolean }) {
  const { relayName, mark } = useContext(FirmContext);
  return (
    <span class={folded ? "firm folded" : "firm"}>
      {mark && <img src={`/v1/relay/mark/${mark}`} width="24" height="24" alt="" />}
      {name ?? relayName}
    </span>
  );
}

/** The top of an invitation's later pages. */
export function StepTop({ step }: { step: number }) {
  return (
    <>
      <Firm />
      <span class="step">{first.stepOf(step)}</span>
    </>
  );
}
