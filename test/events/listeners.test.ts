import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import { expect } from 'chai'
import Koa = require('koa')
import request = require('supertest')
import koaSession = require('../../lib/koa')
import { info } from '../../lib'
import { SessionEvents, type SessionEvent } from '../../lib/core/diagnostics/session-events'
import { announceReused } from '../../lib/core/events/announce'
import { useClock } from '../support/clock'
import { useDiagnostics } from '../support/diagnostics'
import { EngineStore } from '../support/engine-store'
import { count, data, endWith, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { QUIET, siteOn, type Visitor } from '../support/site'
import { session, type SessionOptions, type Store } from '../support/subject'
import { TracingStore } from '../support/tracing-store'
import { EventLog } from './log'
import { ComparingStore, PlainStore, STORES, type StoreName } from './stores'

const CHANNELS = ['created', 'renewed', 'ended', 'unknown', 'reused'].map(name => `resession:${name}`)

const HANDLERS = routes({
  '/': (_, res) => res.end('read'),
  '/put': count,
  '/login': (req, res) => ((data(req).user = 'ada'), res.end(req.sessionID)),
  '/handle': (req, res) => res.end(info(req)?.handle ?? 'none'),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
  '/keep': async (req, res) => {
    await (req.session as unknown as { regenerate(options: object): Promise<void> }).regenerate({ keep: true })
    res.end(req.sessionID)
  },
})

onEachHost('events: what they tell', host => {
  const heard = useDiagnostics(...CHANNELS)

  it('the handle, the data and the request, and no ID', async () => {
    const log = new EventLog()
    const client = siteOn(host, { on: log.on as never, name: 'sid' }, HANDLERS).visitor()
    const { text: id } = await client.get('/login')
    const { text: handle } = await client.get('/handle')
    const { text: next } = await client.get('/keep')
    await client.get('/logout')
    expect(log.events.map(({ event, why }) => [event, why])).to.deep.equal([
      ['created', undefined],
      ['renewed', 'renewed'],
      ['ended', 'logout'],
    ])
    for (const event of log.events) {
      expect(event).to.deep.include({ name: 'sid', handle, userId: undefined, about: undefined, data: { user: 'ada' } })
      const { req, ctx, ...told } = event
      expect((req as { url: string }).url).to.match(/^\/(login|keep|logout)$/)
      expect((ctx as { req?: unknown } | undefined)?.req).to.equal(host.framework === 'Koa' ? req : undefined)
      expect(JSON.stringify(told)).to.not.contain(id).and.to.not.contain(next)
    }
  })

  it('subscribers of the channels hear the same', async () => {
    const log = new EventLog()
    const client = siteOn(host, { on: log.on as never }, HANDLERS).visitor()
    for (const path of ['/login', '/keep', '/logout']) await client.get(path)
    const events = log.events.map(({ event, ...told }) => [`resession:${event}`, told])
    expect(heard).to.deep.equal(events).and.to.have.length(3)
  })

  it('subscribers alone put no key into the records, so that there is no handle', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: true })
    const client = siteOn(host, { store: store.asStore }, HANDLERS).visitor()
    await client.get('/login')
    expect(store.record).to.not.have.property('~')
    await client.get('/logout')
    expect(heard.map(([channel, event]) => [channel, (event as SessionEvent).handle])).to.deep.equal([
      ['resession:created', undefined],
      ['resession:ended', undefined],
    ])
  })

  it('an end that a failed destroy has left out is told after the next one', async () => {
    const log = new EventLog()
    const store = new PlainStore()
    const client = siteOn(host, { on: log.on as never, store: store as unknown as Store }, HANDLERS).visitor()
    await client.get('/login')
    const { cookie } = client
    store.failing.add('destroy')
    await client.get('/logout')
    store.failing.clear()
    client.cookie = cookie
    expect(log.take()).to.deep.equal(['created'])
    await client.get('/logout')
    expect(log.take()).to.deep.equal(['ended: logout'])
  })
})

onEachHost('events: a listener that fails', host => {
  const heard = useDiagnostics('resession:listener-failed')
  const boom = new Error('boom')
  const rejects = async (): Promise<never> => Promise.reject(boom)
  const throws = (): never => {
    throw boom
  }

  for (const [how, listener] of Object.entries({ throws, rejects })) {
    it(`${how}: the requests go on, and each failure is published`, async () => {
      const on = { created: listener, ended: listener, unknown: listener }
      const site = siteOn(host, { on, name: 'sid' }, HANDLERS)
      const client = site.visitor()
      expect((await client.get('/put')).text).to.equal('1')
      const { cookie } = client
      expect((await client.get('/put')).text).to.equal('2')
      expect((await client.get('/logout')).text).to.equal('done')
      client.cookie = cookie
      expect((await client.get('/put')).text).to.equal('1')
      expect(site.errors).to.deep.equal([])
      const failure = { reason: 'listener-failed', code: 'RESESSION_LISTENER_FAILED', name: 'sid', error: boom }
      expect(heard).to.deep.equal(Array(4).fill(['resession:listener-failed', failure]))
    })
  }

  it('a listener that does not fail is not published', async () => {
    const client = siteOn(host, { on: { created: async () => Promise.resolve() } }, HANDLERS).visitor()
    await client.get('/put')
    expect(heard).to.deep.equal([])
  })
})

onEachHost('events: unknown', host => {
  const clock = useClock()
  const unknown = host.cookie('an-id-of-no-session')

  it('is told ten times in a second at most, and says how many were left out', async () => {
    const log = new EventLog()
    const site = siteOn(host, { on: log.on as never }, HANDLERS)
    for (let visits = 0; visits < 25; visits++) await site.visitor().get('/', { Cookie: unknown })
    expect(log.events.map(({ omitted }) => omitted)).to.deep.equal(Array(10).fill(0))
    clock.turn(1000)
    await site.visitor().get('/', { Cookie: unknown })
    await site.visitor().get('/', { Cookie: unknown })
    expect(log.events.slice(10).map(({ omitted }) => omitted)).to.deep.equal([15, 0])
  })

  it('goes on if the clock is set back', async () => {
    const log = new EventLog()
    const site = siteOn(host, { on: log.on as never }, HANDLERS)
    for (let visits = 0; visits < 12; visits++) await site.visitor().get('/', { Cookie: unknown })
    clock.turn(-3_600_000)
    await site.visitor().get('/', { Cookie: unknown })
    expect(log.events).to.have.length(11)
  })
})

describe('events: reused', () => {
  it('has the handle of the session, and the limit of unknown', () => {
    const log = new EventLog()
    const events = new SessionEvents({ name: 'sid', diagnostics: true }, log.on)
    const req = {}
    const announcer = { settings: { events }, transport: {}, host: req, lifetime: undefined }
    for (let times = 0; times < 12; times++) announceReused(announcer, { h: 'a handle', u: 'ada' })
    expect(log.events).to.have.length(10)
    expect(log.events[0]).to.deep.include({ event: 'reused', why: 'renewed', handle: 'a handle', userId: 'ada', req, omitted: 0 })
  })
})

onEachHost('events: store calls', host => {
  for (const [name, make] of Object.entries(STORES)) {
    it(`are the same with and without subscribers of created, ${name}`, async () => {
      const hear = (): void => {}
      const paths = ['/put', '/put', '/', '/logout']
      const calls = async (): Promise<unknown> => {
        const store = make()
        const trace = store as unknown as Partial<PlainStore>
        const client = siteOn(host, { store }, HANDLERS).visitor()
        for (const path of paths) await client.get(path)
        return trace.calls
      }
      const without = await calls()
      subscribe('resession:created', hear)
      try {
        expect(await calls()).to.deep.equal(without)
      } finally {
        unsubscribe('resession:created', hear)
      }
    })
  }

  it('a logout takes one compareAndSet more, if a listener hears of ends', async () => {
    const callsOf = async (options: Partial<SessionOptions>): Promise<string[]> => {
      const store = new ComparingStore()
      const client = siteOn(host, { ...options, store: store as unknown as Store }, HANDLERS).visitor()
      await client.get('/put')
      store.calls.splice(0)
      await client.get('/logout')
      return store.calls
    }
    expect(await callsOf({})).to.deep.equal(['get', 'destroy'])
    expect(await callsOf({ on: { created: () => {} } })).to.deep.equal(['get', 'destroy'])
    expect(await callsOf({ on: { ended: () => {} } })).to.deep.equal(['get', 'compareAndSet', 'destroy'])
  })
})

onEachHost('events: two processes', host => {
  it('that end a session at the same time tell of it once, on a store that compares', async () => {
    const log = new EventLog()
    const records: ComparingStore['records'] = new Map()
    const [one, other] = [0, 1].map(() => {
      const store = new ComparingStore(records) as unknown as Store
      return siteOn(host, { store, on: log.on as never }, HANDLERS).visitor()
    }) as [Visitor, Visitor]
    for (let round = 0; round < 20; round++) {
      await one.get('/put')
      other.cookie = one.cookie
      await Promise.all([one.get('/logout'), other.get('/logout')])
      one.cookie = other.cookie = ''
    }
    expect(log.take()).to.deep.equal(Array(20).fill(['created', 'ended: logout']).flat())
  })
})

onEachHost('events: the option on', host => {
  const refused: readonly (readonly [unknown, RegExp])[] = [
    ['ended', /on option must be an object of functions/],
    [null, /on option must be an object of functions/],
    [{ ended: 'log' }, /on\.ended option must be a function/],
    [{ end: () => {} }, /on option must have functions for created, renewed, ended, unknown, reused, and has "end"/],
  ]
  for (const [on, message] of refused) {
    it(`refuses ${JSON.stringify(on)}`, () => {
      expect(() => host.start({ on } as never)).to.throw(TypeError, message)
    })
  }

  it('accepts functions, and undefined', () => {
    for (const on of [undefined, {}, { ended: undefined }, { ended: () => {} }]) expect(() => host.start({ on } as never)).to.not.throw()
  })
})

describe('events: sessions.end', () => {
  const log = new EventLog()
  beforeEach(() => void log.take())

  for (const name of Object.keys(STORES) as StoreName[]) {
    describe(name, () => {
      it('tells of the end once, with the data and without a request', async () => {
        const sessions = session({ ...QUIET, store: STORES[name](), on: log.on as never })
        const server = createServer((req, res) => sessions(req, res, () => HANDLERS(req as never, res)))
        const agent = request.agent(server)
        const { text: id } = await agent.get('/login')
        await Promise.all([sessions.end(id), sessions.end(id)])
        await sessions.end(id)
        expect(log.events.map(({ event, why, req, data }) => [event, why, req === undefined, data])).to.deep.equal([
          ['created', undefined, false, { user: 'ada' }],
          ['ended', 'logout', true, { user: 'ada' }],
        ])
        const handles = log.events.map(({ handle }) => handle)
        expect(handles[0])
          .to.match(/^[\w-]{22}$/)
          .and.to.equal(handles[1])
      })

      it('of an unknown ID tells nothing', async () => {
        await session({ ...QUIET, store: STORES[name](), on: log.on as never }).end('an-id-of-no-session')
        expect(log.take()).to.deep.equal([])
      })
    })
  }

  it('that fails tells nothing', async () => {
    const store = new PlainStore()
    const sessions = session({ ...QUIET, store: store as unknown as Store, on: log.on as never })
    store.records.set('some', { text: '{"cookie":{}}', version: 1 })
    store.failing.add('destroy')
    const [result] = await Promise.allSettled([sessions.end('some')])
    expect(result.status).to.equal('rejected')
    expect(log.take()).to.deep.equal([])
  })

  it('tells of it on Koa', async () => {
    const app = new Koa()
    app.keys = [QUIET.secret]
    const sessions = koaSession({ store: new TracingStore(), on: log.on as never })
    app.use(sessions).use(ctx => {
      ctx.session.user = 'ada'
      ctx.body = ctx.sessionId
    })
    const { text: id } = await request(app.callback()).get('/')
    await sessions.end(id)
    expect(log.take()).to.deep.equal(['created', 'ended: logout'])
  })
})

describe('events: hashed IDs', () => {
  for (const hashIds of [true, 'migrate'] as const) {
    it(`hashIds: ${hashIds}, the same events`, async () => {
      const log = new EventLog()
      const store = new ComparingStore()
      const sessions = session({ ...QUIET, store: store as unknown as Store, hashIds, on: log.on as never })
      const server = createServer((req, res) => sessions(req, res, () => HANDLERS(req as never, res)))
      const agent = request.agent(server)
      await agent.get('/login')
      await agent.get('/logout')
      const old = 'a'.repeat(32)
      store.records.set(old, { text: '{"user":"bob","cookie":{"originalMaxAge":null}}', version: 1 })
      await sessions.end(old)
      expect(store.records.size).to.equal(hashIds === true ? 1 : 0)
      expect(log.take()).to.deep.equal(['created', 'ended: logout', ...(hashIds === true ? [] : ['ended: logout'])])
    })
  }
})
