import { expect } from 'chai'
import { data, routes, show, shown } from '../support/handlers'
import { HOSTS } from '../support/hosts'
import type { Host } from '../support/host'
import { Site, type Handler } from '../support/site'
import { session, type SessionData } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

type Done = (err?: unknown) => void
type Step = 'create' | 'destroy'

/** The method that fails from now on, and for which IDs. */
class Faults {
  old: string | undefined
  step: Step | undefined

  /** @returns whether it has failed */
  fails(step: Step, id: string, done: ((err: unknown) => void) | undefined): boolean {
    if (this.step !== step || (id === this.old) !== (step === 'destroy')) return false
    setImmediate(() => done?.(new Error(`no ${step}`)))
    return true
  }
}

class Comparing extends VersionedStore {
  readonly faults = new Faults()
  /** The methods that were called to write. */
  readonly asked: string[] = []

  override compareAndSet(...args: Parameters<VersionedStore['compareAndSet']>): void {
    this.asked.push('compareAndSet')
    if (!this.faults.fails('create', args[0], args[3])) super.compareAndSet(...args)
  }

  override destroy(id: string, done?: Done): void {
    this.asked.push('destroy')
    if (!this.faults.fails('destroy', id, done)) super.destroy(id, done)
  }
}

/** A store without compare-and-set, which calls back later. */
class Plain extends session.Store {
  readonly faults = new Faults()
  readonly #all = new VersionedStore(new Map())

  get(id: string, done: (err?: unknown, data?: SessionData | null) => void): void {
    this.#all.get(id, (err, data) => done(err, data))
  }

  set(id: string, data: SessionData, done?: Done): void {
    if (!this.faults.fails('create', id, done)) this.#all.set(id, data, done)
  }

  destroy(id: string, done?: Done): void {
    if (!this.faults.fails('destroy', id, done)) this.#all.destroy(id, done)
  }
}

class Memory extends session.MemoryStore {
  readonly faults = new Faults()

  override set(id: string, data: SessionData, done?: Done): void {
    if (!this.faults.fails('create', id, done)) super.set(id, data, done)
  }

  override destroy(id: string, done?: Done): void {
    if (!this.faults.fails('destroy', id, done)) super.destroy(id, done)
  }
}

const OLD = { user: 'ada', cart: [1] }

const STORES = {
  'a store that compares': () => new Comparing(new Map()),
  'a plain store': () => new Plain(),
  MemoryStore: () => new Memory(),
}

const login: Handler = async (req, res) => {
  try {
    await req.session.regenerate()
    data(req).user = 'eve'
    res.end('logged in')
  } catch (err) {
    res.statusCode = 500
    res.end((err as Error).message)
  }
}

/** The second way on Koa: an object in the place of an ended session. */
const loginByAssignment: Handler = (req, res) => {
  Object.assign(req, { session: null })
  Object.assign(req, { session: { user: 'eve' } })
  res.end('logged in')
}

describe('session: a login that fails', () => {
  for (const [name, host] of Object.entries(HOSTS)) {
    const ways: Record<string, Handler> = { regenerate: login, ...(host.framework === 'Koa' && { 'an assignment': loginByAssignment }) }
    for (const [how, act] of Object.entries(ways)) {
      for (const [what, make] of Object.entries(STORES)) {
        for (const step of ['create', 'destroy'] as const) {
          const { title, outcome } = expectedOf(host, what, step)
          it(`${title} if ${step} fails in ${what}, by ${how} on ${name}`, async () => {
            expect(await attempt(host, make(), act, step)).to.deep.equal(outcome)
          })
        }
      }

      it(`can be repeated, by ${how} on ${name}`, async () => {
        const { store, visitor } = await known(host, new Comparing(new Map()), act)
        for (const step of ['create', 'destroy'] as const) {
          store.faults.step = step
          await visitor.get('/login')
        }
        store.faults.step = undefined
        expect(store.records.size, 'no record stays of a login that failed').to.equal(1)
        expect((await visitor.get('/login')).text).to.equal('logged in')
        expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'eve' })
        expect(store.records.size).to.equal(1)
      })
    }
  }

  for (const [name, host] of Object.entries(HOSTS).filter(([, { framework }]) => framework === 'Koa')) {
    it(`that succeeds and stores no data leaves an empty session to the client, by regenerate on ${name}`, async () => {
      const { store, visitor } = await known(
        host,
        new Comparing(new Map()),
        async (req, res) => (await req.session.regenerate(), res.end()),
      )
      await visitor.get('/login')
      expect(shown((await visitor.get('/show')).text)).to.deep.equal({})
      expect(store.records.size).to.equal(1)
      expect(store.records.has(store.faults.old as string)).to.equal(false)
    })

    it(`leaves the old session to the client if create fails in a store with its own regenerate method, on ${name}`, async () => {
      const store = Object.assign(new Comparing(new Map()), { regenerate: () => expect.fail('Koa does not ask a store to regenerate') })
      expect(await attempt(host, store as never, login, 'create')).to.deep.equal({ failed: true, client: OLD, old: OLD })
    })

    it(`needs only the store calls to create and to destroy, by an assignment on ${name}`, async () => {
      const { store, visitor } = await known(host, new Comparing(new Map()), loginByAssignment)
      store.asked.length = 0
      await visitor.get('/login')
      expect(store.asked).to.deep.equal(['compareAndSet', 'destroy'])
    })
  }
})

interface Outcome {
  readonly failed: boolean
  /** The session of the client afterwards. */
  readonly client: object
  /** The session of its old cookie. */
  readonly old: object
}

/** A store with compareAndSet keeps the old session. With others, the order of calls is that of the original packages: destroy, then create. */
function expectedOf({ framework }: Host, store: string, step: Step): { title: string; outcome: Outcome } {
  if (store === 'a store that compares')
    return { title: 'leaves the old session to the client', outcome: { failed: true, client: OLD, old: OLD } }
  if (step === 'create') return { title: 'is a logout', outcome: { failed: framework === 'Koa', client: {}, old: {} } }
  if (framework === 'Koa') return { title: 'leaves the old session to the client', outcome: { failed: true, client: OLD, old: OLD } }
  return { title: 'gives the client an empty session', outcome: { failed: true, client: {}, old: OLD } }
}

async function known<S extends Comparing | Plain | Memory>(host: Host, store: S, act: Handler) {
  const handlers = routes({
    '/enter': (req, res) => (Object.assign(data(req), OLD), res.end(req.sessionID)),
    '/login': act,
    '/show': show,
  })
  const site = new Site({ store: store as never }, handlers, undefined, host)
  const visitor = site.visitor()
  store.faults.old = (await visitor.get('/enter')).text
  return { site, store, visitor }
}

async function attempt<S extends Comparing | Plain | Memory>(host: Host, made: S, act: Handler, step: Step): Promise<Outcome> {
  const { site, store, visitor } = await known(host, made, act)
  const stale = site.visitor()
  stale.cookie = visitor.cookie
  store.faults.step = step
  const { status } = await visitor.get('/login')
  store.faults.step = undefined
  return {
    failed: status !== 200,
    client: shown((await visitor.get('/show')).text),
    old: shown((await stale.get('/show')).text),
  }
}
