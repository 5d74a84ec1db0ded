import { EXCHANGE, type Change, type Host } from './session'
import { fromCallback, ignoreRejection, type Callback } from '../../primitives/callbacks'
import { describeType } from '../../primitives/describe-value'
import { gone } from '../errors/store-errors'

/** The key under which a Koa context and its request refer to their host. */
export const HOST = Symbol('resession.host')

interface Hosted {
  readonly [HOST]: { update(change: Change): Promise<void> }
}

/** Changes the session of a request or a context in the store. Not a method of the session, whose names belong to the app. */
export function update(carrier: Host | Hosted, change: Change): Promise<void> {
  return ignoreRejection(updateCarrier(carrier, change))
}

async function updateCarrier(carrier: Host | Hosted, change: Change): Promise<void> {
  if (typeof change !== 'function') throw new TypeError('update needs a function that changes the session')
  checkCarrier('update', carrier)
  if (HOST in carrier) return carrier[HOST].update(change)
  return fromCallback(done => updateOn(carrier, change, done))
}

/** @throws TypeError unless it is an object, as requests and Koa contexts are */
export function checkCarrier(method: string, carrier: unknown): asserts carrier is object {
  if (typeof carrier !== 'object' || carrier === null)
    throw new TypeError(`${method} needs a request or a Koa context, not ${describeType(carrier)}`)
}

/** The error of a function that needs a session. */
export function withoutSession(method: string): Error {
  return new Error(`${method} needs a request with a session: use the session middleware first`)
}

/** @throws TypeError if `host.session` has been replaced by a value that is not an object */
export function updateOn(host: Host, change: Change, done: Callback): void {
  const exchange = host[EXCHANGE]
  if (!exchange) return done(withoutSession('update'))
  const session = exchange.session()
  if (session) exchange.update(session, change, exchange.underway.begin(done))
  else done(gone())
}
