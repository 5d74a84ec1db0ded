import type { SiteOptions } from './subjects'
import { createHash } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { sign } from 'cookie-signature'
import { record, type Data } from './record'
import type { Visit } from './visits'

/** A site that receives the requests. */
export interface Site {
  readonly listener: RequestListener
  /** The `Cookie` header of each client; of one new client if there are no sessions yet. */
  readonly cookies: readonly string[]
  /** The records of its store, by ID. */
  records(): Promise<Readonly<Record<string, object>>>
  /** The data in the value of its cookie, if sessions are kept there. */
  carried?(value: string): Promise<object>
  /** Closes the connections of its store. */
  close?(): void
}

/** The part of a session package that the benchmark uses. */
export interface SessionModule {
  (options: object): (req: IncomingMessage, res: ServerResponse, next: (err?: unknown) => void) => void
  Cookie: new (options?: object) => object
  readonly Store?: new () => object
  MemoryStore: new () => SessionStore
}

export interface SessionStore {
  get(id: string, callback: (err: unknown, session?: object | null) => void): void
  set(id: string, session: object, callback?: (err?: unknown) => void): void
  touch?(id: string, session: object, callback?: (err?: unknown) => void): void
  length?(callback: (err: unknown, length?: number) => void): void
  /** The connection of a store in Redis. */
  readonly client?: { destroy(): void }
  /** By ID, or in a list, each with its ID. */
  all(callback: (err: unknown, sessions?: Record<string, object> | { id: string }[] | null) => void): void
}

/**
 * The number of clients with a session that take turns. With one alone, a package that caches the last ID would look faster than it is on real sites.
 */
export const VISITORS = 100
/** As long as @fastify/session requires. */
export const SECRET = 'keyboard cat, keyboard cat, keyboard cat'
const OPTIONS = { secret: SECRET, resave: false, saveUninitialized: false }

/** @param module the package's file */
export function load(module: string): SessionModule {
  return createRequire(__filename)(module) as SessionModule
}

/** A copy of the package for one site alone, so that the optimizations of the compiler are not shared with other sites. */
export function loadAfresh(module: string): SessionModule {
  const { cache } = createRequire(__filename)
  const forget = (): NodeJS.Dict<NodeJS.Module> => {
    const files = Object.keys(cache).filter(file => file.startsWith(dirname(module) + sep))
    const forgotten = Object.fromEntries(files.map(file => [file, cache[file]]))
    for (const file of files) delete cache[file]
    return forgotten
  }
  const before = forget()
  const session = load(module)
  forget()
  Object.assign(cache, before)
  return session
}

/** The floor: the same responses, without a session. */
export function bareSite(visit: Visit): Site {
  const data = knownData(visit)
  return { listener: (_req, res) => answer(res, () => visit.act(data())), cookies: cookiesFor(visit), records: () => Promise.resolve({}) }
}

/** The data for a floor: a list with an entry per client, because clients take turns. */
export function knownData(visit: Visit): () => Data {
  const known = Array.from({ length: visit.returning ? VISITORS : 0 }, (_, visitor) => record(visit.bytes, visitor))
  let turn = 0
  return () => known[turn++ % known.length] ?? ({} as Data)
}

export async function connectSite(
  session: SessionModule,
  visit: Visit,
  options: SiteOptions = {},
  store: SessionStore = new session.MemoryStore(),
): Promise<Site> {
  const middleware = session({ ...OPTIONS, ...visit.options, ...options, store })
  for (const [visitor, id] of idsFor(visit).entries()) {
    const cookie = new session.Cookie(visit.options?.cookie)
    const key = options.hashIds ? keyOf(id) : id
    await promised<void>(done => store.set(key, { cookie, ...record(visit.bytes, visitor) }, done))
  }
  return {
    listener: (req, res) =>
      middleware(req, res, err => {
        answer(res, () => {
          if (err) throw err
          return visit.act((req as unknown as { session: Data }).session)
        })
      }),
    cookies: cookiesFor(visit),
    records: async () => (hasMarks(options) ? unmarked(await allOf(store)) : allOf(store)),
    close: () => store.client?.destroy(),
  }
}

/** Whether records have the reserved key, and an expiry. */
function hasMarks({ idleTimeout, absoluteTimeout, renewAfter }: SiteOptions): boolean {
  return idleTimeout !== undefined || absoluteTimeout !== undefined || renewAfter !== undefined
}

/** The records as they are without these options. */
function unmarked(records: Record<string, object>): Record<string, object> {
  const entries = Object.entries(records).map(([id, record]) => {
    const { '~': _, cookie, ...data } = record as { '~'?: object; cookie: { originalMaxAge: number | null } }
    return [id, { ...data, cookie: cookie.originalMaxAge === null ? { ...cookie, expires: null } : cookie }] as const
  })
  return Object.fromEntries(entries)
}

/** The key under which `hashIds` stores a session. */
export function keyOf(id: string): string {
  return `h1.${createHash('sha256').update(`resession id\0${id}`).digest('base64url')}`
}

/** The records of a store, by ID. */
export async function allOf(store: SessionStore): Promise<Record<string, object>> {
  const sessions = await promised<Record<string, object> | { id: string }[] | null>(done => store.all(done as never))
  return Array.isArray(sessions) ? Object.fromEntries(sessions.map(({ id, ...record }) => [id, record])) : (sessions ?? {})
}

/** Sets the same headers as Express's `res.send`. */
export function answer(res: ServerResponse, bodyOf: () => string): void {
  let body: string
  try {
    body = bodyOf()
  } catch (err) {
    res.statusCode = 500
    body = String(err)
  }
  res.setHeader('Content-Type', 'text/plain; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(body))
  res.end(body)
}

/** IDs with the length and the characters of real ones. */
export function idsFor({ returning }: Visit): string[] {
  const id = (_: unknown, visitor: number) => createHash('sha256').update(`visitor ${visitor}`).digest('base64url').slice(0, 32)
  return returning ? Array.from({ length: VISITORS }, id) : []
}

export function cookiesFor(visit: Visit): string[] {
  if (!visit.returning) return ['']
  return idsFor(visit).map(id => `connect.sid=${encodeURIComponent(`s:${sign(id, SECRET)}`)}`)
}

export function promised<T>(call: (callback: (err?: unknown, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => call((err, value) => (err ? reject(err) : resolve(value as T))))
}
