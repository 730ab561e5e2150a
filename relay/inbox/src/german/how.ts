/** German for the page that explains. */

import type { howWords as english } from "../words.how.ts";

export const how: typeof english = {
  heading: "So funktioniert es",
  hint: "Wer was lesen kann, und wann es gelöscht wird",
  parts: [
    {
      heading: "Wer es lesen kann",
      text: "Nachrichten sind Ende-zu-Ende-verschlüsselt: Ihr Gerät und das der anderen Person verschließen und öffnen sie, und niemand dazwischen kann das, auch nicht die Leute, die diesen Server betreiben, und nicht Ihr Arbeitgeber.",
    },
    {
      heading: "Was der Server sieht",
      text: "Von dem, was Sie schreiben: dass etwas ankam, wie groß es ungefähr ist, für welches Postfach, und an welchem Tag es zu löschen ist. Keinen Betreff, keinen Text und keinen Namen. Von Ihrer Vereinbarung kennt er, woran er Sie beide hält: Daten, Telefonnummern, Firmenadressen, und was ein Auftraggeber gezeigt bekommt. All das steht in den Einstellungen unter „Was dieser Server sehen kann“.",
    },
    {
      heading: "Wann es gelöscht wird",
      text: "Jede Nachricht zeigt ihr Datum. An diesem Tag löscht der Server sie. Auch das, was man bräuchte, um eine alte Kopie zu lesen, wird vernichtet. Jede Seite kann ein Datum allein vorziehen. Für ein späteres braucht es beide.",
    },
    {
      heading: "Was niemand versprechen kann",
      text: "Was Sie oder die andere Person gespeichert, gedruckt oder fotografiert haben, ist außer Reichweite. Ebenso ein Gerät, das jemand anderes betreut. Nehmen Sie Ihr eigenes.",
    },
    {
      heading: "Wenn Sie nicht hineinkommen",
      text: "Ihr Notfallblatt öffnet das Postfach, wenn das Passwort verloren ist. Sind beide verloren, kann niemand das Postfach öffnen. Ihr Coach behält die andere Kopie dessen, was Sie einander geschrieben haben. Nach einem Telefonat kann Ihr Coach das Postfach wieder öffnen und sie Ihnen zurückgeben, soweit die Vereinbarung sie noch aufbewahrt.",
    },
    {
      heading: "Mail von außen",
      text: "Mail, die Sie von Ihrer eigenen Adresse hereinschicken, reist zuerst als gewöhnliche E-Mail. Ihr Mailanbieter behält seine Kopie, und jede solche Nachricht sagt das.",
    },
    {
      heading: "Ob diese Seite die veröffentlichte ist",
      text: "Keine Seite kann für sich selbst bürgen: Eine falsche würde dasselbe sagen. Andere Computer können es prüfen, auch Ihrer, mit dem Befehl „mailbox verify-web“ und dieser Adresse. Jede Fassung hat eine öffentliche Liste ihrer Dateien. Ihr Coach, oder wer diesen Server betreibt, kann sagen, wann das zuletzt geschah.",
    },
  ],
  back: "Zurück",
};
