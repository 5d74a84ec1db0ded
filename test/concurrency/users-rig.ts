import type { Callback } from '../../lib/primitives/callbacks'
import { installGenerate } from '../../lib/connect/install-generate'
import { commit, cookieDue } from '../../lib/core/request/commit'
import { Exchange } from '../../lib/core/request/exchange'
import { open } from '../../lib/core/request/open'
import type { Host, Session } from '../../lib/core/session/session'
import { settle, type Settings } from '../../lib/core/settings/settings'
import type { Transport } from '../../lib/core/settings/transport'
import { sessionsOf, type SessionsOfUsers } from '../../lib/core/users/sessions'
import { keyStore, type KeyEngine, type Schedule } from './key-engine'

/** A browser: the ID in its cookie. */
export interface Client {
  id: string | undefined
}

export type Data = Session & { user?: string; n?: number }

/** What a handler does with its session. */
export type Act = (session: Data, done: Callback) => void

interface Visitor extends Host {
  readonly client: Client
  /** As it sent the request. */
  readonly sent: string | undefined
}

const TRANSPORT: Transport<Visitor> = {
  path: () => '/',
  isSecure: () => false,
  connection: () => ({ forwardedProto: undefined, trust: undefined }),
  sentId: ({ sent }) => sent,
}

/** A process that serves requests, without HTTP. */
export class Process {
  readonly sessions: SessionsOfUsers
  readonly #settings: Settings

  constructor(
    engine: KeyEngine,
    private readonly schedule: Schedule,
    readonly number: number,
    { compares, max }: { readonly compares: boolean; readonly max: number },
  ) {
    const options = {
      ...{ secret: 'x', resave: false, saveUninitialized: false, storeTimeout: Infinity },
      userId: (session: Data) => session.user,
      maxSessionsPerUser: max,
    }
    const store = keyStore(engine, schedule, number, compares)
    this.#settings = settle(options as never, store, () => {})
    installGenerate(this.#settings, TRANSPORT)
    this.sessions = sessionsOf(() => this.#settings.storeClient, this.#settings)
  }

  /**
   * @param begins gets the handle of the user's session before the handler runs
   * @param done gets the error of the handler or of the commit, and the handles of the user's session before and after
   */
  serve(
    client: Client,
    act: Act,
    begins: (handle: string | undefined) => void,
    done: (err: unknown, before?: string, after?: string) => void,
  ): void {
    const host: Visitor = { client, sent: client.id }
    const exchange = new Exchange(this.#settings, TRANSPORT, host)
    let over = (): void => {}
    exchange.requestLifetime.watch((_, act) => ((over = act), true), undefined)
    open(exchange, err => {
      if (err) return done(err)
      const before = handleOf(exchange)
      begins(before)
      act(host.session as Data, failed =>
        commit(exchange, true, err => {
          const due = cookieDue(exchange)
          this.schedule.push(this.number, () => {
            if (due) client.id = due.plan === 'clear' ? undefined : due.value
            over()
            done(failed ?? err, before, handleOf(exchange))
          })
        }),
      )
    })
  }
}

/** The handle of the session, if it has a user. */
function handleOf(exchange: Exchange): string | undefined {
  const info = exchange.info()
  return info?.userId === undefined ? undefined : info.handle
}
