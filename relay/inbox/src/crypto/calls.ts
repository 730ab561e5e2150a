/**
 * Calls: the messages between the page and its worker. Owns their shape, once for both ends: a name that is no call, or an
 * argument of another kind, does not compile on either side.
 */

import type { Inside } from "../people/inside.ts";
import type { Run } from "../people/run.ts";
import type { Event, Failure, Progress } from "../session.ts";

export type Name = keyof Inside;

/** What a call is given, without what tells its progress and stops it. */
export type Args<N extends Name> =
  Parameters<Inside[N]> extends [...infer Given, Run] ? Given : Parameters<Inside[N]>;

export type Value<N extends Name> = Awaited<ReturnType<Inside[N]>>;

/** To the worker: do something, or stop doing it. */
export type Asked =
  | { [N in Name]: { readonly call: number; readonly name: N; readonly args: Args<N> } }[Name]
  | { readonly stop: number };

/** From the worker: how far a call is, how it ended, or what has happened. */
export type Told =
  | { readonly call: number; readonly progress: Progress }
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly failure: Failure }
  | { readonly event: Event };
