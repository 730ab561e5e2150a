/**
 * Receipts: what the relay has signed of taking and removing things, as a person is told of it, and its check.
 *
 * Owns fetching receipts and the proofs of the log that speak for them, and the file in which they are saved. The check is
 * made here, on what was fetched, and asks nobody. Must never show a receipt that the pinned key did not sign.
 * (docs/protocol.md, part 16.)
 */

import type { Api } from "../api.ts";
import { type CopiesGone, goneAt, openCopiesGone } from "../crypto/copies_gone.ts";
import { type Bytes, isZero, same } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import { judge, type ReceiptVerdict, type Verdict } from "../crypto/receipt_check.ts";
import {
  encodeReceiptFile,
  type FiledCopies,
  type FiledReceipt,
  type ReceiptFile,
  readReceipt,
} from "../crypto/receipt_file.ts";
import { mailboxPseudonym, type Receipt } from "../crypto/receipts.ts";
import type { Checked, ReceiptFacts, ReceiptRow } from "../session.work.ts";
import { type Account, authority } from "./account.ts";
import { Fault, fault } from "./fault.ts";
import type { LogHead } from "./loghead.ts";
import { removalFacts, rowFacts } from "./receiptfacts.ts";
import type { Standing } from "./standing.ts";
import type { World } from "./world.ts";

const MOST_PAGES = 1_000;

interface Tools {
  readonly api: Api;
  readonly account: Account;
  readonly standing: Standing;
  readonly logHead: LogHead;
  readonly world: World;
}

/** What the other person's program says of one of their computers. */
interface Word extends FiledCopies {
  readonly gone: CopiesGone;
}

/** A receipt of this engagement, with what was found of it. */
interface Known {
  readonly filed: FiledReceipt;
  readonly receipt: Receipt;
  readonly verdict: ReceiptVerdict;
}

export class Receipts {
  readonly #tools: Tools;
  readonly #filed = new Map<number, FiledReceipt>();
  readonly #proofs = new Map<number, readonly Bytes[]>();
  /** What the other person says of their own copies, as it was signed. */
  #words: readonly Word[] = [];
  /** The checkpoint for which the proofs were made; with a newer one they are fetched again. */
  #checkpoint: string | null = null;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  async list(): Promise<ReceiptRow[]> {
    await this.#fetch();
    return this.#known().map(({ filed, receipt }) => rowOf(filed, receipt));
  }

  /** One receipt whole; what its check needs is fetched now, so that the check itself needs nobody. */
  async one(id: string): Promise<ReceiptFacts> {
    await this.#fetch();
    const { filed, receipt } = this.#find(id);
    await Promise.all([this.#prove([filed]), this.#hear()]);
    return this.#facts(filed, receipt);
  }

  /** Check a receipt on what is here. */
  check(id: string): Checked {
    const { filed, verdict } = this.#find(id);
    const logged = sayOf(verdict.logged);
    return {
      signature: sayOf(verdict.signature),
      chain: sayOf(verdict.chain),
      // A certificate lists no leaves: it counts what the receipts before it list.
      leaves: verdict.receipt?.kind === "closing" ? "right" : sayOf(verdict.leaves),
      batch: filed.batch ? logged : "waiting",
      log: logged,
    };
  }

  /** The file of part 16, which the command line checks too: these receipts, and those before them in their chain. */
  async save(ids: readonly string[]): Promise<Blob> {
    await this.#fetch();
    const orders = ids.map((id) => this.#find(id).filed.order);
    const last = Math.max(...orders);
    const chain = this.#known().map(({ filed }) => filed);
    const receipts = chain.filter(({ order }) => order <= last);
    await Promise.all([
      this.#prove(receipts.filter(({ order }) => orders.includes(order))),
      this.#hear(),
    ]);
    const named = new Set(receipts.map(({ batch }) => batch?.index));
    const proofs = new Map([...this.#proofs].filter(([index]) => named.has(index)));
    const ownCopies = this.#words.map(({ identityPublic, statement }) => ({
      identityPublic,
      statement,
    }));
    const bytes = encodeReceiptFile({ ...this.#file(), receipts, proofs, ownCopies });
    return new Blob([bytes], { type: "application/json" });
  }

  // --- fetching ---

  async #fetch(): Promise<void> {
    const { api } = this.#tools;
    let after = 0;
    for (let page = 0; page < MOST_PAGES; page++) {
      const { receipts, more } = await api.receipts(after);
      for (const one of receipts.map(readReceipt)) {
        this.#filed.set(one.order, one);
        after = Math.max(after, one.order);
      }
      if (!more || receipts.length === 0) {
        return;
      }
    }
  }

  /** Fetch the proofs of these receipts' batches; without a line, or before the log holds them, there are none. */
  async #prove(receipts: readonly FiledReceipt[]): Promise<void> {
    const { api, logHead } = this.#tools;
    try {
      await logHead.refresh();
      if (logHead.note !== this.#checkpoint) {
        this.#proofs.clear();
        this.#checkpoint = logHead.note;
      }
      const size = logHead.checkpoint?.size ?? 0;
      for (const { batch } of receipts) {
        if (batch && batch.index < size && !this.#proofs.has(batch.index)) {
          this.#proofs.set(batch.index, await api.inclusion(batch.index, size));
        }
      }
    } catch (reason) {
      if (!(reason instanceof Fault)) {
        throw reason;
      }
    }
  }

  /** What the other person says of their own copies; what is not theirs, or of something else, was not said. */
  async #hear(): Promise<void> {
    const { api, standing } = this.#tools;
    const { engagementId, place } = standing;
    const identityPublic = place.other.card.identityPublic;
    try {
      const found = await api.ask("GET", "/v1/own-copies");
      this.#words = found.objects("own_copies").flatMap((one) => {
        const statement = one.bytes("statement");
        const of = one.bytes("engagement_id", 16);
        const gone = same(of, engagementId) ? heard(statement, of, identityPublic) : null;
        return gone ? [{ identityPublic, statement, gone }] : [];
      });
    } catch (reason) {
      if (!(reason instanceof Fault)) {
        throw reason;
      }
    }
  }

  // --- judging ---

  #file(): ReceiptFile {
    const { account, world } = this.#tools;
    const { relayPublic, logPublic } = account.records.vault.pins;
    const keys = { host: authority(world.origin), relayPublic, logPublic };
    const receipts = [...this.#filed.values()];
    return { keys, receipts, checkpoint: this.#checkpoint, proofs: this.#proofs };
  }

  /** The receipts of this engagement's mailboxes, ascending; what the pinned key did not sign is none. */
  #known(): Known[] {
    const file = this.#file();
    const mine = this.#pseudonyms();
    return judge(file, file.keys).receipts.flatMap((verdict) => {
      const { receipt, order } = verdict;
      const filed = this.#filed.get(order);
      const ours = receipt && mine.some((one) => same(one, receipt.mailbox));
      return filed && receipt && ours ? [{ filed, receipt, verdict }] : [];
    });
  }

  #pseudonyms(): Bytes[] {
    const { place, item } = this.#tools.standing;
    const all = [place.myMailbox, item.notesMailboxId].filter((one) => !isZero(one));
    return all.map(mailboxPseudonym);
  }

  #find(id: string): Known {
    const found = this.#known().find(({ filed }) => idOf(filed) === id);
    if (!found) {
      throw fault("gone");
    }
    return found;
  }

  #facts(filed: FiledReceipt, receipt: Receipt): ReceiptFacts {
    if (receipt.kind === "acceptance") {
      throw fault("gone");
    }
    const removal = removalFacts(receipt);
    const moments = this.#words.map(({ gone }) => goneAt(gone, removal.promisedLast) ?? 0);
    return {
      ...removal,
      id: idOf(filed),
      host: authority(this.#tools.world.origin),
      theirCopiesGone: Math.max(0, ...moments),
    };
  }
}

function heard(statement: Bytes, engagementId: Bytes, identityPublic: Bytes): CopiesGone | null {
  try {
    return openCopiesGone(statement, engagementId, identityPublic);
  } catch (reason) {
    if (reason instanceof KeysError) {
      return null;
    }
    throw reason;
  }
}

function rowOf(filed: FiledReceipt, receipt: Receipt): ReceiptRow {
  return { id: idOf(filed), ...rowFacts(receipt) };
}

function idOf({ order }: FiledReceipt): string {
  return order.toString(16);
}

function sayOf(verdict: Verdict): Checked["signature"] {
  return { good: "right", bad: "wrong", open: "waiting" }[verdict] as Checked["signature"];
}
