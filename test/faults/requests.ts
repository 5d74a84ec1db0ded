import { data } from '../support/handlers'
import type { Handler } from '../support/host'
import type { SessionOptions } from '../support/subject'
import { ComparingStore, PlainStore, UpdatingStore, type Method } from './stores'

/** A request that asks the store for something that may go wrong. */
export interface Asks {
  /** What goes wrong. */
  readonly method: Method
  readonly store: new () => PlainStore
  /** The visitor has a session already. */
  readonly known: boolean
  readonly path: string
  /**
   * Who is told of an error. `client`: nobody but by `saveErrors: 'fail'`. `handler`: the handler, which passes it on. `channel`: whoever listens there,
   * since the answer is out by then.
   */
  readonly tells: 'reader' | 'client' | 'handler' | 'nobody' | 'channel'
  /** What an answer of a wrong type means: an error, or nothing, since nobody looks at it. */
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
  'touch, which the answer waits for': { ...READ, method: 'touch', tells: 'nobody', reads: false, options: { awaitTouch: true } },
  'set, of a new session': { ...WRITE, method: 'set', store: PlainStore, known: false, reads: false },
  'set, of a known session': { ...WRITE, method: 'set', store: PlainStore, known: true, reads: false },
  'compareAndSet, of a new session': { ...COMPARE, known: false },
  'compareAndSet, of a known session': { ...COMPARE, known: true },
  // An answer of another type is none of an `update` like ours: the store has a method that happens to be called so, and is asked to set
  update: { ...WRITE, method: 'update', store: UpdatingStore, known: true, reads: false },
  'destroy, at the end': { ...DESTROY, path: '/drop', tells: 'client', options: { unset: 'destroy' } },
  'destroy, by the handler': { ...DESTROY, path: '/destroy', tells: 'handler' },
  'destroy, by a regenerate': { ...DESTROY, path: '/regenerate', tells: 'handler' },
}

/** What the site does by path. */
export const handle: Handler = (req, res, next) => {
  const told = (err?: unknown): void => (err ? next(err) : void res.end('done'))
  if (req.url === '/destroy') return req.session.destroy(told)
  if (req.url === '/regenerate') return req.session.regenerate(told)
  if (req.url === '/drop') req.session = null as never
  if (req.url === '/count') data(req).views = Number(data(req).views ?? 0) + 1
  res.end(String(req.session ? (data(req).views ?? 0) : 'done'))
}
