import { AsyncLocalStorage } from 'node:async_hooks'
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { expect } from 'chai'
import { SqliteStore } from '../../lib/sqlite'
import { count, endWith, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { siteOn } from '../support/site'
import { hasNodeSqlite } from '../support/sqlite'
import type { Store } from '../support/subject'
import { PlainStore, STORES } from './stores'

const HANDLERS = routes({
  '/': (_, res) => res.end('read'),
  '/put': count,
  '/logout': (req, res) => req.session.destroy(endWith(res)),
})

const PHASES = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

interface Heard {
  readonly phase: string
  readonly call: object
}

/** The messages of the tracing channel in each test of a suite. */
function useTrace(): Heard[] {
  const heard: Heard[] = []
  const hear = Object.fromEntries(PHASES.map(phase => [phase, (call: object) => void heard.push({ phase, call })]))
  beforeEach(() => {
    heard.splice(0)
    tracingChannel('resession:store').subscribe(hear as never)
  })
  afterEach(() => void tracingChannel('resession:store').unsubscribe(hear as never))
  return heard
}

const KINDS: Readonly<Record<string, () => Store>> = {
  ...STORES,
  ...(hasNodeSqlite && { SqliteStore: () => new SqliteStore({ file: ':memory:' }) as unknown as Store }),
}

onEachHost('store calls on tracing:resession:store', host => {
  describe('with subscribers', () => {
    const heard = useTrace()
    const calls = (): object[] => heard.filter(({ phase }) => phase === 'start').map(({ call }) => call)

    for (const [name, make] of Object.entries(KINDS)) {
      it(`tell of each call once, with its end, ${name}`, async () => {
        const store = make()
        const client = siteOn(host, { store }, HANDLERS).visitor()
        for (const path of ['/put', '/put', '/logout']) await client.get(path)
        const methods = calls().map(call => (call as { method: string }).method)
        expect(methods)
          .to.include.members(['get', 'destroy'])
          .and.to.satisfy((methods: string[]) => methods.length >= 4)
        for (const phase of ['end', 'asyncStart', 'asyncEnd']) {
          expect(heard.filter(message => message.phase === phase).map(({ call }) => call)).to.have.members(calls())
        }
        for (const call of calls()) expect(call).to.have.property('store', store.constructor.name)
        expect(heard.filter(({ phase }) => phase === 'error')).to.deep.equal([])
      })
    }

    it('have the result, and neither ID nor data', async () => {
      const store = new PlainStore() as unknown as Store
      const client = siteOn(host, { store, ...host.keepsAlive }, HANDLERS).visitor()
      for (const path of ['/put', '/put', '/logout']) await client.get(path)
      await siteOn(host, { store }, HANDLERS)
        .visitor()
        .get('/', { Cookie: host.cookie('an-id-of-no-session') })
      const of = (method: string, more: object = {}): object => ({ method, store: 'PlainStore', ...more })
      expect(calls()).to.deep.equal([
        of('set'),
        of('get', { found: true }),
        of('set'),
        of('get', { found: true }),
        of('destroy'),
        of('get', { found: false }),
      ])
    })

    it('have the error of a call that fails', async () => {
      const store = new PlainStore()
      const client = siteOn(host, { store: store as unknown as Store }, HANDLERS).visitor()
      store.failing.add('set')
      await client.get('/put')
      const failed = heard.filter(({ phase }) => phase === 'error')
      expect(failed.map(({ call }) => (call as { error: Error }).error.message)).to.deep.equal(['set fails'])
    })

    it('a store bound to the start is active in the call, and not in the handler after it', async () => {
      const active = new AsyncLocalStorage<object>()
      const inStore: unknown[] = []
      const inHandler: unknown[] = []
      class Looking extends PlainStore {
        protected override answer(...args: Parameters<PlainStore['answer']>): void {
          inStore.push((active.getStore() as { method?: string } | undefined)?.method)
          super.answer(...args)
        }
      }
      const handler = (_: unknown, res: { end(text: string): void }): void => (inHandler.push(active.getStore()), res.end('read'))
      const start = channel('tracing:resession:store:start')
      start.bindStore(active)
      try {
        const store = new Looking()
        store.records.set('some-id', { text: '{"cookie":{"originalMaxAge":null}}', version: 1 })
        const site = siteOn(host, { store: store as unknown as Store }, handler as never)
        await site.visitor().get('/', { Cookie: host.cookie('some-id') })
      } finally {
        start.unbindStore(active)
      }
      expect(inStore[0]).to.equal('get')
      expect(inHandler).to.deep.equal([undefined])
    })
  })

  it('are not made without subscribers', async () => {
    let made = 0
    const store = new PlainStore()
    // The name of the class is read for each message
    Object.defineProperty(store, 'constructor', { get: () => (made++, PlainStore) })
    const client = siteOn(host, { store: store as unknown as Store }, HANDLERS).visitor()
    for (const path of ['/put', '/logout']) await client.get(path)
    expect(made).to.equal(0)
  })
})
