import { expect } from 'chai'
import { useClock } from '../support/clock'
import { EngineStore } from '../support/engine-store'
import { count, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { siteOn, type Req } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const HOUR = 3_600_000

/** A store, and a function that loses the reply to the next call that ends a record. */
interface Losing {
  readonly store: Store
  /** @param instead runs in place of the call, if given */
  lose(instead?: (id: string) => void): void
}

const lost = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

function comparing(): Losing {
  const store = new VersionedStore(new Map())
  const { compareAndSet } = store
  const lose: Losing['lose'] = instead => {
    store.compareAndSet = (id, data, version, callback) => {
      if (version === null) return compareAndSet.call(store, id, data, version, callback)
      store.compareAndSet = compareAndSet
      if (!instead) return compareAndSet.call(store, id, data, version, () => callback(lost()))
      instead(id)
      setImmediate(callback, lost())
    }
  }
  return { store, lose }
}

function plain(): Losing {
  const store = new EngineStore({ touch: 'ttl', expires: true })
  const { set, destroy } = store
  const lose = (): void => {
    const [old] = store.rows.keys()
    const answer = (id: string, done: (err?: unknown) => void) => () => {
      if (id !== old) return done()
      Object.assign(store, { set, destroy })
      done(lost())
    }
    store.set = (id, data, done) => set.call(store, id, data, answer(id, done))
    store.destroy = (id, done) => destroy.call(store, id, answer(id, done))
  }
  return { store: store.asStore, lose }
}

interface Rotating {
  regenerate(options: { keep: unknown }): Promise<void>
}

const HANDLERS = routes({
  '/': count,
  '/keep': async (req: Req, res) => {
    try {
      await (req.session as unknown as Rotating).regenerate({ keep: true })
    } catch (err) {
      return void res.end((err as Error).message)
    }
    return count(req, res)
  },
})

onEachHost('options: renewAfter, if the reply to the end of the old record is lost', host => {
  const clock = useClock()

  for (const [what, make] of Object.entries({ 'a store that compares': comparing, 'a plain store': plain })) {
    for (const [how, path, options] of [
      ['renewAfter', '/', { renewAfter: HOUR }],
      ['renewAfter and hashIds', '/', { renewAfter: HOUR, hashIds: true }],
      ['regenerate with keep', '/keep', {}],
      ["regenerate with keep and hashIds: 'migrate'", '/keep', { hashIds: 'migrate' }],
    ] as readonly [string, string, Partial<SessionOptions>][]) {
      it(`keeps the session under its new ID: ${how}, on ${what}`, async () => {
        const { store, lose } = make()
        const site = siteOn(host, { store, ...options }, HANDLERS)
        const client = site.visitor()
        await client.get()
        const before = client.cookie
        clock.turn(HOUR)
        lose()
        expect((await client.get(path)).text).to.equal('2')
        expect(client.cookie).to.not.equal(before)
        expect((await client.get()).text).to.equal('3')
        expect(site.errors).to.deep.equal([])
      })
    }
  }

  it('keeps the old ID if the record was not ended', async () => {
    const { store, lose } = comparing()
    const client = siteOn(host, { store, renewAfter: HOUR }, HANDLERS).visitor()
    await client.get()
    const before = client.cookie
    clock.turn(HOUR)
    lose(() => {})
    expect((await client.get()).text).to.equal('2')
    expect(client.cookie).to.equal(before)
    expect((await client.get()).text).to.equal('3')
    expect(client.cookie).to.not.equal(before)
  })

  for (const [how, path, options] of [
    ['renewAfter', '/', { renewAfter: HOUR }],
    ['regenerate with keep', '/keep', {}],
    ['regenerate with keep and hashIds', '/keep', { hashIds: true }],
    ['regenerate with keep and grace', '/keep', { grace: 10_000 }],
  ] as readonly [string, string, Partial<SessionOptions>][]) {
    it(`undoes no logout of another process that came first: ${how}`, async () => {
      const { store, lose } = comparing()
      const { records } = store as VersionedStore
      const client = siteOn(host, { store, ...options }, HANDLERS).visitor()
      await client.get()
      const before = client.cookie
      clock.turn(HOUR)
      lose(id => void records.delete(id))
      const { text } = await client.get(path)
      if (path === '/keep') expect(text).to.equal('failed to load session')
      expect(records.size).to.equal(0)
      client.cookie = before
      expect((await client.get()).text).to.equal('1')
    })
  }

  it('without a grace, finds no session of the earlier ID before its record is removed', async () => {
    const { store } = comparing()
    const told: string[] = []
    const on = { unknown: () => void told.push('unknown'), reused: () => void told.push('reused') }
    const client = siteOn(host, { store, on }, HANDLERS).visitor()
    await client.get()
    const before = client.cookie
    store.destroy = (_id, callback) => setImmediate(() => callback?.())
    expect((await client.get('/keep')).text).to.equal('2')
    const { cookie } = client
    client.cookie = before
    expect((await client.get()).text).to.equal('1')
    expect(client.cookie).to.not.be.oneOf([before, cookie])
    expect(told).to.deep.equal(['unknown'])
  })
})
