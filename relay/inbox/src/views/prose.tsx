/** What somebody wrote, drawn from its pieces. Nothing of it is read as markup, and a web address is asked about before it is followed. */

import { useState } from "preact/hooks";
import { type Block, blocks, type Piece } from "../prose.ts";
import { words } from "../words.ts";
import { Sheet } from "./parts.tsx";

/** Where a link goes, and the host that is named in the question. */
export interface Target {
  readonly address: string;
  readonly host: string;
}

export function Prose({ text }: { text: string }) {
  const [target, setTarget] = useState<Target | null>(null);
  return (
    <div class="prose">
      {blocks(text).map((block, i) => (
        // The text of a message never changes, so a block's place is its identity.
        <BlockOf key={String(i)} block={block} follow={setTarget} />
      ))}
      {target && <Leaving target={target} onClose={() => setTarget(null)} />}
    </div>
  );
}

type Follow = (target: Target) => void;

function BlockOf({ block, follow }: { block: Block; follow: Follow }) {
  if (block.kind === "list") {
    return (
      <ul>
        {block.items.map((item, i) => (
          <li key={String(i)}>
            <Line pieces={item} follow={follow} />
          </li>
        ))}
      </ul>
    );
  }
  const lines = block.lines.map((line, i) => (
    <>
      {i > 0 && <br />}
      <Line key={String(i)} pieces={line} follow={follow} />
    </>
  ));
  return block.kind === "quote" ? (
    <blockquote>
      <p>{lines}</p>
    </blockquote>
  ) : (
    <p>{lines}</p>
  );
}

function Line({ pieces, follow }: { pieces: readonly Piece[]; follow: Follow }) {
  return (
    <>
      {pieces.map((piece, i) =>
        piece.kind === "link" ? (
          <a
            key={String(i)}
            href={piece.text}
            rel="noreferrer noopener"
            onClick={(event) => {
              event.preventDefault();
              follow({ address: piece.text, host: piece.host });
            }}
          >
            {piece.text}
          </a>
        ) : piece.kind === "bold" ? (
          <strong key={String(i)}>{piece.text}</strong>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}

/** The question before anything outside is opened. */
export function Leaving({ target, onClose }: { target: Target; onClose: () => void }) {
  return (
    <Sheet heading={words.frame.links} onClose={onClose}>
      <p>{words.frame.linkGoes(target.host)}</p>
      <p class="address">{target.address}</p>
      <div class="actions">
        <a
          class="button do"
          href={target.address}
          target="_blank"
          rel="noreferrer noopener"
          onClick={onClose}
        >
          {words.frame.linkOpen(target.host)}
        </a>
        <button type="button" onClick={onClose}>
          {words.cancel}
        </button>
      </div>
    </Sheet>
  );
}
