/**
 * The device's own unlock: a passkey whose `prf` makes, each time, the same 32 bytes. Owns the two questions to the browser, and the button on
 * the locked page. Must be handed to the worker at once and kept nowhere; it is a convenience, never the only way in.
 */

import { useState } from "preact/hooks";
import type { PasskeyResult } from "../session.own.ts";
import type { Opened, Session } from "../session.ts";
import { browserWords } from "../words.browsers.ts";
import { words } from "../words.ts";
import { failureOf } from "./desk.ts";
import { keep, kept } from "./kept.ts";
import { Trouble } from "./parts.tsx";

/** What the browser's own question ended with. */
export class NoPasskey extends Error {
  readonly why: "stopped" | "unable";

  constructor(why: "stopped" | "unable") {
    super(why);
    this.why = why;
  }
}

const ES256 = -7;
const EDDSA = -8;
const RS256 = -257;
const LABEL = "quietbox/v1/";

type Bytes = Uint8Array<ArrayBuffer>;

/** Whether this browser has such a thing at all. */
export function passkeysHere(): boolean {
  return "PublicKeyCredential" in globalThis && Boolean(navigator.credentials);
}

async function hashed(...parts: readonly Bytes[]): Promise<Bytes> {
  const whole = new Uint8Array(await new Blob([...parts]).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

/** What `prf` is evaluated with at an origin (docs/protocol.md, part 3). */
export async function passkeyInput(origin: string): Promise<Bytes> {
  const text = (value: string) => new TextEncoder().encode(value);
  const place = await hashed(text(`${LABEL}origin\0`), text(origin));
  return await hashed(text(`${LABEL}passkey-input\0`), place);
}

const fresh = () => crypto.getRandomValues(new Uint8Array(32));

/** Make a passkey for an inbox and evaluate it, at once or by one more question. */
export async function makePasskey(
  about: { readonly name: string; readonly inboxName: string },
  relayName: string,
): Promise<PasskeyResult> {
  const first = await passkeyInput(location.origin);
  const id = new TextEncoder().encode(about.name);
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name: relayName },
        user: { id, name: about.inboxName, displayName: about.inboxName },
        challenge: fresh(),
        pubKeyCredParams: [ES256, EDDSA, RS256].map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: {
          residentKey: "required",
          requireResidentKey: true,
          userVerification: "required",
        },
        attestation: "none",
        extensions: { prf: { eval: { first } } },
      },
    }),
  );
  const credentialId = new Uint8Array(made.rawId);
  try {
    return { name: about.name, credentialId, result: await resultOf(made, credentialId) };
  } catch (reason) {
    forgetPasskey(credentialId);
    throw reason;
  }
}

async function resultOf(made: PublicKeyCredential, credentialId: Bytes): Promise<Bytes> {
  const { prf } = made.getClientExtensionResults();
  if (!prf?.enabled && !prf?.results?.first) {
    throw new NoPasskey("unable");
  }
  const first = prf.results?.first;
  return first ? bytesOf(first) : (await usePasskey(credentialId)).result;
}

/** Tell the device that a passkey opens nothing, so that it is not offered. Where browsers cannot yet, it stays, and does no harm. */
export function forgetPasskey(id: Bytes): void {
  const letters = btoa(String.fromCharCode(...id))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  const credentialId = letters.replace(/=+$/, "");
  PublicKeyCredential.signalUnknownCredential?.({ rpId: location.hostname, credentialId }).catch(
    () => {},
  );
}

/** Ask for a passkey of this place: one of any inbox, or a certain one. */
export async function usePasskey(certain?: Bytes): Promise<PasskeyResult> {
  const first = await passkeyInput(location.origin);
  const found = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: fresh(),
        allowCredentials: certain ? [{ type: "public-key", id: certain }] : [],
        userVerification: "required",
        extensions: { prf: { eval: { first } } },
      },
    }),
  );
  const result = found.getClientExtensionResults().prf?.results?.first;
  const { response, rawId } = found;
  const name = "userHandle" in response ? (response.userHandle as ArrayBuffer | null) : null;
  if (!result) {
    throw new NoPasskey("unable");
  }
  return {
    name: name ? new TextDecoder().decode(name) : "",
    credentialId: new Uint8Array(rawId),
    result: bytesOf(result),
  };
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const found = await ask();
    if (found instanceof PublicKeyCredential) {
      return found;
    }
  } catch {
    // Stopped, nothing fitting, out of time: the browser does not say which, so that nobody learns who is known here.
  }
  throw new NoPasskey("stopped");
}

function bytesOf(source: BufferSource): Bytes {
  return source instanceof ArrayBuffer
    ? new Uint8Array(source.slice(0))
    : new Uint8Array(
        source.buffer.slice(
          source.byteOffset,
          source.byteOffset + source.byteLength,
        ) as ArrayBuffer,
      );
}

interface OpenProps {
  readonly session: Session;
  readonly open: (opened: Opened, remembered: string | null) => void;
}

/** On the locked page: nothing is asked before somebody presses. */
export function OpenWithDevice({ session, open }: OpenProps) {
  const [state, setState] = useState<{ busy: boolean; trouble: string }>({
    busy: false,
    trouble: "",
  });
  if (!passkeysHere()) {
    return null;
  }
  const press = async () => {
    setState({ busy: true, trouble: "" });
    try {
      const passkey = await usePasskey();
      const opened = await session.unlock(passkey);
      keep("device-unlock", "1");
      session.own("usedPasskey", [passkey.credentialId]).catch(() => {});
      open(opened, kept("inbox-name"));
    } catch (reason) {
      setState({ busy: false, trouble: troubleOf(reason) });
    }
  };
  const known = kept("device-unlock") !== null;
  return (
    <div class="with-device">
      <button
        type="button"
        class={known ? "do wide" : "wide"}
        aria-disabled={state.busy}
        onClick={state.busy ? undefined : press}
      >
        {browserWords.openWith}
      </button>
      <p class="wait" role="status">
        {state.busy && words.unlock.opening}
      </p>
      {state.trouble && <Trouble text={state.trouble} />}
      <p class="or">{browserWords.or}</p>
    </div>
  );
}

function troubleOf(reason: unknown): string {
  if (reason instanceof NoPasskey) {
    return reason.why === "unable" ? browserWords.noDevice : browserWords.nothingOpened;
  }
  const failure = failureOf(reason);
  return failure.code === "wrong-password" ? browserWords.notThis : words.failure(failure, "");
}
