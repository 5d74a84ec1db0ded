import { isPromise } from '../store/guarded-call'
import { StoreUnavailable } from '../concurrency/deadline'
import type { Exchange } from '../request/exchange'
import type { Hold } from '../concurrency/transaction'
import { EXCHANGE, type Host } from './host'
import type { Session } from './session'
import { isEnded } from './session-end'
import type { Callback, SessionStore, StorePort } from '../store/store-client'

/** How often a session is destroyed again if the store fails, and may have destroyed it. */
const MOST_REPEATED = 2

/** Destroys a session of a store that may lose the reply with the connection. Not again if the store does not answer at all. */
export function destroySurely(port: StorePort, id: string, done: Callback, repeated = 0): void {
  port.destroy(id, err => {
    if (!err || err instanceof StoreUnavailable || repeated === MOST_REPEATED) return done(err)
    destroySurely(port, id, done, repeated + 1)
  })
}

/**
 * Stores a new session before the old one is destroyed. If either fails, the request has the old one again, and the client keeps its cookie.
 *
 * @param generate puts a new session on the host
 * @param fill adds data to the new session
 */
export function replace(session: Session, generate: (host: Host) => unknown, done: Callback, fill?: () => void): void {
  const { req: host, id } = session
  const exchange = host[EXCHANGE] as Exchange
  const { inFlight } = exchange.port
  // It knows whether another request has given the session a new ID meanwhile, which ends here too
  const flight = inFlight.hold(id)
  const over: Callback = err => {
    inFlight.release(id, flight)
    done(err)
  }
  const forget = exchange.known.remember()
  const renewed: Callback = err => {
    exchange.renewed(session)
    over(err)
  }
  const failed: Callback = err => {
    forget()
    restore(exchange, session)
    over(err)
  }
  const create = (): void => {
    const { sessionID } = host
    // By a `genid` of the app
    if (sessionID === id) return destroySurely(exchange.port, id, renewed)
    exchange.renewed(session)
    fill?.()
    exchange.save(host.session as Session, err => {
      if (err) return failed(err)
      // No client has the new ID
      destroySurely(exchange.port, id, err => (err ? exchange.port.destroy(sessionID as string, () => failed(err)) : over()))
    })
  }
  let generated: unknown
  try {
    generated = generate(host)
  } catch (thrown) {
    return over(thrown)
  }
  if (isPromise(generated)) generated.then(create, over)
  else create()
}

/** Another than that of the class Store, which has `createSession` too, in express-session and here. */
function hasOwnRegenerate(store: object): boolean {
  for (let layer: object | null = store; layer; layer = Object.getPrototypeOf(layer) as object | null) {
    if (Object.hasOwn(layer, 'regenerate')) return !Object.hasOwn(layer, 'createSession')
  }
  return false
}

/**
 * Whether a session that takes the place of this one is stored before this one is destroyed. Only if the store can fail and can compare, and unless it has a
 * `regenerate` of its own. With `concurrency: 'off'` all is as in express-session.
 */
export function createsFirst({ req: host, id }: Session): boolean {
  const exchange = host[EXCHANGE] as Exchange | undefined
  if (exchange?.sentId !== id || exchange.settings.concurrency === 'off') return false
  const { port } = exchange
  // On Koa no store is asked to regenerate
  return port.compares && !port.answersAtOnce && (host.Session !== undefined || !hasOwnRegenerate(host.sessionStore as SessionStore))
}

/** The session is again in its place, because another one could not take it. */
function restore(exchange: Exchange, session: Session): void {
  const { host, known } = exchange
  host.sessionID = session.id
  host.session = session
  exchange.generated = exchange.replacedSession = undefined
  exchange.cookie = session.cookie
  const hold = exchange.holder.on(session.id, exchange.port)
  if (known.stored?.id === session.id) hold.base ??= known.stored
}

/** Tells a hold what the exchange knows of its session. */
export function recall<H extends Host>(exchange: Exchange<H>, hold: Hold): void {
  const { generated, replacedSession, settings, known } = exchange
  const { id } = hold
  // An object of the session that the handler has kept may have been made by a reload, and does not know of the end
  if (id !== generated && replacedSession?.id === id && isEnded(replacedSession)) hold.gone = true
  if (known.stored?.id !== id) return
  // With concurrency off nothing is held but for an update, and saves pass it by
  if (settings.concurrency === 'off') {
    if (exchange.port === settings.port) hold.base = known.stored
  } else if (id === generated && id !== exchange.sentId) hold.base ??= known.stored
}
