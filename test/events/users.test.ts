import { expect } from 'chai'
import { data, endWith, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { EventLog } from './log'
import { ComparingStore, PlainStore, STORES, type StoreName } from './stores'

const HANDLERS = routes({
  '/': (req, res) => res.end(String(data(req).user ?? 'nobody')),
  '/login': (req, res) => req.session.regenerate(() => ((data(req).user = 'ada'), res.end('done'))),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
})

onEachHost('events of the sessions of a user', host => {
  const log = new EventLog()
  beforeEach(() => void log.take())

  const optionsFor = (store: Store, more: Partial<SessionOptions> = {}): Partial<SessionOptions> => ({
    ...{ store, on: log.on as never, userId: (s: { user?: string }) => s.user },
    ...{ describe: () => ({ browser: 'Lynx' }), ...more },
  })

  for (const name of Object.keys(STORES) as StoreName[]) {
    for (const hashIds of [false, true]) {
      describe(`${name}${hashIds ? ', with hashed IDs' : ''}`, () => {
        it('a login has the user and the description', async () => {
          const client = siteOn(host, optionsFor(STORES[name](), { hashIds }), HANDLERS).browser()
          await client.get('/login')
          await client.get('/logout')
          expect(log.events.map(({ event, why, userId, about }) => [event, why, userId, about])).to.deep.equal([
            ['created', 'login', 'ada', { browser: 'Lynx' }],
            ['ended', 'logout', 'ada', undefined],
          ])
          expect(new Set(log.events.map(({ handle }) => handle)).size).to.equal(1)
        })

        it('revoke and revokeAll: each session once, with its data and description', async () => {
          const options = optionsFor(STORES[name](), { hashIds })
          const site = siteOn(host, options, HANDLERS)
          const sessions = sessionsOn(host, options)
          for (let logins = 0; logins < 3; logins++) await site.browser().get('/login')
          const [first] = await sessions.list('ada')
          const handles = log.events.map(({ handle }) => handle)
          log.take()
          await sessions.revoke('ada', first?.handle as string)
          expect(log.events.map(({ handle }) => handle)).to.deep.equal([handles[0]])
          await Promise.all([sessions.revokeAll('ada'), sessions.revokeAll('ada')])
          await sessions.revoke('ada', first?.handle as string)
          expect(log.events.map(({ handle }) => handle)).to.have.members(handles)
          for (const event of log.events) {
            const told = { why: 'revoked', userId: 'ada', data: { user: 'ada' }, about: { browser: 'Lynx' }, req: undefined }
            expect(event).to.deep.include({ event: 'ended', ...told })
          }
        })

        it('maxSessionsPerUser: the oldest is evicted, before the new one is created', async () => {
          const site = siteOn(host, optionsFor(STORES[name](), { hashIds, maxSessionsPerUser: 1 }), HANDLERS)
          await site.browser().get('/login')
          await site.browser().get('/login')
          expect(log.take()).to.deep.equal(['created: login', 'ended: evicted', 'created: login'])
        })
      })
    }

    it(`a session that validate refuses is revoked, ${name}`, async () => {
      const client = siteOn(host, optionsFor(STORES[name](), { validate: s => s.user === undefined }), HANDLERS).browser()
      await client.get('/login')
      await client.get('/')
      expect(log.take()).to.deep.equal(['created: login', 'ended: revoked'])
    })
  }

  it('a revocation and a logout at the same time tell of one end', async () => {
    const store = new ComparingStore() as unknown as Store
    const options = optionsFor(store)
    const site = siteOn(host, options, HANDLERS)
    const sessions = sessionsOn(host, options)
    for (let round = 0; round < 20; round++) {
      const client = site.browser()
      await client.get('/login')
      log.take()
      await Promise.all([client.get('/logout'), sessions.revokeAll('ada')])
      expect(log.take()).to.satisfy((events: string[]) => events.length === 1 && /^ended: (logout|revoked)$/.test(events[0] as string))
    }
  })

  it('a revocation that fails tells nothing, and the next one tells of the end', async () => {
    const store = new ComparingStore()
    const options = optionsFor(store as unknown as Store)
    const sessions = sessionsOn(host, options)
    await siteOn(host, options, HANDLERS).browser().get('/login')
    log.take()
    store.failing.add('destroy').add('compareAndSet')
    await sessions.revokeAll('ada').catch(() => {})
    expect(log.take()).to.deep.equal([])
    store.failing.clear()
    await sessions.revokeAll('ada')
    expect(log.take()).to.deep.equal(['ended: revoked'])
  })

  for (const [name, Kind] of Object.entries({ 'a plain store': PlainStore, 'a store that compares': ComparingStore })) {
    it(`a revocation tells of the end, although the read before it fails, ${name}`, async () => {
      const store = new Kind()
      const options = optionsFor(store as unknown as Store)
      const sessions = sessionsOn(host, options)
      await siteOn(host, options, HANDLERS).browser().get('/login')
      const [handle] = log.events.map(({ handle }) => handle)
      log.take()
      const { get } = store
      store.get = (id, callback) => {
        if (id.startsWith('u!')) return get.call(store, id, callback)
        store.get = get
        setImmediate(() => callback(new Error('get fails')))
      }
      await sessions.revokeAll('ada')
      expect(log.events.map(({ event, why, userId, handle, about }) => [event, why, userId, handle, about])).to.deep.equal([
        ['ended', 'revoked', 'ada', handle, { browser: 'Lynx' }],
      ])
    })
  }
})
