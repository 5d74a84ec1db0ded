import type { StoreClient } from '../../lib/core/store/store-client'
import { cookieDue, commit } from '../../lib/core/request/commit'
import { Exchange } from '../../lib/core/request/exchange'
import { open } from '../../lib/core/request/open'
import { rotate } from '../../lib/core/request/rotation'
import type { Host, Session } from '../../lib/core/session/session'
import { settle, type Settings } from '../../lib/core/settings/settings'
import { shareSettings } from '../../lib/core/lifetime/shared-store'
import type { Transport } from '../../lib/core/settings/transport'
import { bindAbility } from '../../lib/core/store/abilities'
import type { SessionStore } from '../../lib/core/store/contract'
import { keyStore, type KeyEngine, type Schedule } from './key-engine'

export const AGE = 60_000
export const GRACE = 10_000

type Carrier = Host & { readonly sent: string | undefined }

const TRANSPORT: Transport<Carrier> = {
  path: () => '/',
  isSecure: () => false,
  connection: () => ({ forwardedProto: undefined, trust: undefined }),
  sentId: ({ sent }) => sent,
}

/** The data of a session, as handlers see it. */
export type Live = Session & Record<string, unknown>

/** One request of a client. */
export interface Visit {
  readonly exchange: Exchange
  readonly session: Live | undefined
  /** Calls the store, then goes on in a later step. */
  step(act: (done: (err?: unknown) => void) => void, next: (err?: unknown) => void): void
}

/** A protocol with a mistake. */
export type Mistake = 'blind logout' | 'every renewal is followed' | 'unconditional move'

/** Destroys without a condition, and without looking for another ID. */
function destroyBlindly(storeClient: StoreClient): void {
  storeClient.destroy = (id, done) => storeClient.replace(id, (deadline, ended) => storeClient.remove(id, ended, deadline), done)
}

/** Writes over any version, unless the record is new. */
function unconditional(store: SessionStore): SessionStore {
  const { compareAndSet } = store
  store.compareAndSet = (id, session, version, callback) => {
    if (version === null || session.cookie.expires === null) return compareAndSet?.call(store, id, session, version, callback)
    store.set(id, session, err => callback(err, { ok: !err, version: JSON.stringify(session) }))
  }
  bindAbility(store.compareAndSet, store)
  return store
}

/** A process with the middleware, in the order of steps of a schedule. */
export class RenewingProcess {
  readonly #settings: Settings

  constructor(
    engine: KeyEngine,
    private readonly schedule: Schedule,
    private readonly process: number,
    genid: () => string,
    private readonly mistake?: Mistake,
    hasGrace = true,
  ) {
    const plain = keyStore(engine, schedule, process, true)
    const store = mistake === 'unconditional move' ? unconditional(plain) : plain
    const options = {
      secret: 'model',
      resave: false,
      saveUninitialized: false,
      storeTimeout: Infinity,
      ...(hasGrace && { renewAfter: AGE, grace: GRACE }),
      genid,
    }
    this.#settings = settle(options, store, () => {})
    shareSettings(options, this.#settings, { renews: true })
    if (mistake === 'blind logout') destroyBlindly(this.#settings.storeClient)
  }

  /**
   * Serves a request.
   *
   * @param act the handler
   * @param done receives the ID that the response sets, if any
   */
  serve(
    sent: string,
    act: (visit: Visit, respond: () => void) => void,
    done: (err: unknown, cookie: string | undefined, visit: Visit) => void,
  ): void {
    const host: Carrier = { sent }
    const exchange = new Exchange(this.#settings, TRANSPORT, host)
    const { schedule, process, mistake } = this
    if (mistake === 'every renewal is followed') exchange.rotate = (session, keep, done) => rotate(exchange, session, keep, done, 'age')
    const visit: Visit = {
      exchange,
      get session() {
        return (host.session ?? undefined) as Live | undefined
      },
      step: (act, next) => act(err => schedule.push(process, () => next(err))),
    }
    open(exchange, err => {
      if (err) return done(err, undefined, visit)
      // The handler waits for something else than the store
      schedule.push(process, () => act(visit, () => commit(exchange, true, err => done(err, err ? undefined : cookieOf(exchange), visit))))
    })
  }
}

function cookieOf(exchange: Exchange): string | undefined {
  const due = cookieDue(exchange)
  return due?.plan === 'set' ? due.value : undefined
}
