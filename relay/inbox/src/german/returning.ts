/** German for coming back to an inbox that was lost, and for stopping that. */

import type { returningWords as english } from "../words.returning.ts";

export const returning: typeof english = {
  heading: (name) => `Rufen Sie ${name} an, dann kommt Ihr Postfach zurück`,
  lead: (name) =>
    `Von ${name} bekommen Sie Ihre Nachrichten zurück, soweit die Vereinbarung sie noch aufbewahrt. Zuerst vergewissern Sie sich beide am Telefon, dass Sie es sind.`,
  how: (name) =>
    `Während Sie mit ${name} telefonieren: Drücken Sie beide gleichzeitig auf „Beginnen“.`,
  start: "Beginnen",
  agreeing: (name) => `Warten, bis auch ${name} es gesagt hat`,
  opening: "Ihr Postfach wird geöffnet",
  open: "Ihr Postfach öffnen",
  lock: "Sperren",
  former: {
    heading: (name) => `${name} hat dieses Postfach wieder geöffnet`,
    lead: (name, day, time) =>
      `${name} hat diese Nachrichten einem anderen Browser gegeben, in der Annahme, dass es Ihrer ist. Ist es Ihrer, ist hier nichts zu tun. Ist er es nicht, halten Sie es jetzt auf: Das geht bis ${day}, ${time}, und das Postfach gehört wieder Ihnen.`,
    late: (name) =>
      `${name} hat diese Nachrichten einem anderen Browser gegeben. Dieses Postfach ist geschlossen.`,
    stop: "Aufhalten",
    stopping: "Wird aufgehalten",
    ring: (name) => `Rufen Sie dann ${name} an, unter einer Nummer, die Sie schon haben.`,
  },
};
