/** Beside each number of an invitation whether it is somebody's at work. Holds nothing: what was chosen is the form's. */

import type { WorkNumbers } from "../session.ts";
import { inviteWords } from "../words.invite.ts";
import { Field } from "./fields.tsx";

/** An agreement names no more. */
const MOST_PHONES = 8;

/** Of a number, whose it is at work. One that is typed again is what it was said to be. */
export type AtWork = ReadonlyMap<string, keyof WorkNumbers>;

export function atWork({ coach, client }: WorkNumbers = { coach: [], client: [] }): AtWork {
  return new Map([
    ...coach.map((one) => [one, "coach"] as const),
    ...client.map((one) => [one, "client"] as const),
  ]);
}

/** What was said of these numbers. */
export function workNumbersOf(phones: readonly string[], work: AtWork): WorkNumbers {
  const of = (whose: keyof WorkNumbers) => phones.filter((one) => work.get(one) === whose);
  return { coach: of("coach"), client: of("client") };
}

interface WorkPhonesProps {
  readonly phones: readonly string[];
  readonly work: AtWork;
  readonly set: (work: AtWork) => void;
}

export function WorkPhones({ phones, work, set }: WorkPhonesProps) {
  const choose = (phone: string, chosen: string) => {
    const others = [...work].filter(([one]) => one !== phone);
    const whose = chosen === "coach" || chosen === "client" ? [[phone, chosen] as const] : [];
    set(new Map([...others, ...whose]));
  };
  return (
    <>
      {[...new Set(phones)].slice(0, MOST_PHONES).map((phone) => (
        <Field
          key={phone}
          label={inviteWords.phone(phone)}
          hint={work.has(phone) ? inviteWords.phoneWorkWhy : undefined}
        >
          {({ id, describedBy }) => (
            <select
              id={id}
              aria-describedby={describedBy}
              value={work.get(phone) ?? ""}
              onChange={(event) => choose(phone, event.currentTarget.value)}
            >
              <option value="">{inviteWords.phonePersonal}</option>
              <option value="coach">{inviteWords.phoneWork.coach}</option>
              <option value="client">{inviteWords.phoneWork.client}</option>
            </select>
          )}
        </Field>
      ))}
    </>
  );
}
