/**
 * Clientele: what a coach asks about clients, and about people who were invited.
 *
 * Owns the parts that answer, one of each while the inbox is open, fetched when first asked for. Must never
 * fetch either for a client.
 */

import type { Api } from "../api.ts";
import type {
  ClienteleSession,
  ClientGlance,
  ClientNews,
  ClientRow,
  InvitePreview,
  InviteRequest,
  WaitingInvitation,
} from "../session.own.ts";
import type { Account } from "./account.ts";
import type { Clients } from "./clients.ts";
import { fetched } from "./fault.ts";
import type { Inviting } from "./inviting.ts";
import type { World } from "./world.ts";

export class Clientele implements ClienteleSession {
  readonly #api: Api;
  readonly #account: Account;
  readonly #world: World;
  #inviting: Inviting | null = null;
  #clients: Clients | null = null;

  constructor(api: Api, account: Account, world: World) {
    this.#api = api;
    this.#account = account;
    this.#world = world;
  }

  async clients(): Promise<readonly ClientRow[]> {
    const waiting = this.#account.records.vault.engagements.some((one) => !one.active);
    const inviting = waiting ? await this.#invitations() : null;
    return await (await this.#people()).rows(inviting);
  }

  async clientGlances(ids: readonly string[]): Promise<readonly ClientGlance[]> {
    return await (await this.#people()).glances(ids);
  }

  async freshGlances(news: readonly ClientNews[]): Promise<readonly ClientGlance[]> {
    return await (await this.#people()).fresh(news);
  }

  async #people(): Promise<Clients> {
    const { Clients: Kind } = await fetched(() => import("./clients.ts"));
    this.#clients ??= new Kind(this.#api, this.#account, this.#world);
    return this.#clients;
  }

  // --- inviting ---

  async previewAgreement(request: InviteRequest): Promise<InvitePreview> {
    return await (await this.#invitations()).preview(request);
  }

  async invite(request: InviteRequest): Promise<WaitingInvitation> {
    const { name } = await this.#api.relay();
    return await (await this.#invitations()).invite(request, name);
  }

  async waitingInvitation(id: string): Promise<WaitingInvitation> {
    return await (await this.#invitations()).waiting(id);
  }

  async invitationCode(id: string): Promise<string> {
    return await (await this.#invitations()).code(id);
  }

  async withdrawInvitation(id: string): Promise<void> {
    await (await this.#invitations()).withdraw(id);
  }

  async invitationTerms(id: string): Promise<InviteRequest> {
    return await (await this.#invitations()).terms(id);
  }

  async #invitations(): Promise<Inviting> {
    const { Inviting: Kind } = await fetched(() => import("./inviting.ts"));
    this.#inviting ??= new Kind(this.#api, this.#account, this.#world);
    return this.#inviting;
  }
}
