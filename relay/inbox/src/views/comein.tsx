/**
 * *Open your inbox here too*: a browser that comes in beside another. Owns the choice of its own way in; opening the page and looking use nothing
 * up, what does is that way in.
 */

import { useEffect, useState } from "preact/hooks";
import { passwordFault } from "../password.ts";
import { isOffer } from "../route.ts";
import type { OfferFacts } from "../session.coming.ts";
import type { Failure, Opened, Session } from "../session.ts";
import { browserWords } from "../words.browsers.ts";
import { comingWords } from "../words.coming.ts";
import { words } from "../words.ts";
import { Letter } from "./before.tsx";
import { failureOf } from "./desk.ts";
import { deviceChoice, deviceOpens, notMade } from "./device.tsx";
import { Choice, PasswordField } from "./fields.tsx";
import { type Go, useArrival } from "./history.ts";
import { keep } from "./kept.ts";
import { CopyButton, Heading, Trouble, Wait } from "./parts.tsx";
import { makePasskey, NoPasskey, passkeysHere } from "./passkey.tsx";
import { TypedCode } from "./typedcode.tsx";

interface ComeInProps {
  readonly session: Session;
  readonly relayName: string;
  readonly fragment: string;
  readonly setFragment: (fragment: string) => void;
  readonly go: Go;
  readonly open: (opened: Opened, remembered: string | null) => void;
}

export function ComeIn(props: ComeInProps) {
  const { session, fragment, setFragment, go } = props;
  if (!isOffer(fragment)) {
    const found = (to: string) => {
      setFragment(to);
      go(isOffer(to) ? { view: "add" } : { view: "invitation", step: "start" }, "replace");
    };
    return <TypedCode session={session} found={found} title="add" />;
  }
  return <ByOffer {...props} />;
}

function ByOffer(props: ComeInProps) {
  const { session, fragment, setFragment } = props;
  const [facts, setFacts] = useState<OfferFacts | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [looking, setLooking] = useState(false);
  const said = comingWords.add;
  useArrival(`come-in ${facts ? "found" : (failure?.code ?? "start")}`, "add");
  const look = async () => {
    setLooking(true);
    setFailure(null);
    try {
      setFacts(await session.coming("look", [fragment]));
    } catch (reason) {
      setFailure(failureOf(reason));
    } finally {
      setLooking(false);
    }
  };
  if (failure?.code === "offer-used" || failure?.code === "code-refused") {
    const used = failure.code === "offer-used";
    return (
      <Letter>
        <Heading large>{used ? said.usedHeading : said.oldHeading}</Heading>
        <p class="lead">{used ? said.used : said.old}</p>
        <button type="button" onClick={() => setFragment("")}>
          {said.again}
        </button>
      </Letter>
    );
  }
  if (facts) {
    return <OwnWay {...props} facts={facts} refused={setFailure} />;
  }
  return (
    <Letter>
      <Heading large>{said.heading}</Heading>
      <p class="lead">{said.lead}</p>
      <p>{said.device}</p>
      <button type="button" class="do wide" aria-disabled={looking} onClick={look}>
        {said.go}
      </button>
      {looking && <Wait>{said.looking}</Wait>}
      {failure && <Trouble text={words.failure(failure, "")} />}
    </Letter>
  );
}

type Kind = "passkey" | "known" | "password";

interface OwnWayProps extends ComeInProps {
  readonly facts: OfferFacts;
  readonly refused: (failure: Failure) => void;
}

function OwnWay({ session, relayName, go, open, facts, refused }: OwnWayProps) {
  const [kind, setKind] = useState<Kind>(passkeysHere() ? "passkey" : "known");
  const [offered, setOffered] = useState<string | null>(null);
  const [own, setOwn] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const said = comingWords.add;
  const choose = (next: Kind) => {
    setKind(next);
    setTrouble("");
  };
  useEffect(() => {
    // The field comes with them: words that came into it later would mix with what is being typed.
    const fill = (words: string) => {
      setOffered(words);
      setOwn(words);
    };
    session.coming("offerPassword", []).then(fill, () => fill(""));
  }, []);
  const byPasskey = async () => {
    const made = await makePasskey(facts, relayName);
    const opened = await session.comeIn(made);
    deviceOpens(session, made.credentialId);
    open(opened, facts.name);
  };
  const byPassword = async () => {
    const found = passwordFault(own, [facts.name]);
    setFault(found && browserWords.faults[found]);
    if (!found) {
      open(await session.comeIn({ password: own }), facts.name);
    }
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    if (kind === "known") {
      keep("inbox-name", facts.name);
      go({ view: "locked" });
      return;
    }
    setBusy(true);
    setTrouble("");
    try {
      await (kind === "passkey" ? byPasskey() : byPassword());
    } catch (reason) {
      const found = failureOf(reason);
      if (reason instanceof NoPasskey) {
        setTrouble(notMade(reason));
      } else if (found.code === "offer-used" || found.code === "code-refused") {
        refused(found);
      } else {
        setTrouble(words.failure(found, ""));
      }
    } finally {
      setBusy(false);
    }
  };
  const does = { passkey: browserWords.addDevice, known: said.knownDo, password: said.passwordDo };
  return (
    <Letter>
      <Heading large>{said.heading}</Heading>
      <p>
        {said.inbox}: <strong>{facts.inboxName}</strong>
      </p>
      <p class="hint">{said.inboxHint}</p>
      <form onSubmit={submit} noValidate>
        <Choice
          legend={said.which}
          choices={[
            ...(passkeysHere() ? [deviceChoice()] : []),
            { value: "known", label: said.known, hint: said.knownHint },
            {
              value: "password",
              label: said.password,
              hint: said.passwordHint,
              under: offered !== null && (
                <>
                  {offered && (
                    <>
                      <p class="five-words">{offered}</p>
                      <p class="hint">{said.passwordWords}</p>
                      <CopyButton text={offered} />
                    </>
                  )}
                  <input type="hidden" name="username" autocomplete="username" value={facts.name} />
                  <PasswordField
                    label={said.newPassword}
                    value={own}
                    onValue={setOwn}
                    hint={browserWords.ownHint}
                    fault={fault}
                    autocomplete="new-password"
                  />
                </>
              ),
            },
          ]}
          chosen={kind}
          onChoose={choose}
        />
        <button type="submit" class="do wide" aria-disabled={busy}>
          {does[kind]}
        </button>
        <p class="wait" role="status">
          {busy && said.opening}
        </p>
        {trouble && <Trouble text={trouble} />}
      </form>
    </Letter>
  );
}
