import { isPromise } from './call'
import { StoreUnavailable } from './deadline'
import { EXCHANGE, type Host, type HostExchange } from './host'
import type { Session } from './session'
import type { Callback, StorePort } from './store-port'

/** How often a session is destroyed again if the store fails, and may have destroyed it. */
const MOST_REPEATED = 2

/** Destroys a session of a store that may lose the reply with the connection. Not again if the store does not answer at all. */
export function destroySurely(port: StorePort, id: string, done: Callback, repeated = 0): void {
  port.destroy(id, err => {
    if (!err || err instanceof StoreUnavailable || repeated === MOST_REPEATED) return done(err)
    destroySurely(port, id, done, repeated + 1)
  })
}

/** Stores a new session before the old one is destroyed: if that fails, the old one is as it was. @param generate puts a new session on the host */
export function replace(session: Session, generate: (host: Host) => unknown, done: Callback): void {
  const { req: host, id } = session
  const exchange = host[EXCHANGE] as HostExchange
  const renewed: Callback = err => {
    exchange.renewed(session)
    done(err)
  }
  const create = (): void => {
    // By a `genid` of the app
    if (host.sessionID === id) return destroySurely(exchange.port, id, renewed)
    exchange.renewed(session)
    exchange.save(host.session as Session, err => {
      if (!err) return destroySurely(exchange.port, id, done)
      exchange.restore(session)
      done(err)
    })
  }
  let generated: unknown
  try {
    generated = generate(host)
  } catch (thrown) {
    return done(thrown)
  }
  if (isPromise(generated)) generated.then(create, done)
  else create()
}

/** Another than that of the class Store, which has `createSession` too, in express-session and here. */
export function hasOwnRegenerate(store: object): boolean {
  for (let layer: object | null = store; layer; layer = Object.getPrototypeOf(layer) as object | null) {
    if (Object.hasOwn(layer, 'regenerate')) return !Object.hasOwn(layer, 'createSession')
  }
  return false
}
