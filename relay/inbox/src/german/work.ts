/** German for *Unsere Arbeit*. Longer than other modules: it is one catalogue beside another, line by line. */

import type { workWords as english } from "../words.work.ts";
import { counted, either, figure, listed, number, of, size, upper } from "./figures.ts";

const days = (n: number) => figure(n, "Tag", "Tage");
const ending = (numbers: readonly string[]) =>
  numbers.map((one) => one.replace(/\D/g, "").slice(-2));
const messages = (n: number) => figure(n, "Nachricht", "Nachrichten");
const files = (n: number) => figure(n, "Datei", "Dateien");
const notes = (n: number) => figure(n, "Notiz", "Notizen");

export const work: typeof english = {
  heading: "Unsere Arbeit",
  loading: "Ihre Vereinbarung wird geöffnet",
  withWhom: (name, since) => `Mit ${name}, seit ${since}`,
  up: "Unsere Arbeit",
  gone: "Hier wird nichts mehr aufbewahrt.",
  held: (date) => `Alles ruht. Niemand muss etwas tun. Wird am ${date} gelöscht.`,
  closedBy: (who, name) =>
    who === "me"
      ? "Sie haben die Arbeit vor dem vereinbarten Tag beendet."
      : `${name} hat die Arbeit vor dem vereinbarten Tag beendet.`,

  timeline: {
    heading: "Tage Ihrer Vereinbarung",
    started: "Begonnen",
    today: "Heute",
    here: (many, attached) => `${messages(many)}${attached ? `, ${files(attached)}` : ""} hier`,
    already: (n) => `${number(n)} schon gelöscht`,
    ends: "Ihre Arbeit endet",
    ended: "Ihre Arbeit endete",
    heldWord: "Ruhezeit",
    thenHeld: (n) => `ruht danach ${days(n)}, unberührt`,
    heldNow: "ruht, unberührt",
    deleted: "Alles gelöscht",
    deletedDone: "Alles wurde gelöscht",
    backups: (date) => `Sicherungskopien: bis ${date}`,
    each: (n) => `Jede Nachricht und Datei wird höchstens ${days(n)} aufbewahrt.`,
    why: (date) => `Wer ${date} bestimmt hat`,
    decided: "Wer das bestimmt hat",
    change: "Wer es ändern kann",
    both: (name, date) => `Sie und ${name}, am ${date}.`,
    closed: (who, name, date) =>
      who === "me"
        ? `Sie, als Sie die Arbeit am ${date} beendet haben.`
        : `${name}, durch das Beenden der Arbeit am ${date}.`,
    reopened: (name, date) => `Sie und ${name}, als Sie am ${date} gemeinsam weitermachten.`,
    changes: "Früher: jede Seite allein. Später: nur beide.",
    fixed: "Niemand. Der Tag ist vorbei.",
    tail: (n) =>
      `Der Server behält Sicherungskopien ${days(n)} lang. Nach diesem Tag enthält keine mehr etwas von Ihrer Arbeit, und in einer älteren ist nichts mehr zu lesen.`,
    tailBy:
      "Die Leute, die diesen Server betreiben, haben das so gewählt; es ist für alle hier gleich.",
    ask: "Um ein anderes Datum bitten",
  },

  rows: {
    kept: "Wo es aufbewahrt wird",
    keptSaid: (n) => figure(n, "Ort", "Orte"),
    sponsor: (name) => `Was ${name} sieht`,
    sponsorSaid: "Noch nichts",
    sponsorFrom: (date) => `Der Bericht, ab ${date}`,
    sponsorUntil: (date) => `Der Bericht, bis ${date}`,
    report: (name) => `Bericht für ${name}`,
    reportSaid: "Von beiden geschrieben, von beiden unterschrieben",
    notes: (name) => (name ? `${of(name)} private Notizen` : "Ihre privaten Notizen"),
    notesSaid: (n) => (n === 0 ? "Keine" : notes(n)),
    calls: "Telefonate",
    check: "Prüfung am Telefon",
    checkSaid: (date) => (date ? `Gemacht am ${date}` : "Zehn Sekunden, beim nächsten Telefonat"),
    callsSaid: (n) => (n === 0 ? "Keine notiert" : `${number(n)} notiert`),
    agreement: "Vereinbarung",
    agreementSaid: (date, version) => `Unterschrieben am ${date}, Fassung ${version}`,
    receipts: "Löschbelege",
    receiptsSaid: (n) => (n === 0 ? "Noch keine" : number(n)),
    copy: "Kopie mitnehmen",
    copySaid: "Nachrichten und Dateien, auf Ihr Gerät",
    reopen: (name) => `${name} wieder hereinlassen`,
    reopenSaid: "Wenn Telefon, Passwort und Blatt verloren sind",
    close: "Unsere Arbeit beenden",
    closeSaid: "Sehen, was gelöscht würde, und wann",
  },

  kept: {
    heading: "Wo es aufbewahrt wird",
    place: "Wo",
    what: "Was dort ist",
    until: "Bis",
    server: (host) => `Server ${host}`,
    serverWhat:
      "Verschlossene Nachrichten und Dateien. Die Leute, die ihn betreiben, können sie nicht lesen.",
    coachComputer: (name) => `${of(name)} Computer`,
    coachComputerWhat: (name) =>
      `Eine Kopie, die ${name} lesen kann. ${name} hat in der Vereinbarung versprochen, sie am selben Tag zu löschen; der Server kann das nicht prüfen.`,
    ownComputer: "Ihr Computer",
    ownComputerWhat:
      "Eine Kopie, die Sie lesen können. Sie haben versprochen, sie am selben Tag zu löschen; der Server kann das nicht prüfen.",
    browser: "Ihr Browser",
    browserWhat: "Was Sie offen haben, nur im Arbeitsspeicher.",
    browserUntil: "zum Sperren dieser Seite",
    clientBrowser: (name) => `${of(name)} Browser`,
    clientBrowserWhat: (name) => `Was ${name} offen hat, nur im Arbeitsspeicher.`,
    clientBrowserUntil: "zum Sperren der Seite dort",
    backups: "Sicherungskopien des Servers",
    backupsWhat:
      "Verschlossen wie der Server. Was gelöscht wurde, lässt sich aus ihnen nicht lesen.",
    noBackups: "Auf diesem Server werden keine gemacht.",
    agreed: "Was die Vereinbarung nennt",
    outside:
      "Was eine Seite gespeichert, gedruckt oder fotografiert hat, liegt an keinem dieser Orte.",
  },

  sponsor: {
    heading: (name) => (name ? `Was ${name} sieht` : "Was andere sehen"),
    none: "In der Vereinbarung ist außer Ihnen beiden niemand genannt, also gibt es nichts zu sehen.",
    scope: "Was die Vereinbarung dazu sagt",
    scopeNone: "Die Vereinbarung erlaubt nicht, etwas zu zeigen.",
  },

  notes: {
    heading: (name) => (name ? `${of(name)} private Notizen` : "Ihre privaten Notizen"),
    none: (name) => `${name} führt keine Notizen über Ihre Arbeit.`,
    some: (name, n) => `${name} führt ${counted(n, "Notiz", "Notizen")} über Ihre Arbeit.`,
    cannot: (others) =>
      `Sie können sie nicht lesen. Das können auch ${listed([...others, "die Leute, die diesen Server betreiben,"])} nicht.`,
    goes: (date) => `Sie werden am selben Tag gelöscht: ${date}.`,
    counted: "Die Zahl kommt vom Server. Er zählt sie, ohne sie öffnen zu können.",
    own: (n) =>
      n === 0
        ? "Sie führen hier keine Notizen."
        : `Sie führen hier ${counted(n, "Notiz", "Notizen")}.`,
    ownSeen: (name) => `${name} sieht ihre Zahl und ihr Datum, und sonst nichts.`,
  },

  check: {
    heading: "Prüfung am Telefon",
    heard: (name, date) => `Am ${date} haben Sie es von ${name} selbst gehört.`,
    theyHeard: (name, date) => `${name} hat es am ${date} von Ihnen gehört.`,
    notYet: (name) =>
      `Ihre Einladung kam von ${name}, und daran erkennt dieses Postfach ${name}. Eine Prüfung beim nächsten Telefonat macht es gewiss.`,
    notYetCoach: (name) =>
      `${name} kam mit Ihrer Einladung, und daran erkennt dieses Postfach ${name}. Eine Prüfung beim nächsten Telefonat macht es gewiss.`,
    offer: (name) =>
      `Telefonieren Sie gerade mit ${name}? Zehn Sekunden machen es gewiss, dass hier ${name} schreibt.`,
    offerDo: "Am Telefon prüfen",
    offerNot: "Jetzt nicht",
    how: (name) =>
      `Während Sie mit ${name} telefonieren: Drücken Sie beide gleichzeitig auf „Beginnen“.`,
    start: "Beginnen",
    waiting: (name) => `Warten, bis auch ${name} auf „Beginnen“ gedrückt hat`,
    nobody: (name) =>
      `Dazu braucht es Sie beide im selben Augenblick, und ${name} war nicht da. Es hat sich nichts geändert.`,
    again: "Noch einmal beginnen",
    read: (name) => `${name} liest die ersten drei vor, Sie lesen die letzten drei. Dieselben?`,
    readCoach: (name) =>
      `Sie lesen die ersten drei vor, ${name} liest die letzten drei. Dieselben?`,
    same: "Ja, dieselben",
    different: "Nein",
    done: (name) => `Erledigt. Sie haben es von ${name} selbst gehört.`,
    stopHere: (name) =>
      `Schreiben Sie hier nicht weiter. Rufen Sie ${name} unter einer Nummer an, die Sie schon haben, und zeigen Sie ${name} diese Seite.`,
    forOperator: "Für alle, die dem nachgehen",
    forOperatorText:
      "Die beiden Postfächer kennen eine dieser zwei Personen an verschiedenen Unterschriften, oder eine Zahl wurde zwischen ihnen verändert. Das kann, wer den Server betreibt oder übernommen hat; ein Tippfehler kann es nicht.",
  },

  calls: {
    heading: "Telefonate",
    lead: "Auch für das, was am Telefon gesagt wird, gilt die Vereinbarung. Nichts wird aufgezeichnet.",
    numbers: "Vereinbarte Nummern",
    numbersNone: "Die Vereinbarung nennt keine privaten Nummern.",
    ending: (one) => `endet auf ${ending([one]).join()}`,
    work: (name, number) =>
      `${of(name)} Nummer, die auf ${ending([number]).join()} endet, ist dienstlich.`,
    workMine: (number) => `Ihre Nummer, die auf ${ending([number]).join()} endet, ist dienstlich.`,
    workWhy: "Wer dienstliche Anschlüsse betreut, kann sehen, wer wann mit wem spricht.",
    list: "Notierte Telefonate",
    none: "Noch hat niemand von Ihnen ein Telefonat notiert.",
    minutes: (n) => figure(n, "Minute", "Minuten"),
    byMe: "Von Ihnen notiert",
    by: (name) => `Notiert von ${name}`,
    add: "Ein Telefonat notieren",
    addLead: (name) => `${name} sieht es auch. Es wird wie eine Nachricht gelöscht.`,
    day: "Tag",
    time: "Uhrzeit",
    length: "Minuten",
    lengthHint: "Von 1 bis 1.440.",
    word: "Ein Wort für Sie beide",
    wordHint: "Darf leer bleiben.",
    save: "Notieren",
    saving: "Das Telefonat wird notiert",
    done: "Notiert, für Sie beide.",
    mine: "Nur für Sie",
    mineAdd: "Etwas für sich notieren",
    mineOf: (when) => `zum Telefonat von ${when}`,
    mineLabel: "Eine Notiz für Sie selbst",
    mineHint: (name) =>
      `${name} kann sie nicht lesen. Sie wird spätestens mit dem Telefonat gelöscht.`,
    mineHintCoach: (name) =>
      `${name} kann sie nicht lesen und sieht nur, dass es eine Notiz mehr gibt. Sie wird spätestens mit dem Telefonat gelöscht.`,
    mineSave: "Behalten",
    mineSaving: "Die Notiz wird verschlossen",
    mineSaved: "Behalten, nur für Sie.",
    mineChange: "Ändern",
    mineDelete: "Löschen",
    mineDeleted: "Gelöscht.",
    mineUnsent:
      "Was Sie getippt haben, bleibt sieben Tage verschlossen aufbewahrt, wo immer Sie dieses Postfach öffnen.",
    mineEmpty: "Bitte schreiben Sie zuerst etwas.",
    mineLong: "Das ist zu lang für eine Notiz.",
    faults: {
      day: "Bitte wählen Sie den Tag des Telefonats.",
      time: "Bitte geben Sie die Uhrzeit an, etwa 14:30.",
      future: "Ein Telefonat lässt sich erst notieren, wenn es vorbei ist.",
      minutes: "Bitte geben Sie ganze Minuten an, von 1 bis 1.440.",
    },
  },

  agreement: {
    heading: "Vereinbarung",
    inForce: (version) => `Fassung ${version}, in Kraft`,
    earlier: "Frühere Fassungen",
    version: (version) => `Fassung ${version}`,
    signatures: "Unterschrieben",
    signed: (date) => `Unterschrieben am ${date}`,
    signedUndated: "Unterschrieben",
    facts: "Woran der Server Sie beide hält",
    text: "Der Text",
    textGone: "Der Text dieser Fassung wird hier nicht mehr aufbewahrt.",
    print: "Drucken",
    paper: (date) => `Bitte vernichten Sie dieses Papier bis ${date}.`,
    lines: {
      work: "Die Arbeit endet",
      hold: "Ruhezeit danach",
      holdNone: "Keine",
      deleted: "Alles wird gelöscht",
      each: "Jede Nachricht und Datei",
      eachDays: (n) => `Wird höchstens ${days(n)} aufbewahrt`,
      eachWhole: "Wird aufbewahrt, bis alles gelöscht wird",
      recall: "Geschriebenes zurücknehmen",
      recallYes: "Jede Seite kann für beide löschen, was sie selbst geschrieben hat",
      recallNo: "Jede Seite löscht nur die eigene Kopie",
      marks: "Ob es gelesen wurde",
      marksYes:
        "Jede Seite sieht, ob die andere eine Nachricht geöffnet hat; auch den Tag, wenn sie einige Tage danach gelöscht wird",
      marksNo: "Keine Seite sieht es, solange eine Nachricht da ist",
      refused: "Firmenmail",
      refusedWhat: (domains) =>
        `An Adressen bei ${either(domains)} wird nichts gesendet, und von dort wird nichts angenommen`,
      refusedNone: "Es sind keine Adressen genannt",
      places: "Wo es aufbewahrt wird",
      phones: "Private Nummern",
      phonesNone: "Keine genannt",
      sponsor: (name) => (name ? `Was ${name} sieht` : "Andere sehen"),
      sponsorNothing: "Nichts",
      calls: "Gespräche im Bericht",
      callsSaid: "Ihre Zahl und Tage dürfen genannt werden",
    },
  },

  change: {
    heading: "Eine Änderung ist vorgeschlagen",
    headingMine: "Die Änderung, die Sie vorgeschlagen haben",
    by: (name, date) =>
      `${name} hat das am ${date} vorgeschlagen. Ohne Ihre Zustimmung ändert sich nichts.`,
    byMe: (name, date) =>
      `Sie haben das am ${date} vorgeschlagen. Es gilt, sobald ${name} zustimmt.`,
    silence: "Schweigen ändert nichts: Die alten Tage gelten weiter.",
    sentences: "Was anders wäre",
    same: "Kein anderes Datum und keine andere Regel ändert sich. Vielleicht aber der Wortlaut: Lesen Sie die ganze Vereinbarung.",
    onlyText: "Jedes Datum bleibt, wie es ist. Nur der Wortlaut der Vereinbarung ist neu.",
    hold: (now, earlier) => `Ruhezeit: ${now} statt ${earlier}.`,
    none: "keine",
    days,
    workLater: (now, earlier) => `Ihre Arbeit endet am ${now} statt am ${earlier}: später.`,
    workSooner: (now, earlier) => `Ihre Arbeit endet am ${now} statt am ${earlier}: früher.`,
    deletedLater: (now, earlier) =>
      `Was Sie von da an schreiben, wird spätestens am ${now} gelöscht statt am ${earlier}. Was schon hier ist, behält sein Datum.`,
    deletedSooner: (now, earlier) =>
      `Alles wird am ${now} gelöscht statt am ${earlier}, auch das, was schon hier ist.`,
    each: (now, earlier) => `Längste Zeit für jede Nachricht: ${now} statt ${earlier}.`,
    eachWhole: "die ganze Zeit",
    recall: (yes) =>
      yes
        ? "Ab jetzt könnte jede Seite für beide löschen, was sie selbst geschrieben hat."
        : "Ab jetzt könnte jede Seite nur die eigene Kopie löschen.",
    marks: (yes) =>
      yes
        ? "Ab jetzt sähe jede Seite, ob die andere eine Nachricht geöffnet hat."
        : "Ab jetzt sähe keine Seite mehr, ob die andere eine Nachricht geöffnet hat.",
    domains: (names) =>
      names.length
        ? `Firmenmail, die draußen bleibt: ${names.join(", ")}.`
        : "Es wird keine Firmenmail mehr draußen gehalten.",
    places: (names) => `Aufbewahrt: ${names.join("; ")}.`,
    phones: (numbers) =>
      numbers.length
        ? `Vereinbarte private Nummern, nach den Endziffern: ${listed(ending(numbers))}.`
        : "Es sind keine privaten Nummern mehr vereinbart.",
    coachsWork: (numbers) =>
      numbers.length
        ? `Als dienstliche Nummern im Coaching genannt, nach den Endziffern: ${listed(ending(numbers))}.`
        : "Keine Nummer im Coaching ist mehr als dienstlich genannt.",
    clientsWork: (numbers) =>
      numbers.length
        ? `Als dienstliche Nummern der begleiteten Seite genannt, nach den Endziffern: ${listed(ending(numbers))}.`
        : "Keine Nummer der begleiteten Seite ist mehr als dienstlich genannt.",
    sponsor: (name, scope) =>
      name
        ? `${name} bekäme gezeigt: ${scope || "nichts"}.`
        : "Es ist kein Auftraggeber mehr genannt.",
    calls: (yes) =>
      yes
        ? "Ein Bericht dürfte Zahl und Tage Ihrer Gespräche nennen."
        : "Ein Bericht dürfte Ihre Gespräche nicht mehr nennen.",
    keep: (n, date) =>
      `${upper(counted(n, "Nachricht wird", "Nachrichten werden"))} bis ${date} aufbewahrt, statt früher zu gehen.`,
    subject: (subject) => `„${subject || "Ohne Betreff"}“`,
    keepUnknown: (n) => `${upper(counted(n, "davon ist", "davon sind"))} nicht auf dieser Seite.`,
    reopen: (date) =>
      `Ihre Arbeit geht bis ${date} weiter, und Sie können einander wieder schreiben.`,
    reopenRest: "Was gelöscht oder vorgezogen wurde, bleibt es.",
    agree: "Zustimmen",
    agreeing: "Wird unterschrieben",
    agreed: "Zugestimmt. Jetzt haben Sie beide unterschrieben.",
    decline: "Nicht zustimmen",
    declining: "Ihre Antwort wird gesendet",
    declined: (name) => `Nicht zugestimmt. ${name} sieht das, und die alten Tage gelten weiter.`,
    withdraw: "Zurückziehen",
    withdrawn: "Zurückgezogen. Die alten Tage gelten weiter.",
    ask: (name) => `${name} fragen`,
    states: {
      declined: (name) => `${name} hat dem nicht zugestimmt. Die alten Tage gelten weiter.`,
      declinedByMe: "Sie haben dem nicht zugestimmt. Die alten Tage gelten weiter.",
      overtaken:
        "Inzwischen wurde etwas anderes unterschrieben. Das hier müsste neu vorgeschlagen werden.",
    },
    whole: "Die ganze Vereinbarung lesen, wie sie dann wäre",
    none2: "Nichts wartet auf Ihre Antwort.",
    note: (name) => `${name} schreibt`,
    card: (name) => `${name} bittet Sie, einer Änderung zuzustimmen.`,
    cardLook: "Ansehen",
  },

  dates: {
    heading: "Um ein anderes Datum bitten",
    lead: "Früher kann jede Seite allein bestimmen. Für später müssen beide unterschreiben.",
    sooner: "Früher",
    soonerWhat: (name) =>
      `Sie können die Arbeit beenden oder alles früher löschen lassen, ohne ${name} zu fragen. Vorher sehen Sie, was gelöscht würde.`,
    soonerOne: "Eine einzelne Nachricht löschen Sie früher mit „Ändern“ unter ihrem Text.",
    soonerDo: "Sehen, was gelöscht würde",
    pause:
      "Eine Pause verschiebt kein Datum. Auch wenn Sie sich nicht treffen, gilt jeder Tag hier, solange nicht beide einen anderen unterschreiben.",
    keep: "Einige Nachrichten länger aufbewahren",
    keepWhat: (name, date) =>
      `${name} muss zustimmen. Länger als bis ${date} kann nichts bleiben; dann wird alles gelöscht.`,
    keepChoose: "Nachrichten, die vor diesem Tag gelöscht werden",
    keepNone:
      "Keine Nachricht hier wird vor diesem Tag gelöscht, also gibt es nichts länger aufzubewahren.",
    keepUntil: "Aufbewahren bis",
    keepUntilHint: (latest) => `Ein Tag bis ${latest}.`,
    keepGoes: (date) => `wird am ${date} gelöscht`,
    keepDo: (name) => `${name} bitten`,
    keepMissing: "Bitte wählen Sie mindestens eine Nachricht.",
    keepWrong: (latest) =>
      `Bitte wählen Sie einen Tag nach den Tagen dieser Nachrichten, bis ${latest}.`,
    later: "Ein späteres Ende",
    laterAsk: (name) =>
      `${name} kann eine Vereinbarung mit späteren Tagen vorschlagen, die dann Ihre Unterschrift braucht. Schreiben Sie und bitten Sie darum.`,
    laterAskDo: (name) => `${name} schreiben`,
    laterPropose: (name) =>
      `Schlagen Sie die Vereinbarung neu vor, mit anderen Tagen. Sie gilt, sobald ${name} unterschrieben hat.`,
    laterDo: "Andere Tage vorschlagen",
    reopen: "Gemeinsam weitermachen",
    reopenWhat: (name) =>
      `Die Arbeit ist beendet und ruht. Stimmt ${name} zu, können Sie einander wieder schreiben.`,
    reopenUntil: "Die Arbeit endet dann am",
    reopenHint: (latest) => `Ein Tag ab morgen, bis ${latest}.`,
    reopenWrong: (latest) => `Bitte wählen Sie einen Tag ab morgen, bis ${latest}.`,
    reopenDo: (name) => `${name} bitten, weiterzumachen`,
    sent: (name) => `Gefragt. Es gilt, sobald ${name} zustimmt.`,
    sending: "Wird gefragt",
    work: "Die Arbeit endet am",
    hold: "Ruhezeit danach, in Tagen",
    holdHint: "Von 0 bis 3.650.",
    each: "Längste Zeit für eine einzelne Nachricht, in Tagen",
    eachHint: "0: bis alles gelöscht wird.",
    text: "Der Text der Vereinbarung",
    textHint: "Ändern Sie ihn, wo er ein Datum nennt.",
    note: (name) => `Ein Wort an ${name}`,
    proposeDo: (name) => `${name} vorschlagen`,
    faults: {
      work: "Bitte wählen Sie einen Tag ab morgen.",
      days: "Bitte geben Sie ganze Tage an, von 0 bis 3.650.",
      text: "Bitte behalten Sie einen Text, der sagt, was Sie vereinbaren.",
      nothing: "Nichts ist anders als in der Vereinbarung, die jetzt gilt.",
    },
  },

  copy: "Kopie mitnehmen",
  between: (one, other) => `${one} und ${other}`,

  close: {
    heading: (name) => `Ihre Arbeit mit ${name} beenden`,
    loading: "Es wird gezählt, was hier ist",
    remains: "Was hier bleibt",
    copyFirst: "Nehmen Sie vorher eine Kopie mit, wenn Sie eine möchten.",
    copyDo: "Kopie mitnehmen",
    when: "Wann es gelöscht wird",
    hold: (date) => `Bis ${date} ruhen lassen`,
    holdHint: "Wie Sie beide vereinbart haben. Niemand muss etwas tun.",
    soon: (date) => `Am ${date} gehen lassen`,
    soonHint: (name) => `Der früheste Tag: ${name} hat eine Woche, um eine Kopie mitzunehmen.`,
    other: "Ein anderer Tag dazwischen",
    otherLabel: "Alles wird gelöscht am",
    otherHint: (from, to) => `Ein Tag von ${from} bis ${to}.`,
    otherWrong: (from, to) => `Bitte wählen Sie einen Tag von ${from} bis ${to}.`,
    mine: "Meine eigenen Kopien sofort löschen",
    mineHint: (name) => `${of(name)} Kopien bleiben bis zu diesem Tag.`,
    next: "Genau sehen, was geschieht",
    nothingYet: "Auf dieser Seite wird nichts beendet oder gelöscht.",
    sure: "Genau das wird geschehen",
    stops: (name) =>
      `Ab jetzt können weder Sie noch ${name} hier schreiben. Mail an dieses Postfach wird abgewiesen.`,
    reads: (date) => `Lesen und speichern geht weiter bis ${date}.`,
    mineNow: (what) => `Ihre eigenen Kopien werden jetzt gelöscht: ${what}.`,
    goes: (date, what) => `Am ${date} wird alles gelöscht: ${what}.`,
    goesElse:
      "Die Vereinbarung, ihre Unterschriften und dieses Postfach gehen mit. Belege bleiben etwas länger.",
    backups: (date) => `Die letzte Sicherungskopie ist weg bis ${date}.`,
    told: (name) => `${name} erfährt es sofort.`,
    back: (name) => `Bis dahin können Sie weitermachen, wenn Sie und ${name} beide unterschreiben.`,
    backNot: "Was bis dahin gelöscht ist, kommt nicht zurück.",
    doHold: "Unsere Arbeit beenden",
    doGo: "Unsere Arbeit beenden und gehen lassen",
    doing: "Wird unterschrieben",
    done: (date) => `Beendet. Alles hier ruht bis ${date} und wird dann gelöscht.`,
    change: "Etwas ändern",
    already: (date) => `Ihre Arbeit ist beendet. Alles ruht bis ${date} und wird dann gelöscht.`,
    alreadyGo: "Gemeinsam weitermachen",
    parts: (remains, privateNotes) =>
      listed([
        messages(remains.messages),
        ...(remains.files ? [`${files(remains.files)} (${size(remains.bytes)})`] : []),
        ...(remains.calls
          ? [figure(remains.calls, "notiertes Telefonat", "notierte Telefonate")]
          : []),
        ...(privateNotes ? [figure(privateNotes, "private Notiz", "private Notizen")] : []),
      ]),
    kinds: {
      messages: "Nachrichten",
      files: "Dateien",
      calls: "Notierte Telefonate",
      notes: (name) => (name ? `${of(name)} private Notizen` : "Ihre privaten Notizen"),
      agreement: "Unterschriebene Vereinbarung",
    },
    unread: (n) => `${number(n)} ungelesen`,
  },
};
