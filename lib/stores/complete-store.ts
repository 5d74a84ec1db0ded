import type { SessionData } from '../core/record/session-data'
import type { Callback, ResultCallback } from '../primitives/callbacks'
import type { Found, Outcome } from '../core/store/contract'
import type { Version } from '../core/record/snapshot'
import type { Store } from './store'

/** A store with all methods of the contract. Each returns a promise if it is called without a callback. Its rejection never ends the process. */
/* eslint-disable @typescript-eslint/no-misused-promises -- a signature that calls back stands beside each that promises */
export interface CompleteStore extends Store {
  // As in `Session`: type parameters accept subclasses and mocks with one signature; callbacks come last, because `Parameters` uses the last overload
  get<Done extends Promise<SessionData | undefined> = Promise<SessionData | undefined>>(id: string, ...none: never[]): Done
  get<_Done extends Promise<SessionData | undefined> = Promise<SessionData | undefined>>(id: string, callback: Found): void
  set<Done extends Promise<void> = Promise<void>>(id: string, session: SessionData, ...none: never[]): Done
  set<_Done extends Promise<void> = Promise<void>>(id: string, session: SessionData, callback?: Callback): void
  destroy<Done extends Promise<void> = Promise<void>>(id: string, ...none: never[]): Done
  destroy<_Done extends Promise<void> = Promise<void>>(id: string, callback?: Callback): void
  touch<Done extends Promise<void> = Promise<void>>(id: string, session: SessionData, ...none: never[]): Done
  touch<_Done extends Promise<void> = Promise<void>>(id: string, session: SessionData, callback?: Callback): void
  compareAndSet<Done extends Promise<Outcome> = Promise<Outcome>>(
    id: string,
    session: SessionData,
    version: Version | null,
    ...none: never[]
  ): Done
  compareAndSet<_Done extends Promise<Outcome> = Promise<Outcome>>(
    id: string,
    session: SessionData,
    version: Version | null,
    callback: ResultCallback<Outcome>,
  ): void
  all<Done extends Promise<Record<string, SessionData>> = Promise<Record<string, SessionData>>>(...none: never[]): Done
  all<_Done extends Promise<Record<string, SessionData>> = Promise<Record<string, SessionData>>>(
    callback: ResultCallback<Record<string, SessionData> | null>,
  ): void
  length<Done extends Promise<number> = Promise<number>>(...none: never[]): Done
  length<_Done extends Promise<number> = Promise<number>>(callback: ResultCallback<number>): void
  clear<Done extends Promise<void> = Promise<void>>(...none: never[]): Done
  clear<_Done extends Promise<void> = Promise<void>>(callback?: Callback): void
}
/* eslint-enable @typescript-eslint/no-misused-promises */
