/** What the camera sees while the recovery sheet is held before it, and what came of it. Fetched when somebody presses for it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { GROUP_DIGITS, SHEET_GROUPS } from "../typed.ts";
import { cameraWords } from "../words.camera.ts";
import { type Fault, watchCamera } from "./lens.ts";

interface CameraProps {
  /** All thirty digits, which may still be wrong. */
  readonly found: (digits: string) => void;
  /** It is off, and what to do instead stands here. */
  readonly failed: () => void;
  /** Somebody looks at something else now: nobody holds a sheet before it. */
  readonly leave: () => void;
}

export function Camera({ found, failed, leave }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [said, setSaid] = useState<"asking" | "looking" | "other" | Fault>("asking");
  const [off, setOff] = useState(false);
  useEffect(() => {
    if (!video.current) {
      return;
    }
    const stop = watchCamera(video.current, {
      started: () => setSaid("looking"),
      saw: (seen) => {
        if (seen.kind === "digits" && seen.digits.length === SHEET_GROUPS * GROUP_DIGITS) {
          stop();
          found(seen.digits);
        } else {
          setSaid("other");
        }
      },
      failed: (fault) => {
        setSaid(fault);
        setOff(true);
        failed();
      },
    });
    const hidden = () => document.hidden && leave();
    document.addEventListener("visibilitychange", hidden);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      stop();
    };
  }, []);
  return (
    <div class="camera">
      {!off && <video ref={video} aria-label={cameraWords.picture} muted playsInline />}
      <p role="status" class={off || said === "other" ? "fault" : "hint"}>
        {cameraWords[said]}
      </p>
    </div>
  );
}
