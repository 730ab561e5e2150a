/** A personal e-mail address that somebody types: never one at work, which is asked here and checked again by the server. */

import { useState } from "preact/hooks";
import { mailDomain } from "../typed.ts";
import { settingWords } from "../words.settings.ts";
import { useDesk } from "./desk.ts";
import { Choice, TextField } from "./fields.tsx";

type Who = "mine" | "employer" | "unsure";

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

/** The fields, and the address once it will do; null says why below the field. `known` is one that was asked about already. */
export function useOwnAddress(known: string) {
  const { opened } = useDesk();
  const { mail } = settingWords;
  const [address, setAddress] = useState(known);
  const [who, setWho] = useState<Who | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [whoFault, setWhoFault] = useState<string | null>(null);
  const domain = mailDomain(address);
  const ask = domain !== null && address.trim() !== known && !PUBLIC_PROVIDERS.includes(domain);
  const checked = () => {
    const found = domain === null ? mail.missing : refusal(domain, opened.policy);
    setFault(found);
    setWhoFault(ask && who !== "mine" ? (who ? mail.notWork : mail.whoMissing) : null);
    return found || (ask && who !== "mine") ? null : address.trim();
  };
  const fields = (
    <>
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
    </>
  );
  return { fields, checked, setFault };
}

/** The sentence for an address that the agreement names as the employer's, subdomains included. */
function refusal(
  domain: string,
  policy: { refusedDomains: readonly string[]; sponsorName: string },
): string | null {
  const refused = policy.refusedDomains.some((one) => domain === one || domain.endsWith(`.${one}`));
  return refused ? settingWords.mail.refused(policy.sponsorName) : null;
}
