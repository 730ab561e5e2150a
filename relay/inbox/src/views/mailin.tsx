/** *Sending mail in*: this inbox's own address, and the person's addresses from which mail is taken. Work addresses are refused, here and again by the server. */

import { useEffect, useState } from "preact/hooks";
import type { MailIn as Facts, ForwardRule, Sender } from "../session.own.ts";
import type { Failure } from "../session.ts";
import { fullDay } from "../time.ts";
import { settingWords } from "../words.settings.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { TextField } from "./fields.tsx";
import { UpToSettings } from "./frame.tsx";
import { useOwnAddress } from "./ownaddress.tsx";
import { At, CopyButton, Heading, Trouble } from "./parts.tsx";

export function MailIn() {
  const { opened, session } = useDesk();
  const [facts, setFacts] = useState<Facts | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [adding, setAdding] = useState(false);
  const { mail } = settingWords;
  const load = () => {
    setFailure(null);
    session
      .own("mailIn", [opened.inboundAddress])
      .then(setFacts, (reason: unknown) => setFailure(failureOf(reason)));
  };
  useEffect(load, []);
  const run = (work: Promise<void>) =>
    work.then(load, (reason: unknown) => setFailure(failureOf(reason)));
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
        {facts && <SenderList facts={facts} run={run} load={load} />}
        {adding ? (
          <AddSender
            waiting={facts?.senders.some((sender) => !sender.confirmed) ?? false}
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

interface ListProps {
  readonly facts: Facts;
  readonly run: (work: Promise<void>) => void;
  readonly load: () => void;
}

function SenderList({ facts, run, load }: ListProps) {
  const { session } = useDesk();
  const { mail } = settingWords;
  if (!facts.senders.length) {
    return <p>{mail.none}</p>;
  }
  return (
    <>
      <ul class="ways-in">
        {facts.senders.map((sender) => (
          <SenderRow
            key={sender.id}
            sender={sender}
            rule={facts.rules.find((one) => one.senderId === sender.id) ?? null}
            forward={() => run(session.own("addRule", [facts.mailboxId, sender.id]))}
            run={run}
            load={load}
          />
        ))}
      </ul>
      <p class="hint">{mail.hidden}</p>
      <p class="hint">{mail.vouches}</p>
    </>
  );
}

interface RowProps {
  readonly sender: Sender;
  readonly rule: ForwardRule | null;
  readonly forward: () => void;
  readonly run: (work: Promise<void>) => void;
  readonly load: () => void;
}

function SenderRow({ sender, rule, forward, run, load }: RowProps) {
  const { session, zone } = useDesk();
  const { mail } = settingWords;
  return (
    <li>
      <div>
        <span>{mail.added(fullDay(sender.addedOn, zone))}</span>
        <span class="meta">{sender.confirmed ? mail.confirmed : mail.unconfirmed}</span>
      </div>
      {sender.confirmed && !rule && (
        <button type="button" onClick={forward}>
          {mail.forward}
        </button>
      )}
      <button type="button" onClick={() => run(session.own("removeSender", [sender.id]))}>
        {mail.remove}
      </button>
      {rule && <Rule rule={rule} run={run} load={load} />}
    </li>
  );
}

/** A provider's own forwarding, step by step: the address, the provider's code, the test. */
function Rule({ rule, run, load }: Pick<RowProps, "run" | "load"> & { rule: ForwardRule }) {
  const { session, opened, say } = useDesk();
  const { mail } = settingWords;
  const [address, setAddress] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const test = async (event: Event) => {
    event.preventDefault();
    setFault(null);
    try {
      await session.own("testRule", [rule.id, address.trim()]);
      say(mail.ruleTested);
    } catch (reason) {
      const failure = failureOf(reason);
      const other = ["refused", "gone", "unknown"].includes(failure.code);
      setFault(other ? mail.ruleOther : failureWords(failure, opened));
    }
  };
  return (
    <div class="rule">
      <p>{rule.active ? mail.ruleActive : mail.ruleWaits}</p>
      <p class="address">
        <At address={rule.address} />
      </p>
      <CopyButton text={rule.address} />
      {!rule.active && (
        <>
          <ol class="exactly">
            {mail.ruleSteps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          <form onSubmit={test} noValidate>
            <TextField
              label={mail.ruleAddress}
              value={address}
              onValue={setAddress}
              hint={mail.ruleAddressHint}
              fault={fault}
              attributes={{ type: "email", autocomplete: "email" }}
            />
            <div class="actions">
              <button type="submit">{mail.ruleTest}</button>
              <button type="button" onClick={load}>
                {mail.ruleLook}
              </button>
            </div>
          </form>
        </>
      )}
      <button type="button" onClick={() => run(session.own("removeRule", [rule.id]))}>
        {mail.ruleEnd}
      </button>
    </div>
  );
}

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
  const own = useOwnAddress("");
  const submit = async (event: Event) => {
    event.preventDefault();
    const address = own.checked();
    if (address === null) {
      return;
    }
    try {
      await session.own("addSender", [address]);
      sent();
    } catch (reason) {
      const failure = failureOf(reason);
      own.setFault(failure.code === "refused" ? mail.refused("") : failureWords(failure, opened));
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      {own.fields}
      <button type="submit" class="do">
        {mail.send}
      </button>
    </form>
  );
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
      await session.own("confirmSender", [code.trim()]);
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
