/** What is said of photos that are about to be sent. Loaded with the page that writes. */

import { said } from "./language.ts";

export const photoWords = said("photos", {
  removed: (photos: number) =>
    `Place and camera details removed from ${photos === 1 ? "1 photo" : `${photos} photos`}.`,
  notRemoved: (name: string) =>
    `${name} goes as it is: place and camera details can’t be taken out of this kind of file here.`,
  keep: "Keep place and camera details",
});
