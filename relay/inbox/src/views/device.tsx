/**
 * *Use this device*, as one way to open among others. Owns whether it is offered, the passkey that is made before joining is finished, and what is
 * noted of one that opens an inbox. What the device gives goes to the worker at once, and none of it stays here.
 */

import { useEffect, useState } from "preact/hooks";
import { isOwnName } from "../origin.ts";
import type { EnrolmentDraft, Session } from "../session.ts";
import { browserWords } from "../words.browsers.ts";
import { keep } from "./kept.ts";
import { forgetPasskey, makePasskey, NoPasskey, passkeysHere } from "./passkey.tsx";
import { thisBrowser } from "./tab.tsx";

type Bytes = Uint8Array<ArrayBuffer>;

/** Whether it can come before any other way: the device has such an unlock, nothing speaks against `prf`, and the page is the relay's own, by name. */
async function deviceHere(): Promise<boolean> {
  if (!passkeysHere() || !isOwnName(location)) {
    return false;
  }
  try {
    const known = await PublicKeyCredential.getClientCapabilities?.();
    const own = await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
    return own && known?.["extension:prf"] !== false;
  } catch {
    return false;
  }
}

/** The choice itself. */
export function deviceChoice() {
  return {
    value: "passkey" as const,
    label: browserWords.addDevice,
    hint: browserWords.deviceHint,
    under: <p class="hint">{browserWords.deviceStays}</p>,
  };
}

/** Why there is no passkey, to somebody who can still choose otherwise. */
export function notMade({ why }: NoPasskey): string {
  return why === "unable" ? browserWords.noDeviceYet : browserWords.stopped;
}

/** Note that this device opens an inbox: for the locked page here, and for its owner in the settings. */
export function deviceOpens(session: Session, credentialId: Bytes): void {
  keep("device-unlock", "1");
  session.own("notePasskey", [credentialId, thisBrowser()]).catch(() => {});
}

/** The device of somebody who joins. */
export interface JoiningDevice {
  /** Whether it is offered. */
  readonly here: boolean;
  /** For which inbox name the worker holds its passkey; "" for none. One that is never used opens nothing. */
  readonly heldFor: string;
  /** Make the passkey of a draft, once, and hand it to the worker. */
  readonly hold: (draft: EnrolmentDraft, relayName: string) => Promise<void>;
  /** The inbox is there; whether it is opened by the device. */
  readonly joined: (byDevice: boolean) => void;
}

export function useDevice(session: Session): JoiningDevice {
  const [here, setHere] = useState(false);
  const [held, setHeld] = useState<{ name: string; credentialId: Bytes } | null>(null);
  useEffect(() => {
    deviceHere().then(setHere);
  }, []);
  const forget = () => held && forgetPasskey(held.credentialId);
  const hold = async (draft: EnrolmentDraft, relayName: string) => {
    if (held?.name === draft.name) {
      return;
    }
    try {
      const made = await makePasskey(draft, relayName);
      await session.holdPasskey(made);
      forget();
      setHeld({ name: draft.name, credentialId: made.credentialId });
    } catch (reason) {
      if (reason instanceof NoPasskey && reason.why === "unable") {
        setHere(false);
      }
      throw reason;
    }
  };
  const joined = (byDevice: boolean) => {
    if (held && byDevice) {
      deviceOpens(session, held.credentialId);
    } else {
      forget();
    }
  };
  return { here, heldFor: held?.name ?? "", hold, joined };
}
