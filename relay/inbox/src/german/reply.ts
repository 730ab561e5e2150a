/** German for a reply to an invitation. */

import type { replyWords as english } from "../words.reply.ts";

export const reply: typeof english = {
  ask: {
    heading: (name) => `Was soll ${name} ändern?`,
    label: "Was Sie anders haben möchten",
    hint: (name) =>
      `Nur ${name} kann das lesen. Es ersetzt, was von dieser Seite vorher gesendet wurde.`,
    missing: "Bitte schreiben Sie, was geändert werden soll.",
    send: (name) => `An ${name} senden`,
    cancel: "Zurück",
    sent: (name) =>
      `Gesendet. ${name} kann mit einer neuen Einladung antworten; bis dahin bleibt diese, wie sie war.`,
  },
  no: {
    heading: "Diese Einladung ablehnen?",
    text: (name) =>
      `${name} erfährt es. Der Link öffnet dann nichts mehr, und von Ihnen wird hier nichts aufbewahrt.`,
    send: (name) => `${name} Bescheid geben`,
    cancel: "Zurück",
    done: (name) => ({
      heading: `${name} weiß Bescheid`,
      why: `Diese Einladung ist beendet, und von Ihnen wird hier nichts aufbewahrt. Wenn Sie es sich anders überlegen, rufen Sie ${name} an.`,
    }),
  },
  work: {
    heading: "Diese Einladung beenden?",
    why: "Wer Sie eingeladen hat, erfährt, dass dieses Gerät Ihrer Firma gehört, und kann einen neuen Link an Ihr eigenes Telefon schicken.",
    ends: "Der Link, den Sie jetzt haben, öffnet dann nichts mehr, weder hier noch anderswo.",
    send: "Beenden und Bescheid geben",
    cancel: "Neu wählen",
    done: {
      heading: "Ihr Coach weiß Bescheid",
      why: "Diese Einladung ist beendet. Hier wurde nichts von ihr geöffnet. Warten Sie auf den neuen Link auf Ihrem eigenen Telefon.",
    },
  },
  sending: "Wird gesendet",
  notSaid: (name) => `Das ließ sich von hier nicht sagen. Rufen Sie ${name} an.`,
  somebody: "die Person, die Sie eingeladen hat",
  coach: {
    change: (name) => `${name} bittet um eine Änderung`,
    no: (name) => `${name} sagt Nein`,
    work: (name) => `${name} bittet um einen neuen Link`,
    changeHow:
      "Die Einladung ist noch offen. Wenn Sie neu einladen, öffnet der Link, den Sie vorher geschickt haben, nichts mehr.",
    noHow: "Die Einladung ist beendet. Es wurde nichts aufbewahrt.",
    workHow:
      "Die Einladung wurde auf einem Gerät der Firma geöffnet und deshalb beendet. Schicken Sie den neuen Link an das eigene Telefon.",
    whose: "Das konnte jeder sagen, der den Link hatte. Rufen Sie im Zweifel an.",
    again: "Neu einladen",
    show: "Einladung zeigen",
    remove: "Einladung zurücknehmen",
    back: "Zurück zu den Begleitungen",
  },
};
