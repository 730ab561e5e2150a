/** German for *Browser und Öffnen*, and for opening with the device. */

import type { browserWords as english } from "../words.browsers.ts";

export const browsers: typeof english = {
  lead: "Was dieses Postfach jetzt lesen kann, und die Wege hinein. Nichts, was Sie hier ändern, berührt eine Nachricht.",
  open: "Jetzt offen",
  openHint:
    "Ein Browser, den Sie entfernen, sperrt sich sofort, spätestens bei seinem nächsten Kontakt mit dem Server.",
  current: "Dieser Browser",
  unnamed: "Ein Browser oder Programm ohne Namen",
  seen: (when) => `Benutzt ${when}`,
  today: "heute",
  on: (date) => `am ${date}`,
  until: (when) => `Offen längstens bis ${when}`,
  remove: "Entfernen",
  removed: "Entfernt. Er ist gesperrt.",
  unknown:
    "Kennen Sie einen davon nicht? Dann entfernen Sie ihn, ändern Sie auch Ihr Passwort und sagen Sie es der Person, mit der Sie arbeiten.",
  unknownNoPassword:
    "Kennen Sie einen davon nicht? Dann entfernen Sie ihn, machen Sie auch ein neues Notfallblatt und sagen Sie es der Person, mit der Sie arbeiten.",
  notMine: "Kannten Sie ihn nicht?",
  changeToo: "Auch das Passwort ändern",
  newSheetToo: "Auch ein neues Notfallblatt machen",
  tell: (name) => `${name} Bescheid geben`,
  tellSubject: "Ein Browser, den ich nicht kenne",
  tellText:
    "Ein Browser, den ich nicht kenne, hatte mein Postfach offen. Ich habe ihn entfernt. Vielleicht hat er gelesen, was wir einander geschrieben haben.",
  ways: "Wege hinein",
  password: "Passwort",
  sheet: "Notfallblatt",
  passkey: "Öffnen mit dem Gerät",
  device: "Ein Computer mit dem Programm",
  added: (when) => `Hinzugefügt ${when}`,
  change: "Ändern",
  makeSheet: "Ein neues machen",
  neverLast:
    "Ein Passwort oder ein Blatt bleibt immer. Sie können sie ersetzen, aber nicht entfernen.",
  noPassword: "Ein Passwort wählen",
  noPasswordHint:
    "Es gibt noch keines. Mit einem können Sie dieses Postfach auch ohne dieses Gerät öffnen.",
  passwordSetDo: "Dieses Passwort nehmen",
  passwordSet: "Erledigt. Ab jetzt öffnet auch dieses Passwort Ihr Postfach.",
  removeWay: "Diesen Weg hinein entfernen?",
  removeWayText:
    "Wer dieses Gerät hat, kann das Postfach damit nicht mehr öffnen. Im Postfach wird nichts gelöscht.",
  removeWayDo: "Entfernen",
  wayRemoved: "Entfernt.",
  addDevice: "Dieses Gerät benutzen",
  addDeviceHint:
    "Ihr Gesicht, Ihr Finger oder der Code Ihres Bildschirms öffnet dieses Postfach. Wenn Sie es später von Ihrem Gerät entfernen, wird hier nichts gelöscht.",
  deviceHint: "Ihr Gesicht, Ihr Finger oder der Code Ihres Bildschirms.",
  deviceStays: "Wenn Sie es später von Ihrem Gerät entfernen, wird hier nichts gelöscht.",
  deviceAdded: "Erledigt. Ab jetzt öffnet dieses Gerät Ihr Postfach.",
  noDevice: "Dieser Browser kann das nicht. Ihr Passwort oder Ihr Notfallblatt gilt wie bisher.",
  noDeviceYet: "Dieser Browser kann das nicht. Bitte wählen Sie ein Passwort.",
  stopped:
    "Es wurde nichts geändert. Ihr Gerät hat nicht geantwortet, oder Sie haben es angehalten.",
  openWith: "Mit diesem Gerät öffnen",
  or: "oder",
  nothingOpened:
    "Es wurde nichts geöffnet. Vielleicht führt von diesem Gerät kein Weg in ein Postfach hier. Ihr Passwort oder Ihr Notfallblatt gilt wie bisher.",
  notThis:
    "Dieser Weg öffnet hier nichts. Vielleicht wurde er aus dem Postfach entfernt. Ihr Passwort oder Ihr Notfallblatt gilt wie bisher.",
  now: "Was Sie jetzt haben",
  nowHint: "Ihr Passwort oder die Ziffern Ihres Notfallblatts.",
  nowHintSheet: "Die Ziffern Ihres Notfallblatts.",
  nowMissing: "Bitte tippen Sie Ihr Passwort oder die Ziffern Ihres Blatts ein.",
  nowWrong:
    "Das öffnet dieses Postfach nicht. Prüfen Sie Groß- und Kleinschreibung. Es geht nichts verloren, so oft Sie es auch versuchen.",
  passwordHeading: "Ihr Passwort ändern",
  passwordDo: "Ändern",
  passwordDone: "Geändert. Das alte öffnet nichts mehr.",
  checking: "Einen Moment. Etwa zwei Sekunden.",
  which: "Ihr neues Passwort",
  offered: "Diese fünf Wörter nehmen",
  offeredHint:
    "Gerade eben gemacht, nur für Sie. Schreiben Sie sie auf oder lassen Sie Ihren Browser sie merken.",
  own: "Ein eigenes wählen",
  ownHint: "12 Zeichen oder mehr. Am einfachsten sind mehrere Wörter.",
  newPassword: "Neues Passwort",
  bySheet: "Sie sind mit Ihrem Notfallblatt hereingekommen",
  bySheetPassword:
    "Wählen Sie jetzt ein neues Passwort, damit Sie beim nächsten Mal kein Blatt brauchen.",
  bySheetNew:
    "Ihr altes Blatt gilt noch. Vielleicht hat es jemand gesehen: Sie können ein neues machen.",
  bySheetDo: "Ein neues Passwort wählen",
  bySheetNot: "Jetzt nicht",
  sheetHeading: "Ein neues Notfallblatt",
  sheetLead:
    "Es ersetzt das Blatt, das Sie haben. Bis Sie den letzten Knopf drücken, gilt das alte.",
  sheetGo: "Weiter",
  sheetDo: "Ab jetzt dieses Blatt benutzen",
  sheetHint:
    "Drucken, speichern oder kopieren Sie es zuerst und sagen Sie, dass es gut verwahrt ist.",
  sheetDone: "Erledigt. Vernichten Sie das alte Blatt; es öffnet nichts mehr.",
  cancel: "Abbrechen",
  faults: {
    short: "Bitte nehmen Sie 12 Zeichen oder mehr.",
    long: "Bitte nehmen Sie höchstens 1.024 Zeichen.",
    common: "Dieses steht auf der Liste häufiger Passwörter. Bitte wählen Sie ein anderes.",
    name: "Bitte nehmen Sie keinen Namen darin.",
  },
};
