/** The page that explains, in short parts, for whoever asks: inside an open inbox and before. */

import { howWords } from "../words.how.ts";
import { Heading } from "./parts.tsx";

export function How() {
  return (
    <>
      <Heading>{howWords.heading}</Heading>
      {howWords.parts.map((part) => (
        <section key={part.heading} class="how-part">
          <h2>{part.heading}</h2>
          <p class="prose">{part.text}</p>
        </section>
      ))}
    </>
  );
}
