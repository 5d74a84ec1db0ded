import { IncomingMessage, ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'
import { sign } from 'cookie-signature'
import { expect } from 'chai'
import fc = require('fast-check')
import resession = require('../../lib')
import type { Options, RequestHandler, SessionData } from '../../lib'
import { useUncaught } from '../support/uncaught'

const RUNS = Number(process.env.RUNS ?? 1500)

const SECRET = 'a secret of enough bytes for all'
const NAME = 'connect.sid'

/** Turns of the event loop in which any request is over: each call of the store takes one. */
const MOST_TURNS = 2000

type Req = IncomingMessage & { sessionID: string; session: resession.Session & Record<string, unknown> }

/** A store that returns any value as a record. */
class OddStore extends resession.Store {
  readonly values = new Map<string, { value: unknown; version: number }>()
  #versions = 0

  get(id: string, callback: (err?: unknown, record?: SessionData | null, version?: number) => void): void {
    const found = this.values.get(id)
    setImmediate(() => callback(null, found?.value as SessionData, found?.version))
  }

  set(id: string, record: SessionData, callback?: (err?: unknown) => void): void {
    this.put(id, JSON.parse(JSON.stringify(record)))
    setImmediate(() => callback?.())
  }

  destroy(id: string, callback?: (err?: unknown) => void): void {
    this.values.delete(id)
    setImmediate(() => callback?.())
  }

  put(id: string, value: unknown): number {
    const version = ++this.#versions
    this.values.set(id, { value, version })
    return version
  }
}

class ComparingStore extends OddStore {
  override compareAndSet(
    id: string,
    record: SessionData,
    version: unknown,
    callback: (err?: unknown, outcome?: { ok: boolean; version?: number }) => void,
  ): void {
    const ok = (this.values.get(id)?.version ?? null) === version
    const written = ok ? this.put(id, JSON.parse(JSON.stringify(record))) : 0
    setImmediate(() => callback(null, ok ? { ok, version: written } : { ok }))
  }
}

class TouchingStore extends OddStore {
  override touch(_id: string, _record: SessionData, callback?: (err?: unknown) => void): void {
    setImmediate(() => callback?.())
  }
}

const STORES = { plain: OddStore, comparing: ComparingStore, touching: TouchingStore }

type Sessions = ReturnType<typeof resession>

const OPERATIONS: Readonly<Record<string, (req: Req, sessions: Sessions, id: string) => unknown>> = {
  read: () => {},
  change: req => void (req.session.n = 2),
  save: req => ((req.session.n = 2), req.session.save()),
  'change the cookie': req => void (req.session.cookie.maxAge = 5000),
  update: req => resession.update(req as never, session => void Object.assign(session, { n: 2 })),
  reload: req => req.session.reload(),
  destroy: req => req.session.destroy(),
  unset: req => void ((req as { session?: unknown }).session = undefined),
  regenerate: req => req.session.regenerate(),
  'regenerate with keep': req => req.session.regenerate({ keep: true }),
  'regenerate with keep of a key': req => req.session.regenerate({ keep: ['n'] }),
  login: req => ((req.session.user = 'bob'), req.session.save()),
  'login with keep': req => ((req.session.user = 'bob'), req.session.regenerate({ keep: true })),
  end: (_req, sessions, id) => sessions.end(id),
  list: (_req, sessions) => sessions.list('ada'),
  revoke: async (_req, sessions) => sessions.revoke('ada', 'unknown'),
  'revoke all': (_req, sessions) => sessions.revokeAll('ada'),
}

const userId = (session: object): string | undefined => (session as { user?: string }).user
const HOUR = 3_600_000

const OPTIONS: Readonly<Record<string, Partial<Options>>> = {
  none: {},
  'resave and rolling': { resave: true, rolling: true, unset: 'destroy' },
  'concurrency off': { concurrency: 'off' },
  'concurrency merge': { concurrency: 'merge' },
  idleTimeout: { idleTimeout: HOUR },
  'idleTimeout and activity': { idleTimeout: HOUR, activity: () => false },
  absoluteTimeout: { absoluteTimeout: HOUR, clearCookie: true },
  hashIds: { hashIds: true },
  "hashIds: 'migrate'": { hashIds: 'migrate' },
  "hashIds: 'migrate' and idleTimeout": { hashIds: 'migrate', idleTimeout: HOUR },
  grace: { grace: 60_000 },
  renewAfter: { renewAfter: HOUR },
  userId: { userId },
  'userId and limits': { userId, maxSessionsPerUser: 1, idleTimeout: HOUR, grace: 60_000, validate: () => true },
  events: { on: { created() {}, renewed() {}, ended() {}, unknown() {}, reused() {} } },
  'events, grace and userId': { userId, grace: 60_000, on: { ended() {}, reused() {} } },
  onStoreError: { onStoreError: () => 'anonymous', idleTimeout: HOUR },
}

/** Values that some code can do nothing with. */
function strange(): unknown[] {
  const circle: Record<string, unknown> = {}
  circle.circle = circle
  const throws = {
    get path(): never {
      throw new Error('no path')
    },
    toJSON(): never {
      throw new Error('no JSON')
    },
  }
  return [
    Symbol('s'),
    () => {},
    1n,
    circle,
    throws,
    { valueOf: 1, toString: 1 },
    Object.create(null),
    new Date(NaN),
    new Map(),
    [],
    [1],
    {},
  ]
}

const PLAIN = ['text', '', '{}', 0, 1, -1, 1e300, NaN, true, false, null, undefined]

const anyOdd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...PLAIN, ...strange()),
  fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withMap: true }),
)

const COOKIE = ['originalMaxAge', 'expires', 'maxAge', '_expires', 'path', 'httpOnly', 'secure', 'sameSite', 'touched', 'serialize', 'data']

/** Where in a record the odd value is. */
const PLACES: readonly (readonly string[])[] = [
  [],
  ['cookie'],
  ...COOKIE.map(name => ['cookie', name]),
  ['~'],
  ...['c', 'a', 'h', 'u', 'i', 'm'].map(name => ['~', name]),
  ['~moving'],
  ['~u'],
  ['~u', 's'],
  ['user'],
  ['n'],
  ['toJSON'],
]

/** A record that has an odd value. Records without marks are those of express-session. */
function spoilt(good: unknown, { place, odd, hasMarks }: Case): unknown {
  const [first, second] = place
  if (first === undefined) return odd
  const record = structuredClone(good) as Record<string, unknown>
  if (hasMarks) record['~'] ??= { c: Date.now(), a: Date.now(), h: 'handle' }
  else delete record['~']
  if (second === undefined) record[first] = odd
  else record[first] = { ...(record[first] as object | undefined), [second]: odd }
  return record
}

interface Case {
  readonly store: keyof typeof STORES
  readonly options: string
  readonly operation: string
  readonly place: readonly string[]
  readonly odd: unknown
  readonly hasMarks: boolean
  /** Whether the record is spoilt before the request, or while its handler runs. */
  readonly isBefore: boolean
  /** Whether the list of the user is spoilt, and not the session. */
  readonly isList: boolean
  /** Whether the record is still under the ID itself, with hashed IDs. */
  readonly isOlder: boolean
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  store: fc.constantFrom('plain', 'comparing', 'touching'),
  options: fc.constantFrom(...Object.keys(OPTIONS)),
  operation: fc.constantFrom(...Object.keys(OPERATIONS)),
  place: fc.constantFrom(...PLACES),
  odd: anyOdd,
  hasMarks: fc.boolean(),
  isBefore: fc.boolean(),
  isList: fc.boolean(),
  isOlder: fc.boolean(),
})

/** @returns whether the response has been sent */
async function request(sessions: RequestHandler, cookie: string | undefined, handle: (req: Req) => unknown): Promise<boolean> {
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const req = Object.assign(new IncomingMessage(socket as never), { method: 'GET', url: '/', originalUrl: '/' }) as unknown as Req
  req.headers = { host: 'localhost', ...(cookie !== undefined && { cookie }) }
  const res = new ServerResponse(req)
  res.assignSocket(socket as never)
  const answer = (err?: unknown): void => {
    if (res.writableEnded) return
    if (err) res.statusCode = 500
    res.end()
  }
  let isSent = false
  res.once('finish', () => (isSent = true))
  sessions(req as never, res, (err?: unknown) => {
    if (err) return answer(err)
    void Promise.resolve()
      .then(() => handle(req))
      .then(() => answer(), answer)
  })
  for (let turn = 0; !isSent && turn < MOST_TURNS; turn++) await new Promise(resolve => setImmediate(resolve))
  res.emit('close')
  return isSent
}

const cookieFor = (id: string): string => `${NAME}=${encodeURIComponent(`s:${sign(id, SECRET)}`)}`

async function play(one: Case): Promise<void> {
  const store = new STORES[one.store]()
  const given = { secret: SECRET, resave: false, saveUninitialized: false, ...OPTIONS[one.options], store }
  const sessions = resession(given)
  let id = ''
  await request(sessions, undefined, req => {
    id = req.sessionID
    Object.assign(req.session, { user: 'ada', n: 1 })
  })
  const spoil = (): void => {
    for (const [key, { value }] of [...store.values]) {
      if (key.startsWith('u!') !== one.isList) continue
      const isMoved = one.isOlder && given.hashIds === 'migrate'
      if (isMoved) store.values.delete(key)
      store.put(isMoved ? id : key, spoilt(value, one))
    }
  }
  if (one.isBefore) spoil()
  const act = OPERATIONS[one.operation] as (typeof OPERATIONS)[string]
  const isSent = await request(sessions, cookieFor(id), async req => {
    if (!one.isBefore) spoil()
    await act(req, sessions, id)
  })
  expect(isSent, 'the response is sent').to.equal(true)
  expect(await request(sessions, cookieFor(id), req => void (req.session.n = 3)), 'another response is sent').to.equal(true)
}

describe('faults: records of any content', () => {
  const uncaught = useUncaught()
  const { emitWarning } = process
  before(() => void (process.emitWarning = () => {}))
  after(() => void (process.emitWarning = emitWarning))

  it(`crash no process and hang no request (${RUNS} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async one => {
        uncaught.splice(0)
        await play(one)
        await new Promise(resolve => setImmediate(resolve))
        expect(uncaught).to.deep.equal([])
      }),
      { numRuns: RUNS },
    )
  }).timeout(Math.max(60_000, RUNS * 60))
})
