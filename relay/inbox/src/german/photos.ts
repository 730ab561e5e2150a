/** German for what is said of photos that are about to be sent. */

import type { photoWords as english } from "../words.photos.ts";
import { figure } from "./figures.ts";

export const photos: typeof english = {
  removed: (n) => `Ort und Kameradaten aus ${figure(n, "Foto", "Fotos")} entfernt.`,
  notRemoved: (name) =>
    `${name} geht, wie es ist: Aus dieser Art Datei lassen sich Ort und Kameradaten hier nicht entfernen.`,
  keep: "Ort und Kameradaten behalten",
};
