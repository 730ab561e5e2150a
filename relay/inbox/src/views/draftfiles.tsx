/**
 * The files of a draft: what was chosen, how large it is, and taking it out again at one fixed place. Photos lose place and
 * camera on the way in; who wants them puts the file back as it was.
 */

import { useRef, useState } from "preact/hooks";
import type { Draft } from "../drafts.ts";
import { looksLikePhoto, MOST_PHOTO_BYTES, withoutDetails } from "../photos.ts";
import { photoWords } from "../words.photos.ts";
import { size } from "../words.ts";
import { writeWords } from "../words.write.ts";
import { Icon } from "./parts.tsx";

const MOST_FILES = 32;
const LARGEST_FILE_BYTES = 1_073_741_824;

/** What a photo was before its details were taken out, for as long as the draft holds it. */
const originals = new WeakMap<File, File>();
/** Photos out of which they could not be taken. */
const unmended = new WeakSet<File>();

export interface PartProps {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
}

export function DraftFiles({ draft, change }: PartProps) {
  const [fault, setFault] = useState("");
  const now = useRef({ draft, change }); // a photo takes a moment, in which somebody may go on writing
  now.current = { draft, change };
  const add = async (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const chosen = [...(input.files ?? [])];
    const large = chosen.find((file) => file.size > LARGEST_FILE_BYTES);
    const taken = chosen.filter((file) => file.size <= LARGEST_FILE_BYTES);
    input.value = "";
    const ready = await Promise.all(taken.map(forSending));
    const files = [...now.current.draft.files, ...ready];
    setFault(
      large
        ? writeWords.tooLarge(large.name, size(LARGEST_FILE_BYTES))
        : files.length > MOST_FILES
          ? writeWords.tooMany(MOST_FILES)
          : "",
    );
    now.current.change({ files: files.slice(0, MOST_FILES), filesLost: 0 });
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
              {originals.has(file) && (
                <button
                  type="button"
                  class="quiet as-it-was"
                  onClick={() => change({ files: asItWas(draft.files, file) })}
                >
                  {photoWords.keep}
                </button>
              )}
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
      <p class="meta" role="status">
        <PhotoNote files={draft.files} />
      </p>
      <p class="fault" role="status">
        {fault}
      </p>
    </section>
  );
}

/** What was taken out of the photos of a draft, and of which it could not be. */
function PhotoNote({ files }: { files: readonly File[] }) {
  const mended = files.filter((file) => originals.has(file)).length;
  const asTheyAre = files
    .filter((file) => unmended.has(file))
    .map((file) => photoWords.notRemoved(file.name));
  return <>{[...(mended ? [photoWords.removed(mended)] : []), ...asTheyAre].join(" ")}</>;
}

/** A file as it leaves: a photo without its details, if that can be; else what it is. */
async function forSending(file: File): Promise<File> {
  if (!looksLikePhoto(file.name, file.type)) {
    return file;
  }
  const bytes = file.size > MOST_PHOTO_BYTES ? null : await file.arrayBuffer().catch(() => null);
  const stripped = bytes && withoutDetails(new Uint8Array(bytes));
  if (stripped === null) {
    unmended.add(file);
    return file;
  }
  if (!stripped.changed) {
    return file;
  }
  const mended = new File([stripped.bytes], file.name, { type: file.type });
  originals.set(mended, file);
  return mended;
}

function asItWas(files: readonly File[], mended: File): File[] {
  return files.map((file) => (file === mended ? (originals.get(file) ?? file) : file));
}
