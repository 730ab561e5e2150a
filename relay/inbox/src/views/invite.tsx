/** *Invite a client*: what both will sign, then the link, the square and the code. Owns what was entered until it is signed. */

import { useState } from "preact/hooks";
import { language } from "../languages.ts";
import type { InviteFault, InviteRequest, WaitingInvitation } from "../session.own.ts";
import type { Failure } from "../session.ts";
import { DAY_SECONDS, fullDay } from "../time.ts";
import { inviteWords } from "../words.invite.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { LongTextField, TextField } from "./fields.tsx";
import { Handing } from "./handing.tsx";
import { Heading, Sheet, Trouble, Wait } from "./parts.tsx";
import { type AtWork, atWork, WorkPhones, workNumbersOf } from "./workphones.tsx";

const USUAL_WORK_DAYS = 182;
const USUAL_HOLD_DAYS = 90;

interface Entered extends Pick<InviteRequest, "language" | "readMarks" | "before"> {
  readonly name: string;
  readonly welcome: string;
  readonly lastDay: string;
  readonly hold: string;
  readonly domains: string;
  readonly phones: string;
  readonly work: AtWork;
  readonly sponsor: string;
  readonly sponsorSees: string;
}

/** What was read, and is what the invitation offers, whatever language the page speaks by then. */
interface Shown {
  readonly request: InviteRequest;
  readonly text: string;
  readonly own: boolean;
}

/** What stands in the form at first: all that was offered before, or a name. */
export type Terms = Pick<InviteRequest, "name"> & Partial<InviteRequest>;

interface InviteProps {
  readonly terms: Terms;
  readonly done: (made: WaitingInvitation) => void;
  readonly cancel: () => void;
}

export function Invite({ terms, done, cancel }: InviteProps) {
  const { session, opened, now } = useDesk();
  const [entered, setEntered] = useState<Entered>(() => usual(terms, now()));
  const [fault, setFault] = useState<InviteFault | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    await work().catch((reason: unknown) => setFailure(failureOf(reason)));
    setBusy(false);
  };
  const read = (event: Event) => {
    event.preventDefault();
    run(async () => {
      const request = requestOf(entered);
      const found = await session.own("previewAgreement", [request]);
      setFault("fault" in found ? found.fault : null);
      setShown("text" in found ? { request, ...found } : null);
    });
  };
  if (shown) {
    const invite = () => run(async () => done(await session.own("invite", [shown.request])));
    return (
      <section class="card">
        <h2>{inviteWords.agreement}</h2>
        <p>{inviteWords.agreementLead(entered.name.trim())}</p>
        {shown.request.before?.own && (
          <p>{shown.own ? inviteWords.ownWords : inviteWords.ownWordsGone}</p>
        )}
        <p class="agreement-text" lang={shown.request.language}>
          {shown.text}
        </p>
        {busy && <Wait>{inviteWords.inviting}</Wait>}
        {failure && <Trouble text={failureWords(failure, opened)} />}
        <div class="actions">
          <button type="button" class="do" aria-disabled={busy} onClick={busy ? undefined : invite}>
            {inviteWords.go(entered.name.trim())}
          </button>
          <button type="button" onClick={() => setShown(null)}>
            {inviteWords.back}
          </button>
        </div>
      </section>
    );
  }
  return (
    <Form entered={entered} setEntered={setEntered} fault={fault} submit={read}>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      <div class="actions">
        <button type="submit" class="do" aria-disabled={busy}>
          {inviteWords.read}
        </button>
        <button type="button" onClick={cancel}>
          {inviteWords.cancel}
        </button>
      </div>
    </Form>
  );
}

interface FormProps {
  readonly entered: Entered;
  readonly setEntered: (entered: Entered) => void;
  readonly fault: InviteFault | null;
  readonly submit: (event: Event) => void;
  readonly children: preact.ComponentChildren;
}

function Form({ entered, setEntered, fault, submit, children }: FormProps) {
  const set = (part: Partial<Entered>) => setEntered({ ...entered, ...part });
  const said = (field: InviteFault) => (fault === field ? inviteWords.faults[field] : null);
  return (
    <form class="card" onSubmit={submit} noValidate>
      <p>{inviteWords.lead}</p>
      <TextField
        label={inviteWords.name}
        value={entered.name}
        onValue={(name) => set({ name })}
        fault={said("name")}
        attributes={{ autocomplete: "off" }}
      />
      <LongTextField
        label={inviteWords.welcome}
        hint={inviteWords.welcomeHint}
        value={entered.welcome}
        onValue={(welcome) => set({ welcome })}
        rows={4}
        attributes={{ maxLength: 4000 }}
      />
      <TextField
        label={inviteWords.workEnds}
        value={entered.lastDay}
        onValue={(lastDay) => set({ lastDay })}
        fault={said("workEnds")}
        attributes={{ type: "date" }}
      />
      <TextField
        label={inviteWords.hold}
        value={entered.hold}
        onValue={(hold) => set({ hold })}
        hint={inviteWords.holdHint}
        fault={said("hold")}
        attributes={{ inputMode: "numeric" }}
      />
      <TextField
        label={inviteWords.domains}
        value={entered.domains}
        onValue={(domains) => set({ domains })}
        hint={inviteWords.domainsHint}
        fault={said("domains")}
        attributes={{ autocapitalize: "none", spellcheck: false }}
      />
      <TextField
        label={inviteWords.phones}
        value={entered.phones}
        onValue={(phones) => set({ phones })}
        hint={inviteWords.phonesHint}
        fault={said("phones")}
      />
      <WorkPhones
        phones={parts(entered.phones)}
        work={entered.work}
        set={(work) => set({ work })}
      />
      <TextField
        label={inviteWords.sponsor}
        value={entered.sponsor}
        onValue={(sponsor) => set({ sponsor })}
        fault={said("sponsor")}
      />
      <TextField
        label={inviteWords.sponsorSees}
        value={entered.sponsorSees}
        onValue={(sponsorSees) => set({ sponsorSees })}
        hint={inviteWords.sponsorSeesHint}
      />
      <label class="tick">
        <input
          type="checkbox"
          checked={entered.readMarks}
          onChange={() => set({ readMarks: !entered.readMarks })}
        />
        <span>
          {inviteWords.readMarks}
          <span class="hint">{inviteWords.readMarksHint}</span>
        </span>
      </label>
      {children}
    </form>
  );
}

function usual(terms: Terms, now: number): Entered {
  const usualEnd = now + (USUAL_WORK_DAYS + 1) * DAY_SECONDS;
  // A last day that is over can be nobody's any more.
  const workEndsAt = terms.workEndsAt && terms.workEndsAt > now ? terms.workEndsAt : usualEnd;
  return {
    language: terms.language ?? language,
    before: terms.before,
    name: terms.name,
    welcome: terms.welcome ?? "",
    lastDay: new Date((workEndsAt - DAY_SECONDS) * 1000).toISOString().slice(0, 10),
    hold: String(terms.holdDays ?? USUAL_HOLD_DAYS),
    domains: (terms.refusedDomains ?? []).join(", "),
    phones: (terms.phones ?? []).join(", "),
    work: atWork(terms.workNumbers),
    sponsor: terms.sponsor ?? "",
    sponsorSees: terms.sponsorSees ?? "",
    readMarks: terms.readMarks ?? false,
  };
}

function requestOf(entered: Entered): InviteRequest {
  const lastDay = Date.parse(`${entered.lastDay}T00:00:00Z`) / 1000;
  const hold = entered.hold.trim();
  const phones = parts(entered.phones);
  return {
    language: entered.language,
    name: entered.name.trim(),
    welcome: entered.welcome.trim(),
    workEndsAt: Number.isFinite(lastDay) ? lastDay + DAY_SECONDS : 0,
    holdDays: /^\d{1,5}$/.test(hold) ? Number(hold) : -1,
    refusedDomains: parts(entered.domains),
    phones,
    workNumbers: workNumbersOf(phones, entered.work),
    sponsor: entered.sponsor.trim(),
    sponsorSees: entered.sponsorSees.trim(),
    readMarks: entered.readMarks,
    ...(entered.before && { before: entered.before }),
  };
}

function parts(text: string): string[] {
  return text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter(Boolean);
}

// --- the invitation that waits ---

interface WaitingProps {
  readonly made: WaitingInvitation;
  /** Just made: the words are made along, because none were read out before. */
  readonly fresh: boolean;
  readonly done: (said: string) => void;
}

export function Waiting({ made, fresh, done }: WaitingProps) {
  const { session, opened, zone } = useDesk();
  const [asked, setAsked] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const withdraw = () => {
    setAsked(false);
    session.own("withdrawInvitation", [made.id]).then(
      () => done(inviteWords.withdrawn),
      (reason: unknown) => setFailure(failureOf(reason)),
    );
  };
  return (
    <section class="card">
      <Heading>{inviteWords.waiting(made.name)}</Heading>
      <p>{inviteWords.good(fullDay(made.expiresAt, zone))}</p>
      <p>{inviteWords.send}</p>
      <Handing
        link={made.link}
        draw={() => session.own("invitationCode", [made.id])}
        fresh={fresh}
        failed={setFailure}
      />
      {failure && (
        <Trouble
          text={failure.code === "gone" ? inviteWords.over : failureWords(failure, opened)}
        />
      )}
      <div class="actions">
        <button type="button" class="do" onClick={() => done("")}>
          {inviteWords.list}
        </button>
        <button type="button" onClick={() => setAsked(true)}>
          {inviteWords.withdraw}
        </button>
      </div>
      {asked && (
        <Sheet heading={inviteWords.withdrawAsk} onClose={() => setAsked(false)}>
          <p>{inviteWords.withdrawText}</p>
          <div class="actions">
            <button type="button" class="do destroys" onClick={withdraw}>
              {inviteWords.withdraw}
            </button>
            <button type="button" onClick={() => setAsked(false)}>
              {inviteWords.cancel}
            </button>
          </div>
        </Sheet>
      )}
    </section>
  );
}
