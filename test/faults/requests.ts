import { data } from '../support/handlers'
import type { Handler } from '../support/host'
import type { SessionOptions } from '../support/subject'
import { ComparingStore, PlainStore, UpdatingStore, type Method } from './stores'

/** A request with a store call that may fail. */
export interface Asks {
  /** The failing method. */
  readonly method: Method
  readonly store: new () => PlainStore
  /** Whether the client already has a session. */
  readonly known: boolean
  readonly path: string
  /**
   * The receiver of an error. `client`: only with `saveErrors: 'fail'`. `handler`: the handler, which passes it on. `channel`: only the subscribers
   * of the channel, because the response is already sent.
   */
  readonly tells: 'reader' | 'client' | 'handler' | 'nobody' | 'channel'
  /** Whether a result of a wrong type is an error; it is not if the result is not read. */
  readonly reads: boolean
  readonly options?: Partial<SessionOptions>
}

const READ = { store: PlainStore, known: true, path: '/show' } as const
const WRITE = { path: '/count', tells: 'client' } as const
const COMPARE = { ...WRITE, method: 'compareAndSet', store: ComparingStore, reads: true } as const
const DESTROY = { method: 'destroy', store: PlainStore, known: true, reads: false } as const

export const REQUESTS: Record<string, Asks> = {
  get: { ...READ, method: 'get', tells: 'reader', reads: true },
  touch: { ...READ, method: 'touch', tells: 'channel', reads: false },
  'an awaited touch': { ...READ, method: 'touch', tells: 'nobody', reads: false, options: { awaitTouch: true } },
  'set, of a new session': { ...WRITE, method: 'set', store: PlainStore, known: false, reads: false },
  'set, of a known session': { ...WRITE, method: 'set', store: PlainStore, known: true, reads: false },
  'compareAndSet, of a new session': { ...COMPARE, known: false },
  'compareAndSet, of a known session': { ...COMPARE, known: true },
  // A result of another type means that `update` has another contract: the store's `set` is used instead
  update: { ...WRITE, method: 'update', store: UpdatingStore, known: true, reads: false },
  'destroy, at the end': { ...DESTROY, path: '/drop', tells: 'client', options: { unset: 'destroy' } },
  'destroy, by the handler': { ...DESTROY, path: '/destroy', tells: 'handler' },
  'destroy, by a regenerate': { ...DESTROY, path: '/regenerate', tells: 'handler' },
}

/** The handlers by path. */
export const handle: Handler = (req, res, next) => {
  const told = (err?: unknown): void => (err ? next(err) : void res.end('done'))
  if (req.url === '/destroy') return req.session.destroy(told)
  if (req.url === '/regenerate') return req.session.regenerate(told)
  if (req.url === '/drop') req.session = null as never
  if (req.url === '/count') data(req).views = Number(data(req).views ?? 0) + 1
  res.end(String(req.session ? (data(req).views ?? 0) : 'done'))
}
