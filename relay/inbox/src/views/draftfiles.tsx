/** The files of a draft: what was chosen, how large it is, and taking it out again at one fixed place. */

import { useState } from "preact/hooks";
import type { Draft } from "../drafts.ts";
import { size } from "../words.ts";
import { writeWords } from "../words.write.ts";
import { Icon } from "./parts.tsx";

const MOST_FILES = 32;
const LARGEST_FILE_BYTES = 1_073_741_824;

export interface PartProps {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
}

export function DraftFiles({ draft, change }: PartProps) {
  const [fault, setFault] = useState("");
  const add = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const chosen = [...(input.files ?? [])];
    const large = chosen.find((file) => file.size > LARGEST_FILE_BYTES);
    const files = [...draft.files, ...chosen.filter((file) => file.size <= LARGEST_FILE_BYTES)];
    setFault(
      large
        ? writeWords.tooLarge(large.name, size(LARGEST_FILE_BYTES))
        : files.length > MOST_FILES
          ? writeWords.tooMany(MOST_FILES)
          : "",
    );
    change({ files: files.slice(0, MOST_FILES), filesLost: 0 });
    input.value = "";
  };
  const bytes = draft.files.reduce((all, file) => all + file.size, 0);
  return (
    <section class="draft-files" aria-label={writeWords.files}>
      {draft.filesLost > 0 && <p class="fault">{writeWords.filesLost(draft.filesLost)}</p>}
      {draft.files.length > 0 && (
        <ul>
          {draft.files.map((file, place) => (
            <li key={`${place} ${file.name}`} class="file">
              <Icon shape="file" />
              <div class="file-name">
                <span class="name">{file.name}</span>
                <span class="meta">{size(file.size)}</span>
              </div>
              <button
                type="button"
                class="quiet"
                aria-label={writeWords.removeFile(file.name)}
                onClick={() => change({ files: draft.files.filter((other) => other !== file) })}
              >
                {writeWords.remove}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="add-files">
        <label class="button">
          <input type="file" multiple class="unseen" onChange={add} />
          {writeWords.addFiles}
        </label>
        <span class="meta">
          {draft.files.length > 1 && writeWords.total(draft.files.length, size(bytes))}
        </span>
      </div>
      <p class="fault" role="status">
        {fault}
      </p>
    </section>
  );
}
