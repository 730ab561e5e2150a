/**
 * Addresses: where a person has mail elsewhere: what is taken in from there, and what is sent there to tell of something.
 *
 * Owns senders, rules of forwarding, and the channel of notices, as the relay is asked for them. An address counts once the
 * code that was sent to it has come back. Must never keep an address: the relay has it, where it has to.
 * (docs/protocol.md, part 9.)
 */

import type { Api } from "../api.ts";
import { toBase64url } from "../crypto/encoding.ts";
import { Malformed } from "../crypto/errors.ts";
import type {
  AddressesSession,
  ForwardRule,
  MailIn,
  Told,
  ToldChoice,
  ToldWhen,
} from "../session.own.ts";
import type { Fields } from "../wire.ts";
import { fault } from "./fault.ts";

const NOTICES = "/v1/notice-channel";
const STATES: readonly Told["state"][] = ["none", "waiting", "confirmed", "broken", "refused"];
const TIMES: readonly ToldWhen[] = ["at-once", "daily", "never"];

export class Addresses implements AddressesSession {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  // --- mail from one's own address ---

  async mailIn(inboundAddress: string): Promise<MailIn> {
    const [{ mailboxes }, senders, rules] = await Promise.all([
      this.#api.account(),
      this.#api.ask("GET", "/v1/senders"),
      this.#api.ask("GET", "/v1/rules"),
    ]);
    const mailbox = mailboxes.find((one) => one.address === inboundAddress);
    const mailboxId = mailbox ? toBase64url(mailbox.mailboxId) : "";
    const mine = rules.objects("rules").map(rule);
    return {
      mailboxId,
      senders: senders.objects("senders").map((one) => ({
        id: toBase64url(one.bytes("sender_id", 16)),
        confirmed: one.text("state", 16) === "confirmed",
        addedOn: one.whole("added_on"),
      })),
      rules: mine.filter((one) => one.mailboxId === mailboxId),
    };
  }

  async addSender(address: string): Promise<void> {
    await this.#api.ask("POST", "/v1/senders", { address });
  }

  async confirmSender(code: string): Promise<void> {
    checkCode(code);
    await this.#api.ask("POST", "/v1/senders/confirm", { code });
  }

  async removeSender(id: string): Promise<void> {
    await this.#api.ask("DELETE", `/v1/senders/${id}`);
  }

  async addRule(mailboxId: string, senderId: string): Promise<void> {
    await this.#api.ask("POST", `/v1/mailboxes/${mailboxId}/rules`, { sender_id: senderId });
  }

  async testRule(id: string, address: string): Promise<void> {
    await this.#api.ask("POST", `/v1/rules/${id}/challenge`, { address });
  }

  async removeRule(id: string): Promise<void> {
    await this.#api.ask("DELETE", `/v1/rules/${id}`);
  }

  // --- being told by e-mail ---

  async told(): Promise<Told> {
    return told(await this.#api.ask("GET", NOTICES));
  }

  async setTold(choice: ToldChoice): Promise<Told> {
    const fields = {
      address: choice.address,
      subject: choice.subject,
      phrase: choice.phrase,
      when: choice.when,
      warnings: choice.warnings,
      hour: choice.hour,
      quiet_from: choice.quietFrom,
      quiet_until: choice.quietUntil,
      offset_minutes: choice.offsetMinutes,
    };
    return told(await this.#api.ask("PUT", NOTICES, fields));
  }

  async confirmTold(code: string): Promise<Told> {
    checkCode(code);
    return told(await this.#api.ask("POST", `${NOTICES}/confirm`, { code }));
  }

  async testTold(): Promise<Told> {
    return told(await this.#api.ask("POST", `${NOTICES}/test`));
  }

  async endTold(): Promise<void> {
    await this.#api.ask("DELETE", NOTICES);
  }
}

/** What cannot be a code is not one of the five tries. */
function checkCode(code: string): void {
  if (!/^\d{8}$/.test(code)) {
    throw fault("refused");
  }
}

function rule(one: Fields): ForwardRule & { readonly mailboxId: string } {
  return {
    id: toBase64url(one.bytes("rule_id", 16)),
    mailboxId: toBase64url(one.bytes("mailbox_id", 16)),
    senderId: toBase64url(one.bytes("sender_id", 16)),
    address: one.text("address", 320),
    active: one.text("state", 16) === "active",
  };
}

function told(fields: Fields): Told {
  return {
    state: oneOf(STATES, fields.text("state", 16)),
    address: fields.text("address", 320),
    subject: fields.text("subject", 200),
    phrase: fields.text("phrase", 200),
    when: oneOf(TIMES, fields.text("when", 16)),
    warnings: fields.yes("warnings"),
    hour: fields.whole("hour"),
    quietFrom: fields.whole("quiet_from"),
    quietUntil: fields.whole("quiet_until"),
    // Not asked of the server: this device knows its own clock.
    offsetMinutes: 0,
  };
}

function oneOf<T extends string>(names: readonly T[], name: string): T {
  const found = names.find((one) => one === name);
  if (found === undefined) {
    throw new Malformed("another word than the contract has");
  }
  return found;
}
