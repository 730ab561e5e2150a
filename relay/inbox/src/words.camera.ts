/** The words of the camera that reads the recovery sheet's square. */

import { said } from "./language.ts";

export const cameraWords = said("camera", {
  picture: "What the camera sees",
  asking: "Please allow the camera. What it sees stays on this device.",
  looking: "Hold the sheet’s square in front of the camera. What it sees stays on this device.",
  other: "That square is not from a recovery sheet. Show the one beside the six groups.",
  refused:
    "This page may not use the camera. Allow it in the browser’s settings, or type the digits.",
  none: "No camera was found here. Please type the digits.",
  busy: "The camera did not start. Another program may be using it. Close that one, or type the digits.",
  nothing: "No square was read in two minutes. Please type the digits.",
});
