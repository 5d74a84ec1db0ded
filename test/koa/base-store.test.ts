import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect } from 'chai'
import { BaseStore, CONNECT, DISCONNECT, koaSessionTs, type SessionOptions, type StoredSession } from '../../lib/koa-presets'
import { useClock } from '../support/clock'
import { useTimers } from '../support/timers'
import { turns } from '../support/wire'
import { silenced } from './lineages/silenced'
import { count, KoaSite, leave, show, type Handler } from './site'

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave }

interface Exports {
  readonly default: (options: SessionOptions) => unknown
  readonly BaseStore: typeof BaseStore
  readonly CONNECT: string
  readonly DISCONNECT: string
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types want those of an older Koa
const original = require('koa-session-ts') as Exports
const ours: Exports = { default: koaSessionTs, BaseStore, CONNECT, DISCONNECT }

/** A store as an app extends the imported class. */
function inheriting(Base: typeof BaseStore) {
  return class OwnStore extends Base {
    readonly records = new Map<string, string>()
    readonly lives: number[] = []

    async get(id: string): Promise<StoredSession | undefined> {
      const text = this.records.get(this.prefix + id)
      return text === undefined ? undefined : (JSON.parse(text) as StoredSession)
    }

    override async set(id: string, session: StoredSession, ttl?: number): Promise<void> {
      const life: number = await super.set(id, session, ttl)
      this.lives.push(life)
      this.records.set(this.prefix + id, JSON.stringify(session))
    }

    async destroy(id: string): Promise<void> {
      this.records.delete(this.prefix + id)
    }
  }
}

const at = (ms: number): Date => new Date(Date.now() + ms)

for (const [whose, { default: session, BaseStore: Base, CONNECT: comes, DISCONNECT: leaves }] of Object.entries({ original, ours })) {
  describe(`koa: BaseStore of koa-session-ts, ${whose}`, () => {
    useClock()
    // The original's timer of an outage fires long after it
    useTimers()
    const OwnStore = inheriting(Base)
    let silence: ReturnType<typeof silenced>
    beforeEach(() => (silence = silenced()))
    afterEach(() => silence.end())

    const site = (store: BaseStore, cookieOptions?: { maxAge: number; signed: boolean }): KoaSite =>
      new KoaSite({}, HANDLERS, { instead: () => session({ store, ...(cookieOptions && { cookieOptions }) }) })

    it('can be extended', async () => {
      const store = new OwnStore()
      const visitor = site(store).visitor()
      await visitor.get()
      expect((await visitor.get()).text).to.equal('2')
      const id = visitor.jar.value('koa.sid')
      expect([...store.records.keys()]).to.deep.equal([`koa:sess${id}`])
      await visitor.get('/leave')
      expect(store.records.size).to.equal(0)
    })

    it('passes the lifetime of a session', async () => {
      const store = new OwnStore('')
      const LIVES: [cookie: StoredSession['cookie'] | undefined, ttl: number | undefined, life: number][] = [
        [{ signed: true }, 5000, 5000],
        [{ signed: true, maxAge: 60_000 }, 5000, 5000],
        [{ signed: true, maxAge: 60_000 }, undefined, 60_000],
        [{ signed: true, maxAge: 60_000 }, 0, 60_000],
        [{ signed: true, maxAge: 60_000, expires: at(30_000) }, undefined, 30_000],
        [{ signed: true, expires: at(-1000) }, undefined, -1000],
        [{ signed: true }, undefined, 86_400_000],
        [undefined, undefined, 86_400_000],
      ]
      for (const [cookie, ttl] of LIVES) await store.set('an-id', { cookie } as StoredSession, ttl)
      expect(store.lives).to.deep.equal(LIVES.map(([, , life]) => life))
    })

    it('receives the lifetime of the cookie', async () => {
      const store = new OwnStore()
      await site(store, { maxAge: 60_000, signed: true }).get()
      expect(store.lives).to.deep.equal([60_000])
    })

    it('makes requests wait from DISCONNECT to CONNECT', async () => {
      expect([comes, leaves]).to.deep.equal(['CONNECT', 'DISCONNECT'])
      const store = new OwnStore()
      const app = site(store)
      store.emit(leaves)
      const coming = once(app.server, 'request') as Promise<[IncomingMessage, ServerResponse]>
      const visit = app.get().then(({ status }) => status)
      const [, response] = await coming
      await turns(50)
      expect(response.writableEnded).to.equal(false)
      store.emit(comes)
      expect(await visit).to.equal(200)
    })
  })
}
