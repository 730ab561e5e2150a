/** *Sending mail in*: this inbox's own address, and the person's addresses from which mail is taken. Work addresses are refused, here and again by the server. */

import { useEffect, useState } from "preact/hooks";
import type { Failure, Session } from "../session.ts";
import { fullDay } from "../time.ts";
import { mailDomain } from "../typed.ts";
import { settingWords } from "../words.settings.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Choice, TextField } from "./fields.tsx";
import { UpToSettings } from "./frame.tsx";
import { At, CopyButton, Heading, Trouble } from "./parts.tsx";

type Senders = Awaited<ReturnType<Session["senders"]>>;

/** Providers that give addresses to anybody. For any other the person is asked who runs it. */
const PUBLIC_PROVIDERS = [
  "aol.com",
  "bluewin.ch",
  "fastmail.com",
  "free.fr",
  "gmail.com",
  "gmx.ch",
  "gmx.de",
  "gmx.net",
  "googlemail.com",
  "hotmail.com",
  "icloud.com",
  "live.com",
  "mac.com",
  "mailbox.org",
  "me.com",
  "msn.com",
  "orange.fr",
  "outlook.com",
  "posteo.de",
  "pm.me",
  "proton.me",
  "protonmail.com",
  "t-online.de",
  "tuta.com",
  "web.de",
  "yahoo.co.uk",
  "yahoo.com",
];

export function MailIn() {
  const { opened, session } = useDesk();
  const [senders, setSenders] = useState<Senders | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [adding, setAdding] = useState(false);
  const { mail } = settingWords;
  const load = () => {
    setFailure(null);
    session.senders().then(setSenders, (reason: unknown) => setFailure(failureOf(reason)));
  };
  useEffect(load, []);
  return (
    <>
      <UpToSettings />
      <Heading>{mail.heading}</Heading>
      <p class="lead">{mail.lead}</p>
      <section class="card">
        <h2>{mail.address}</h2>
        {opened.inboundAddress ? (
          <>
            <p class="address">
              <At address={opened.inboundAddress} />
            </p>
            <CopyButton text={opened.inboundAddress} />
          </>
        ) : (
          <p>{mail.noAddress}</p>
        )}
      </section>
      <section class="card">
        <h2>{mail.own}</h2>
        {failure && <Trouble text={failureWords(failure, opened)} again={load} />}
        {senders && <SenderList senders={senders} />}
        {adding ? (
          <AddSender
            waiting={senders?.some((sender) => !sender.confirmed) ?? false}
            done={() => {
              setAdding(false);
              load();
            }}
          />
        ) : (
          <button type="button" onClick={() => setAdding(true)}>
            {mail.add}
          </button>
        )}
      </section>
    </>
  );
}

function SenderList({ senders }: { senders: Senders }) {
  const { zone } = useDesk();
  const { mail } = settingWords;
  if (!senders.length) {
    return <p>{mail.none}</p>;
  }
  return (
    <>
      <ul class="senders">
        {senders.map((sender) => (
          <li key={sender.id}>
            <span>{mail.added(fullDay(sender.addedOn, zone))}</span>
            <span class="meta">{sender.confirmed ? mail.confirmed : mail.unconfirmed}</span>
          </li>
        ))}
      </ul>
      <p class="hint">{mail.hidden}</p>
    </>
  );
}

type Who = "mine" | "employer" | "unsure";

interface AddSenderProps {
  /** A code is on its way already. */
  readonly waiting: boolean;
  readonly done: () => void;
}

function AddSender({ waiting, done }: AddSenderProps) {
  const [sent, setSent] = useState(false);
  return (
    <>
      <AddressForm sent={() => setSent(true)} />
      {(sent || waiting) && <CodeForm sent={sent} done={done} />}
    </>
  );
}

function AddressForm({ sent }: { sent: () => void }) {
  const { session, opened } = useDesk();
  const { mail } = settingWords;
  const [address, setAddress] = useState("");
  const [who, setWho] = useState<Who | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [whoFault, setWhoFault] = useState<string | null>(null);
  const domain = mailDomain(address);
  const ask = domain !== null && !PUBLIC_PROVIDERS.includes(domain);
  const submit = async (event: Event) => {
    event.preventDefault();
    const found = domain === null ? mail.missing : refusal(domain, opened.policy);
    setFault(found);
    setWhoFault(ask && who !== "mine" ? (who ? mail.notWork : mail.whoMissing) : null);
    if (found || (ask && who !== "mine")) {
      return;
    }
    try {
      await session.addSender(address.trim());
      sent();
    } catch (reason) {
      const failure = failureOf(reason);
      setFault(failure.code === "refused" ? mail.refused("") : failureWords(failure, opened));
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextField
        label={mail.label}
        value={address}
        onValue={setAddress}
        hint={mail.labelHint}
        fault={fault}
        attributes={{ type: "email", autocomplete: "email" }}
      />
      {ask && (
        <Choice
          legend={mail.who}
          choices={[
            { value: "mine", label: mail.mine },
            { value: "employer", label: mail.employer },
            { value: "unsure", label: mail.unsure },
          ]}
          chosen={who}
          onChoose={setWho}
          fault={whoFault}
        />
      )}
      <button type="submit" class="do">
        {mail.send}
      </button>
    </form>
  );
}

/** The sentence for an address that the agreement names as the employer's, subdomains included. */
function refusal(
  domain: string,
  policy: { refusedDomains: readonly string[]; sponsorName: string },
): string | null {
  const refused = policy.refusedDomains.some((one) => domain === one || domain.endsWith(`.${one}`));
  return refused ? settingWords.mail.refused(policy.sponsorName) : null;
}

function CodeForm({ sent, done }: { sent: boolean; done: () => void }) {
  const { session, opened, say } = useDesk();
  const { mail } = settingWords;
  const [code, setCode] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!code.trim()) {
      setFault(mail.codeMissing);
      return;
    }
    try {
      await session.confirmSender(code.trim());
      say(mail.done);
      done();
    } catch (reason) {
      const failure = failureOf(reason);
      setFault(failure.code === "refused" ? mail.codeWrong : failureWords(failure, opened));
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <p role="status">{sent && mail.codeSent}</p>
      <TextField
        label={mail.code}
        value={code}
        onValue={setCode}
        hint={mail.codeHint}
        fault={fault}
        attributes={{ autocomplete: "one-time-code", autocapitalize: "none", spellcheck: false }}
      />
      <button type="submit">{mail.confirm}</button>
    </form>
  );
}
