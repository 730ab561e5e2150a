/** The page that explains, in six short parts, for whoever asks: inside an open inbox and before. */

import { words } from "../words.ts";
import { Heading } from "./parts.tsx";

export function How() {
  return (
    <>
      <Heading>{words.how.heading}</Heading>
      {words.how.parts.map((part) => (
        <section key={part.heading} class="how-part">
          <h2>{part.heading}</h2>
          <p class="prose">{part.text}</p>
        </section>
      ))}
    </>
  );
}
