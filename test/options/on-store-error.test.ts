import { expect } from 'chai'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { FaultyStore } from '../support/faulty-store'
import { count, data, endWith, routes } from '../support/handlers'
import { setCookie, Site, type Req, type Visitor } from '../support/site'
import { session, type SessionOptions } from '../support/subject'

const DOWN = new Error('store down')

const HANDLERS = routes({
  '/': count,
  '/nothing': (_, res) => res.end('nothing'),
  '/keys': (req, res) => res.end(JSON.stringify(Object.keys(req.session))),
  '/set': (req, res) => ((data(req).n = 2), (req.session.cookie.maxAge = 1000), res.end()),
  '/replace': (req, res) => ((req.session = { n: 3 } as never), res.end()),
  '/unset': (req, res) => ((req.session = null as never), res.end()),
  '/save': (req, res) => req.session.save(endWith(res)),
  '/update': async (req, res) => endWith(res)(await session.update(req, () => {}).catch((err: unknown) => err)),
  '/destroy': (req, res) => req.session.destroy(endWith(res)),
  '/regenerate': (req, res) => req.session.regenerate(endWith(res)),
  '/login': async (req, res) => {
    await req.session.regenerate().catch(() => {})
    data(req).user = 'ada'
    res.end()
  },
  '/reload-and-unset': async (req, res) => {
    store.mend()
    await req.session.reload()
    req.session = null as never
    res.end()
  },
  '/broken': async (req, res) => {
    store.get = (_, callback) => callback(null, { n: 1, cookie: { originalMaxAge: 'x' } } as never)
    await req.session.reload().catch(() => {})
    res.end()
  },
  '/reload': async (req, res) => {
    store.mend()
    await req.session.reload()
    res.end(String((data(req).n = Number(data(req).views) + 10)))
  },
})
let store: FaultyStore

/** A client with one earlier request, after which the reads of the store fail. */
async function returning(options: Partial<SessionOptions>): Promise<{ site: Site; visitor: Visitor }> {
  store = new FaultyStore()
  const site = new Site({ store, ...options }, HANDLERS)
  const visitor = site.visitor()
  await visitor.get('/')
  store.fail('get', DOWN)
  store.asked.splice(0)
  return { site, visitor }
}

describe('options: onStoreError', () => {
  it('error is the default: the error goes to next, and the handler is not called', async () => {
    for (const options of [{}, { onStoreError: 'error' }] as const) {
      const { site, visitor } = await returning(options)
      expect(await visitor.get('/nothing')).to.include({ status: 500, text: 'store down' })
      expect(site.errors).to.deep.equal([DOWN])
    }
  })

  it('error calls the handler without a session if the store has emitted disconnect', async () => {
    const { visitor } = await returning({ onStoreError: 'error' })
    store.emit('disconnect')
    expect(await visitor.get('/nothing')).to.include({ status: 200, text: 'nothing' })
  })

  describe('anonymous', () => {
    for (const path of ['/nothing', '/keys', '/set', '/replace', '/unset']) {
      it(`has an empty session, writes nothing and sets no cookie: ${path}`, async () => {
        const { site, visitor } = await returning({
          onStoreError: 'anonymous',
          resave: true,
          rolling: true,
          saveUninitialized: true,
          unset: 'destroy',
        })
        const res = await visitor.get(path)
        expect(res.status).to.equal(200)
        if (path === '/keys') expect(res.text).to.equal('["cookie"]')
        expect(setCookie(res)).to.equal(undefined)
        expect(store.asked).to.deep.equal(['get'])
        expect(site.errors).to.deep.equal([])
      })
    }

    it('the client has its session again as soon as the store can read it', async () => {
      const { visitor } = await returning({ onStoreError: 'anonymous' })
      expect((await visitor.get('/')).text).to.equal('1')
      store.mend()
      expect((await visitor.get('/')).text).to.equal('2')
    })

    for (const path of ['/save', '/update']) {
      it(`an explicit save is an error, because the session is not stored: ${path}`, async () => {
        const { visitor } = await returning({ onStoreError: 'anonymous' })
        expect((await visitor.get(path)).text).to.equal('failed: session could not be read, and is not stored')
        expect(store.asked).to.deep.equal(['get'])
      })
    }

    it('destroy destroys the session that could not be read', async () => {
      const { visitor } = await returning({ onStoreError: 'anonymous' })
      expect((await visitor.get('/destroy')).text).to.equal('done')
      expect(Object.keys(store.sessions)).to.deep.equal([])
    })

    it('regenerate makes a session that is stored, and sets its cookie', async () => {
      const { visitor } = await returning({ onStoreError: 'anonymous' })
      expect(setCookie(await visitor.get('/login'))).to.be.a('string')
      expect(Object.values(store.sessions)).to.have.length(1)
      expect(Object.values(store.sessions)[0]).to.contain('ada')
    })

    it('reload reads the session, which is then saved as usual', async () => {
      const { visitor } = await returning({ onStoreError: 'anonymous' })
      expect((await visitor.get('/reload')).text).to.equal('11')
      expect(Object.values(store.sessions)[0]).to.contain('"n":11')
    })

    it('reload of a record that cannot be read does not change the record', async () => {
      const { visitor } = await returning({ onStoreError: 'anonymous' })
      store.get = (_, callback) => callback(DOWN)
      await visitor.get('/broken')
      expect(store.asked.filter(asked => asked !== 'get')).to.deep.equal([])
    })

    it('a logout after a reload destroys the session', async () => {
      const { visitor } = await returning({ onStoreError: 'anonymous', unset: 'destroy' })
      await visitor.get('/reload-and-unset')
      expect(Object.keys(store.sessions)).to.deep.equal([])
    })

    it('applies to a disconnected store, with and without a session cookie', async () => {
      const { site, visitor } = await returning({ onStoreError: 'anonymous' })
      store.emit('disconnect')
      for (const who of [visitor, site.visitor()]) {
        const res = await who.get('/set')
        expect([res.status, setCookie(res)]).to.deep.equal([200, undefined])
      }
      expect(store.asked).to.deep.equal([])
      store.mend()
      store.emit('connect')
      expect((await visitor.get('/')).text).to.equal('2')
    })

    it('is published on resession:anonymous', async () => {
      const { visitor } = await returning({ onStoreError: 'anonymous' })
      let heard = 0
      const listener = (): void => void heard++
      subscribe('resession:anonymous', listener)
      await visitor.get('/nothing')
      unsubscribe('resession:anonymous', listener)
      expect(heard).to.equal(1)
    })
  })

  it('new goes on with a new session, which is stored under a new ID and sets its cookie', async () => {
    const { site, visitor } = await returning({ onStoreError: 'new' })
    const { cookie } = visitor
    expect((await visitor.get('/')).text).to.equal('1')
    expect(visitor.cookie).to.not.equal(cookie)
    expect(Object.keys(store.sessions)).to.have.length(2)
    expect(site.errors).to.deep.equal([])
  })

  describe('a function', () => {
    const asked: [unknown, string | undefined][] = []
    beforeEach(() => void asked.splice(0))
    const decide =
      (answer: unknown) =>
      (err: unknown, req: Req): never => {
        asked.push([err, req.url])
        return answer as never
      }

    it('is given the error and the request', async () => {
      const { visitor } = await returning({ onStoreError: decide('anonymous') as never })
      await visitor.get('/nothing')
      expect(asked).to.deep.equal([[DOWN, '/nothing']])
    })

    it('is also called for a disconnected store', async () => {
      const { visitor } = await returning({ onStoreError: decide('error') as never })
      store.emit('disconnect')
      expect((await visitor.get('/nothing')).status).to.equal(503)
      expect(asked[0]?.[0]).to.include({ code: 'ERR_STORE_DISCONNECTED', status: 503 })
    })

    for (const [what, answer, status] of [
      ['anonymous', 'anonymous', 200],
      ['a promise of anonymous', Promise.resolve('anonymous'), 200],
      ['error', 'error', 500],
      ['a promise of error', Promise.resolve('error'), 500],
      ['an unknown value, which is an error', 'whatever', 500],
    ] as const) {
      it(`may return ${what}`, async () => {
        const { visitor } = await returning({ onStoreError: decide(answer) as never })
        expect((await visitor.get('/nothing')).status).to.equal(status)
      })
    }

    it('that fails is an error for next', async () => {
      for (const fail of [() => Promise.reject(new Error('undecided')), () => expect.fail('undecided')]) {
        const { visitor } = await returning({ onStoreError: fail as never })
        expect(await visitor.get('/nothing')).to.include({ status: 500, text: 'undecided' })
      }
    })
  })

  it('does not apply to a session that does not exist', async () => {
    const { visitor } = await returning({ onStoreError: 'anonymous' })
    store.fail('get', Object.assign(new Error('no such file'), { code: 'ENOENT' }))
    expect(setCookie(await visitor.get('/'))).to.be.a('string')
  })

  /** Each is a record that makes `createSession` throw. */
  const UNREADABLE = ['{}', '[]', '42', 'true', '"text"', '{"views":1}', '{"cookie":null}', '{"cookie":42}', '{"cookie":"text"}']
  UNREADABLE.push('{"cookie":{"originalMaxAge":"x"}}', '{"cookie":{"originalMaxAge":{}}}', '{"cookie":{"maxAge":"soon"}}')

  for (const record of UNREADABLE) {
    /** A client whose record cannot be read, from its second request on. */
    const unreadable = async (options: Partial<SessionOptions>): Promise<Visitor> => {
      const { visitor } = await returning(options)
      store.mend()
      const { get } = store
      const [id] = Object.keys(store.sessions)
      store.get = (asked, callback) => (asked === id ? callback(null, JSON.parse(record) as never) : get.call(store, asked, callback))
      return visitor
    }

    describe(`a record ${record}, which cannot be read`, () => {
      it('is an error for next by default', async () => {
        for (const options of [{}, { onStoreError: 'error' }] as const) {
          const visitor = await unreadable(options)
          expect((await visitor.get('/')).status).to.equal(500)
          expect(store.asked).to.deep.equal([])
        }
      })

      it('new starts a new session under a new ID', async () => {
        const visitor = await unreadable({ onStoreError: 'new' })
        const before = visitor.cookie
        expect(await visitor.get('/')).to.include({ status: 200, text: '1' })
        expect(visitor.cookie).to.not.equal(before)
        expect((await visitor.get('/')).text).to.equal('2')
        expect(store.asked).to.not.include('destroy')
      })

      it('anonymous goes on with an empty session, and does not change the record and the cookie', async () => {
        const visitor = await unreadable({ onStoreError: 'anonymous' })
        const res = await visitor.get('/')
        expect([res.status, res.text, setCookie(res), store.asked]).to.deep.equal([200, '1', undefined, []])
      })

      it('calls a function', async () => {
        const asked: unknown[] = []
        const visitor = await unreadable({ onStoreError: ((err: unknown) => (asked.push(err), 'new')) as never })
        expect((await visitor.get('/')).status).to.equal(200)
        expect(asked).to.have.length(1)
        expect(asked[0]).to.be.instanceOf(TypeError)
      })
    })
  }

  for (const value of ['anonymos', true, null, {}]) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      expect(() => session({ secret: 'x', onStoreError: value as never })).to.throw(TypeError, 'onStoreError option must be')
    })
  }
})
