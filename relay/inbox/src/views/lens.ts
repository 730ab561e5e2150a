/**
 * The camera, as long as somebody holds a square before it. Owns asking for it, looking at what it shows five times a second, and switching it off.
 *
 * No picture is kept: each is drawn over the one before, and the last goes with the view. None leaves the page, and no other program is asked to
 * read one (docs/decisions/0022).
 */

import { readSquare, type Seen } from "../square/read.ts";

/** Not allowed; none there; there but not to be had; nothing was read in the end. */
export type Fault = "refused" | "none" | "busy" | "nothing";

const LOOK_EVERY_MS = 200;
const LONGEST_MS = 120_000;
/** Of a picture's longer side: enough for a square that fills a quarter of it, and little work for a phone. */
const MOST_POINTS = 480;

interface Watcher {
  /** The camera is on. */
  readonly started: () => void;
  readonly saw: (seen: Seen) => void;
  readonly failed: (fault: Fault) => void;
}

/** Show in `video` what the camera sees, and tell of squares in it, until the returned function is called or it fails. */
export function watchCamera(video: HTMLVideoElement, watcher: Watcher): () => void {
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  let stream: MediaStream | null = null;
  let looking: ReturnType<typeof setInterval> | undefined;
  let ended = false;
  let looks = 0;
  const stop = () => {
    ended = true;
    clearInterval(looking);
    clearTimeout(enough);
    switchOff(stream);
    video.srcObject = null;
  };
  const fail = (fault: Fault) => {
    if (!ended) {
      stop();
      watcher.failed(fault);
    }
  };
  const enough = setTimeout(() => fail("nothing"), LONGEST_MS);
  const look = () => {
    const seen = drawing && video.videoWidth > 0 ? seenIn(video, canvas, drawing, looks++) : null;
    if (seen && seen.kind !== "nothing") {
      watcher.saw(seen);
    }
  };
  const start = async () => {
    const got = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    if (ended) {
      switchOff(got); // left while the browser was still asking
      return;
    }
    stream = got;
    got.getVideoTracks()[0]?.addEventListener("ended", () => fail("busy"));
    video.srcObject = got;
    await video.play();
    looking = setInterval(look, LOOK_EVERY_MS);
    watcher.started();
  };
  start().catch((reason: unknown) => fail(faultOf(reason)));
  return stop;
}

function switchOff(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) {
    track.stop();
  }
}

function seenIn(
  video: HTMLVideoElement,
  canvas: HTMLCanvasElement,
  drawing: CanvasRenderingContext2D,
  looked: number,
): Seen {
  const { videoWidth, videoHeight } = video;
  const smaller = Math.min(1, MOST_POINTS / Math.max(videoWidth, videoHeight));
  const [width, height] = [Math.ceil(videoWidth * smaller), Math.ceil(videoHeight * smaller)];
  Object.assign(canvas, { width, height });
  drawing.drawImage(video, 0, 0, width, height);
  return readSquare(drawing.getImageData(0, 0, width, height).data, width, height, looked);
}

/** What a refused camera means; a browser that gives pages none has no `mediaDevices` at all. */
function faultOf(reason: unknown): Fault {
  switch (reason instanceof DOMException ? reason.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "none";
  }
}
