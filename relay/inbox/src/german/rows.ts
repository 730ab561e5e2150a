/** German for *Was dieser Server sehen kann*. Names of tables and columns are those of rows.json; a test holds the two side by side. */

import type { rowWords as english } from "../words.rows.ts";
import { counted, upper } from "./figures.ts";

const COUNTED = "Sie werden gezählt.";
const LOCKED = "Verschlossen von Ihrer Software";
const MESSAGE = "Die Nummer der Nachricht. Über sie sagt sie nichts.";
const FILE = "Die Nummer der Datei. Über sie sagt sie nichts.";
const ORDER = "In welcher Reihenfolge sie geschrieben wurden.";

const rows: typeof english = {
  lead: "Das liegt auf dem Server über Sie, so, wie es dort liegt. Was gesagt wurde, ist nicht darunter, weil es verschlossen wird, bevor es dorthin kommt.",
  count: (n) => upper(counted(n, "Zeile", "Zeilen")),
  none: "Nichts.",
  newest: (shown, all) => `Die neuesten ${shown} von ${all}`,
  row: (n) => `Zeile ${n}`,
  locked: (size, begins) => (begins ? `${size}, beginnt mit ${begins}` : "leer"),
  nothing: "nichts",
  besides:
    "Außerdem eine Stunde lang, nachdem eine Mail gekommen ist, ein Merkmal, das sie von derselben, noch einmal geschickten Mail unterscheidet. Und Ihre Bitte, etwas zurückzunehmen, solange sie auf den Hüter der Tage wartet. Keines von beiden führt zu Ihnen.",
  sees: "Wer diesen Server betreibt, sieht auch, wann Sie hier sind und aus welchem Netz, wie bei jeder Seite. Das wird nicht aufgeschrieben.",
  shared: {
    account_id: "Ihre Nummer hier: zufällig, und sie führt zu keinem Namen.",
    mailbox_id: "Die Nummer eines Ihrer Postfächer, damit eine Nachricht es findet.",
    engagement_id: "Die Nummer Ihrer gemeinsamen Arbeit. Über Sie beide sagt sie nichts.",
    expires_at:
      "Der Augenblick, ab dem diese Zeile nicht mehr hier sein darf. Jede Zeile über einen Menschen hat einen.",
  },
  tables: {
    accounts: {
      heading: "Sie",
      why: "Eine Zeile für jeden Menschen, damit es etwas zu öffnen gibt.",
      columns: {
        name_tag:
          "Ihr Postfachname, verwürfelt mit einem Geheimnis, das neben der Datenbank liegt. Er lässt sich vergleichen, nicht lesen.",
        role: "Ob Sie Coach sind oder begleitet werden.",
        fp: "Ein kurzes Merkmal der Unterschrift, die Ihre Software leistet, um zu erkennen, wessen Unterschrift stimmt.",
      },
    },
    methods: {
      heading: "Wege hinein",
      why: "Ihr Passwort, Ihr Blatt, Ihre Geräte: verschlossen, sodass eine gestohlene Datenbank nicht einmal verrät, welche Sie haben.",
      columns: {
        method_id: "Die Nummer eines Wegs hinein.",
        sealed:
          "Was man braucht, um einen Weg hinein zu prüfen, verschlossen mit einem Geheimnis, das neben der Datenbank liegt. Ihr Passwort ist nicht darin.",
      },
    },
    sessions: {
      heading: "Jetzt offen",
      why: "Eine Zeile für jeden Browser und jedes Programm, das offen ist.",
      columns: {
        token_tag:
          "Ein verwürfeltes Merkmal, an dem ein offener Browser wiedererkannt wird. Es geht, wenn er sich sperrt.",
      },
    },
    statements: {
      heading: "Ihre unterschriebenen Karten",
      why: "Was die Software anderer braucht, um Ihnen zu schreiben.",
      columns: {
        number: COUNTED,
        statement:
          "Von Ihnen unterschrieben: die öffentlichen Hälften, mit denen andere verschließen, was nur Sie öffnen können, und wie lange jede gilt.",
      },
    },
    vault_items: {
      heading: "Ihre eigenen Merkzettel",
      why: "Was Ihre Browser gemeinsam behalten müssen. Nur sie können es öffnen.",
      columns: {
        name: "Was für ein Zettel es ist. Die mit einer Nummer gehören zu Ihrer gemeinsamen Arbeit.",
        version: "Wie oft er geschrieben wurde.",
        box: `${LOCKED}; der Server hat nichts, womit er ihn öffnen könnte.`,
      },
    },
    senders: {
      heading: "Ihre eigenen E-Mail-Adressen",
      why: "Von wo Mail in dieses Postfach angenommen wird.",
      columns: {
        sender_id: "Eine zufällige Nummer für die Adresse.",
        address_tag:
          "Die Adresse, verwürfelt. Sie lässt sich mit dem Absender einer Mail vergleichen, nicht lesen.",
        state: "Ob Sie sie bestätigt haben.",
        code_tag: "Der Code, der hinausging, verwürfelt.",
        code_expires_at: "Bis wann dieser Code zu benutzen war.",
        added_on: "Der Tag, an dem Sie sie hinzugefügt haben.",
      },
    },
    notice_channels: {
      heading: "Bescheid per E-Mail",
      why: "Wenn Sie um Bescheid gebeten haben. Diese eine kann der Server lesen, wenn er Ihnen schreibt.",
      columns: {
        number: "Eine zufällige Nummer, an der ein Bescheid erkannt wird, der nicht ankam.",
        sealed:
          "Ihre Adresse, der Betreff und Ihr Satz. Eine gestohlene Datenbank öffnet es nicht, der laufende Server schon: Er muss sie senden.",
        state: "Ob die Adresse funktioniert.",
        timing: "Wann Sie Bescheid bekommen möchten.",
        warnings: "Ob Sie Bescheid bekommen, bevor etwas Ungelesenes geht.",
        hour: "Die Stunde, die Sie für einmal am Tag gewählt haben.",
        quiet_from: "Wann Ihre stillen Stunden beginnen.",
        quiet_until: "Wann sie enden.",
        offset_minutes: "Wie weit Ihre Uhr von der Weltzeit entfernt ist.",
        code_tag: "Der Code, der hinausging, verwürfelt.",
        code_expires_at: "Bis wann dieser Code zu benutzen war.",
        pending: "Ob ein Bescheid zu Ihnen unterwegs ist.",
        arrivals: "Eine Zahl, an der zu sehen ist, dass Sie inzwischen gelesen haben.",
        due_at: "Wann dieser Bescheid hinausgeht.",
        attempts: "Wie oft es versucht wurde.",
        sent: "Wann die letzten Bescheide hinausgingen, damit es nicht zu viele werden.",
      },
    },
    engagements: {
      heading: "Ihre gemeinsame Arbeit",
      why: "Eine Zeile, mit ihrem Stand und ihrem Ende.",
      columns: {
        state: "Ob sie begonnen hat, läuft oder beendet ist.",
        notes_mailbox_id: "Die Nummer des Orts für die privaten Notizen des Coachs.",
      },
    },
    mailboxes: {
      heading: "Ihr Postfach",
      why: "Der Ort selbst.",
      columns: {
        role: "Auf wessen Seite es liegt.",
        address: "Die Adresse für Mail in dieses Postfach. Sie ist zufällig.",
        cursor: "Wie viel je darin angekommen ist.",
        stored_bytes: "Wie groß alles zusammen ist.",
      },
    },
    members: {
      heading: "Wer dabei ist",
      why: "Dass Sie eine von zwei Personen sind.",
      columns: {
        role: "Auf wessen Seite Sie sind.",
        fp: "Ein kurzes Merkmal der Unterschrift, die Ihre Software leistet.",
      },
    },
    policies: {
      heading: "Was Sie vereinbart haben",
      why: "Die Tage und Regeln, an die der Server sich hält. Die Namen abgewiesener Maildomains stehen darin; was Sie beide in die Vereinbarung geschrieben haben, nicht.",
      columns: {
        number: COUNTED,
        policy: "Tage, Fristen, Regeln, in fester Form, von Ihnen beiden unterschrieben.",
      },
    },
    acts: {
      heading: "Was Sie beide unterschrieben haben",
      why: "Jede Änderung eines Datums oder einer Regel.",
      columns: {
        number: COUNTED,
        act: "Wer was unterschrieben hat, und wann. Keine Worte.",
      },
    },
    proposals: {
      heading: "Was auf eine Unterschrift wartet",
      why: "Eine Änderung, um die jemand von Ihnen gebeten hat.",
      columns: {
        role: "Wer von Ihnen gebeten hat.",
        act: "Die Änderung, mit einer Unterschrift.",
      },
    },
    reopenings: {
      heading: "Ein Postfach, das wieder geöffnet wird",
      why: "Während Ihr Coach Sie wieder hereinlässt, weil jeder Zugang verloren ist, und 48 Stunden danach, in denen das frühere Postfach es anhalten kann.",
      columns: {
        invite_id: "Welche Einladung dazu gehört.",
        state: "Wie weit es gekommen ist.",
        opened_at: "Wann Ihr Coach es geöffnet hat.",
        former_account_id: "Wessen Postfach es war.",
        former_mailbox_id: "Welches Postfach es war.",
        claim: "Ihr unterschriebenes Wort, dass Sie beide dieselben Ziffern gehört haben.",
      },
    },
    happenings: {
      heading: "Was mit Ihrem Postfach geschah",
      why: "Damit Ihre anderen offenen Seiten fragen können, ob Sie es waren: ein neuer Zugang, ein neues Passwort, das benutzte Notfallblatt. Nach 30 Tagen fort.",
      columns: {
        number: "Welche davon Sie gesehen haben.",
        kind: "Was es war.",
        at: "Wann es war.",
        method_id: "Welcher Zugang es war, eine zufällige Zahl.",
        session_id: "Welche Ihrer offenen Seiten es war.",
      },
    },
    spoken_runs: {
      heading: "Eine Prüfung am Telefon",
      why: "Während Sie beide am Telefon sechs Ziffern vergleichen; nach zwei Minuten fort.",
      columns: {
        commitment:
          "Worauf sich die Seite des Coachs festgelegt hat, damit sie ihre Zahl nicht später wählen kann.",
        client_random: "Eine Zahl, die die begleitete Seite für diese eine Prüfung gezogen hat.",
        coach_random: "Eine Zahl, die die Seite des Coachs für diese eine Prüfung gezogen hat.",
      },
    },
    slots: {
      heading: "Der Link dessen, der bezahlt",
      why: "Wohin der Link führt, den hat, wer bezahlt. Er öffnet nichts, als was die begleitete Seite freigegeben hat.",
      columns: {
        link_id: "Die Nummer des Links; das Geheimnis, das öffnet, steht nur im Link selbst.",
        reader_key:
          "Daran erkennt der Hüter der Tage, wer den Link hat, und antwortet sonst niemandem.",
        digits_tag:
          "Die sechs Ziffern, unkenntlich gemacht mit einem Geheimnis neben der Datenbank.",
        opened_at: "Wann der Link gemacht wurde.",
      },
    },
    releases: {
      heading: "Freigegebene Berichte",
      why: "Ein versiegelter Bericht, den die begleitete Seite freigegeben hat, und ab wann.",
      columns: {
        envelope_id: "Die Nummer des versiegelten Berichts.",
        act_number: "Welche unterschriebene Handlung ihn hinausließ.",
        not_before: "Der Zeitpunkt, ab dem er gelesen werden darf; 0: sofort.",
      },
    },
    codes: {
      heading: "Codes zum Eintippen",
      why: "Solange eine Ihrer Einladungen oder ein Browser, den Sie hinzufügen, durch getippte Wörter zu haben ist. Die Wörter sind nicht hier.",
      columns: {
        nameplate: "Die vier Ziffern vor den Wörtern.",
        subject:
          "Die Nummer der Einladung oder des Angebots an einen Browser, zu der der Code führt.",
        proof_check:
          "Daran werden die richtigen Wörter erkannt. Lesen lassen sich die Wörter daraus nicht.",
        box: "Was die Wörter öffnen. Ohne sie ist es Rauschen.",
      },
    },
    browser_offers: {
      heading: "Ein Browser, den Sie hinzufügen",
      why: "Solange ein weiterer Browser von Ihnen hereinkommen darf; nach fünf Minuten fort.",
      columns: {
        offer_id: "Die Nummer dieses Angebots.",
        proof_check:
          "Daran wird der Browser erkannt, dem das Quadrat oder die Wörter gezeigt wurden.",
        box: "Was der neue Browser braucht, um dieses Postfach zu öffnen, verschlossen für ihn allein.",
        taken_by: "Die Nummer des Wegs hinein, den der neue Browser gemacht hat; bis dahin leer.",
      },
    },
    invitations: {
      heading: "Wie Sie hereinkamen",
      why: "Die Einladung, die Sie benutzt haben.",
      columns: {
        invite_id: "Die Nummer der Einladung.",
        kind: "Für einen Coach oder für die begleitete Person.",
        redemption_key: "Prüft, dass wer sie benutzte, den Link hatte.",
        box: "Was der Coach mitgeschickt hat, verschlossen. Es wird geleert, wenn die Einladung benutzt ist.",
        policy: "Die Tage und Regeln, die angeboten wurden.",
        act: "Die Unterschrift des Coachs darunter.",
        state: "Ob sie offen, benutzt, zurückgenommen oder abgelehnt ist.",
        used_at: "Wann sie benutzt wurde.",
        redeemed_hash:
          "Ein Merkmal der Anfrage, die sie benutzt hat, damit dieselbe Anfrage zweimal nicht schadet.",
        answer: "Was der Server damals geantwortet hat.",
        acceptance: "Was dem Coach geantwortet wurde, verschlossen für den Coach allein.",
      },
    },
    rules: {
      heading: "Mail, die ein Anbieter weiterleitet",
      why: "Eine eigene Adresse für jeden Anbieter, der für Sie weiterleitet.",
      columns: {
        rule_id: "Die Nummer der Weiterleitung.",
        sender_id: "Die Nummer Ihrer bestätigten Adresse.",
        address: "Die Adresse, die Sie dem Anbieter gegeben haben. Sie ist zufällig.",
        state: "Ob sie ausprobiert wurde.",
        token_tag: "Die Probezeile, die hinausging, verwürfelt.",
        token_expires_at: "Bis wann sie zurückkommen konnte.",
        token_used: "Ob sie zurückgekommen ist.",
        bearers: "Welcher Anbieter Mail bringen darf, verwürfelt.",
        first_mails: "Wie viele Mails kamen, während sie eingerichtet wurde.",
      },
    },
    mailbox_rows: {
      heading: "Nachrichten",
      why: "Eine Zeile für jede Nachricht, oder für die Stelle, an der eine war.",
      columns: {
        position: "In welcher Reihenfolge sie kamen.",
        envelope_id: MESSAGE,
        received_day: "Der Tag, an dem sie kam oder an dem sie ging.",
        shortened: "Ob jemand von Ihnen ihr Datum vorgezogen hat.",
        reason: "Warum sie fort ist, wo sie es ist.",
        raw: "Die Nachricht, verschlossen. Die Größe ist aufgerundet, damit sie wenig verrät. Niemand hier kann sie öffnen.",
        acknowledged:
          "Ob sie Ihnen gezeigt wurde. Solange sie hier ist, erfährt es die andere Person nur, wo Sie beide das unterschrieben haben.",
        twin_id:
          "Die Nummer der anderen Kopie, um zu wissen, ob rechtzeitig gelesen wurde, was Sie schrieben.",
      },
    },
    index_segments: {
      heading: "Ihre Liste, verschlossen",
      why: "Damit eine lange Liste sich schnell öffnet. Sie geht am Tag der Nachrichten darin.",
      columns: {
        day: "Der Tag, an dem geht, was darin ist.",
        number: COUNTED,
        version: "Wie oft sie geschrieben wurde.",
        box: `${LOCKED}. Nach ihrem Tag kann niemand sie öffnen, auch Sie nicht.`,
      },
    },
    blobs: {
      heading: "Dateien",
      why: "Eine Zeile für jede Datei.",
      columns: {
        blob_id: FILE,
        state: "Ob alles von ihr hier ist.",
        stored_bytes: "Ihre Größe, aufgerundet.",
        promised_at: "Das Datum, das vereinbart war, als sie kam.",
        unlinked_expires_at: "Bis wann sie ohne Nachricht hier liegen darf.",
      },
    },
    blob_chunks: {
      heading: "Dateien, ihr Inhalt",
      why: "Die Dateien selbst, verschlossen, in Stücken.",
      columns: {
        blob_id: "Die Nummer der Datei.",
        start: "An welcher Stelle der Datei das Stück beginnt.",
        chunk: "Das Stück, verschlossen. Niemand hier kann es öffnen.",
      },
    },
    blob_objects: {
      heading: "Dateien, wo ihr Inhalt liegt",
      why: "Wo der Server Dateien anderswo aufbewahrt: unter welcher Nummer jedes Stück liegt.",
      columns: {
        blob_id: "Die Nummer der Datei.",
        start: "An welcher Stelle der Datei das Stück beginnt.",
        day: "Der Tag, nach dem das Stück geht.",
        name: "Die Nummer des Stücks. Sie sagt nichts darüber.",
        stored_bytes: "Die Größe des Stücks.",
      },
    },
    blob_links: {
      heading: "Welche Datei zu welcher Nachricht gehört",
      why: "Damit eine Datei mit ihrer Nachricht geht.",
      columns: {
        blob_id: "Die Nummer der Datei.",
        envelope_id: "Die Nummer der Nachricht.",
      },
    },
    receipts: {
      heading: "Belege",
      why: "Das unterschriebene Wort des Servers, was kam und was gelöscht wurde.",
      columns: {
        position: ORDER,
        number: "Sie werden gezählt, damit keiner fehlen kann.",
        kind: "Wofür er ein Beleg ist.",
        receipt: "Zahlen, Tage und eine Unterschrift. Kein Betreff, kein Name.",
        hash: "Ein Merkmal des Belegs.",
        day: "Der Tag, mit dem er ins öffentliche Verzeichnis kommt.",
        batch_index: "Seine Stelle darin.",
        batch_path: "Was zeigt, dass er dort ist.",
      },
    },
    own_copies: {
      heading: "Was jemand über die eigenen Kopien sagt",
      why: "Das unterschriebene Wort der anderen Person, wann die Kopien ihres Programms weg waren. Es steht neben Ihren Belegen.",
      columns: {
        author_id: "Wer es sagt.",
        computer: "Eine Zahl, die einen ihrer Rechner vom anderen unterscheidet.",
        statement: "Tage und eine Unterschrift. Kein Betreff, kein Name.",
      },
    },
    receipt_leaves: {
      heading: "Woraus die Belege bestehen",
      why: "Eine Zeile für jede Nachricht, von der ein Beleg handelt.",
      columns: {
        position: ORDER,
        number: "Der Beleg.",
        nonce: "Eine zufällige Zahl, damit niemand sonst dagegen prüfen kann.",
        envelope_id: "Die Nummer der Nachricht.",
        envelope_hash:
          "Ein Merkmal ihrer verschlossenen Bytes. Daran können Sie prüfen, dass es diese war.",
        due_at: "Das Datum, bis zu dem sie gehen musste.",
        promised_at: "Das Datum, das zuerst versprochen war.",
        blob_ids: "Die Nummern ihrer Dateien, bis der Beleg geschrieben ist.",
      },
    },
  },
};

export const german: Readonly<Record<string, object>> = { rows };
