/** German for the camera that reads the recovery sheet's square. */

import type { cameraWords as english } from "../words.camera.ts";

export const camera: typeof english = {
  picture: "Was die Kamera sieht",
  asking: "Bitte erlauben Sie die Kamera. Was sie sieht, bleibt auf diesem Gerät.",
  looking:
    "Halten Sie das Quadrat des Notfallblatts vor die Kamera. Was sie sieht, bleibt auf diesem Gerät.",
  other: "Dieses Quadrat ist nicht von einem Notfallblatt. Zeigen Sie das neben den sechs Gruppen.",
  refused:
    "Diese Seite darf die Kamera nicht benutzen. Erlauben Sie es in den Einstellungen des Browsers, oder tippen Sie die Ziffern ein.",
  none: "Hier wurde keine Kamera gefunden. Bitte tippen Sie die Ziffern ein.",
  busy: "Die Kamera hat nicht begonnen. Vielleicht benutzt sie ein anderes Programm. Schließen Sie es, oder tippen Sie die Ziffern ein.",
  nothing: "In zwei Minuten wurde kein Quadrat gelesen. Bitte tippen Sie die Ziffern ein.",
};
