import { inspect } from 'node:util'
import { expect } from 'chai'
import { count, data, routes, show } from '../support/handlers'
import { setCookie, Site, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'

/** The JSON of a handler's observation of its session, over HTTP. */
async function seen(look: (req: Req) => unknown): Promise<unknown> {
  const site = new Site({}, (req, res) => res.end(JSON.stringify(look(req) ?? null)))
  return JSON.parse((await site.get()).text)
}

/** As lodash does: own enumerable properties, with the classes of all objects. */
function cloneDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]) => [key, cloneDeep(member) as unknown])
  return Object.assign(Object.create(Object.getPrototypeOf(value) as object), Object.fromEntries(entries)) as T
}

describe('session: the object', () => {
  it('lists its cookie and its data, and nothing else', async () => {
    const looks = await seen(req => {
      data(req).a = 1
      data(req).b = 2
      const listed: string[] = []
      for (const key in req.session) listed.push(key)
      return [Object.keys(req.session), listed]
    })
    expect(looks).to.deep.equal([
      ['cookie', 'a', 'b'],
      ['cookie', 'a', 'b'],
    ])
  })

  it('is an instance of a class, and so is its cookie', () => {
    for (const Class of [session.Session, session.Cookie]) {
      expect(() => (Class as unknown as { call(self: object, req: object): void }).call({}, { sessionID: 'a' })).to.throw(
        TypeError,
        "without 'new'",
      )
    }
  })

  it('is an instance of Session, with a Cookie', async () => {
    expect(await seen(req => [req.session instanceof session.Session, req.session.cookie instanceof session.Cookie])).to.deep.equal([
      true,
      true,
    ])
  })

  for (const name of ['id', 'req'] as const) {
    it(`has its own property ${name}, which is not enumerable and not writable`, async () => {
      const flags = await seen(req => {
        const { writable, enumerable } = Object.getOwnPropertyDescriptor(req.session, name) as PropertyDescriptor
        return { writable, enumerable }
      })
      expect(flags).to.deep.equal({ writable: false, enumerable: false })
    })
  }

  it('has its ID and its request', async () => {
    expect(await seen(req => [req.session.id === req.sessionID, (req.session.req as unknown) === req])).to.deep.equal([true, true])
  })

  it('hides its methods', async () => {
    const methods = ['touch', 'resetMaxAge', 'save', 'reload', 'destroy', 'regenerate']
    expect(
      await seen(req =>
        methods.map(name => [typeof data(req)[name], Object.prototype.propertyIsEnumerable.call(session.Session.prototype, name)]),
      ),
    ).to.deep.equal(methods.map(() => ['function', false]))
  })

  it('serializes to its record as JSON', async () => {
    const site = new Site({ genid: () => 'a' }, (req, res) => {
      data(req).a = 1
      show(req, res)
    })
    expect((await site.get()).text).to.equal('{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},"a":1}')
  })

  it('ignores stored data with the names of its members', async () => {
    const store = new session.MemoryStore()
    const site = new Site({ store, genid: () => 'a' }, routes({ '/': count, '/show': show }))
    const visitor = site.visitor()
    await visitor.get()
    store.sessions.a = (store.sessions.a as string).replace('"views"', '"save":1,"id":"b","touch":"x","constructor":2,"views"')
    expect(Object.keys(JSON.parse((await visitor.get('/show')).text) as object)).to.deep.equal(['cookie', 'views'])
    expect((await visitor.get()).text).to.equal('2')
  })

  it('ignores __proto__ in stored data', async () => {
    const store = new session.MemoryStore()
    const site = new Site(
      { store, genid: () => 'a' },
      routes({ '/': count, '/look': (req, res) => res.end(`${String(data(req).admin)} ${String(({} as { admin?: boolean }).admin)}`) }),
    )
    const visitor = site.visitor()
    await visitor.get()
    store.sessions.a = (store.sessions.a as string).replace('"views"', '"__proto__":{"admin":true},"views"')
    expect((await visitor.get('/look')).text).to.equal('undefined undefined')
  })

  it('can be constructed manually', () => {
    const host = { sessionID: 'abc' }
    const made = new session.Session(host, { user: 'tobi', save: 'no' })
    expect(made.id).to.equal('abc')
    expect(Object.keys(made)).to.deep.equal(['user'])
    expect(made.save).to.be.a('function')
  })
})

describe('session: on the request', () => {
  it('session, sessionID and sessionStore are set before next', async () => {
    const store = new session.MemoryStore()
    const site = new Site({ store }, (req, res) => {
      const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(req, 'session') as PropertyDescriptor
      res.end(JSON.stringify([typeof req.sessionID, (req.sessionStore as unknown) === store, { writable, enumerable, configurable }]))
    })
    expect(JSON.parse((await site.get()).text)).to.deep.equal(['string', true, { writable: true, enumerable: true, configurable: true }])
  })

  const visits = async (assign: (req: Req) => unknown, options: Partial<SessionOptions> = {}): Promise<unknown> => {
    const site = new Site(
      options,
      routes({
        '/': count,
        '/show': show,
        '/assign': async (req, res) => {
          await assign(req)
          res.end('fine')
        },
      }),
    )
    const visitor = site.visitor()
    await visitor.get()
    const { text, status } = await visitor.get('/assign')
    const { cookie: _, ...kept } = JSON.parse((await visitor.get('/show')).text) as { cookie: unknown }
    return { text, status, kept, errors: site.errors.map(err => err.message) }
  }

  it('a plain object in the session’s place becomes the session’s data', async () => {
    const assigned = await visits(req => (req.session = { user: 'tobi' } as never))
    expect(assigned).to.deep.equal({ text: 'fine', status: 200, kept: { user: 'tobi' }, errors: [] })
  })

  it('a copy of the session in its place has the same effect as the session', async () => {
    const assigned = await visits(req => (req.session = { ...req.session, user: 'tobi' } as never))
    expect(assigned).to.deep.equal({ text: 'fine', status: 200, kept: { views: 1, user: 'tobi' }, errors: [] })
  })

  const COPIES: Record<string, (original: object) => object> = {
    'with its hidden properties': original =>
      Object.create(Object.getPrototypeOf(original) as object, Object.getOwnPropertyDescriptors(original)) as object,
    'that inherits from it': original => Object.create(original, Object.getOwnPropertyDescriptors({ ...original })) as object,
    'without its hidden properties: a spread': original => ({ ...original }),
    'without its hidden properties: a spread, with an undefined cookie': original => ({ ...original, cookie: undefined }),
    'without its hidden properties: JSON': original => JSON.parse(JSON.stringify(original)) as object,
    'without its hidden properties: Object.assign to an object of its class': original =>
      Object.assign(Object.create(Object.getPrototypeOf(original) as object) as object, original),
    'without its hidden properties: a spread with its class': original =>
      Object.setPrototypeOf({ ...original }, session.Session.prototype as object) as object,
    'without its hidden properties: _.cloneDeep': cloneDeep,
  }
  for (const [kind, copy] of Object.entries(COPIES)) {
    for (const saveErrors of ['fail', undefined] as const) {
      it(`a copy ${kind}, is stored as the session, with saveErrors: ${saveErrors}`, async () => {
        const change = (req: Req): void => {
          req.session = copy(req.session) as never
          data(req).user = 'tobi'
        }
        const assigned = await visits(change, { saveErrors })
        expect(assigned).to.deep.equal({ text: 'fine', status: 200, kept: { views: 1, user: 'tobi' }, errors: [] })
      })
    }
  }

  it('an object with methods of its own in its place is touched and saved by them', async () => {
    const calls: string[] = []
    const own = {
      touch: () => void calls.push('touch'),
      save: (callback: (err?: unknown) => void) => {
        calls.push('save')
        callback()
      },
      cookie: new session.Cookie(),
    }
    const assigned = await visits(req => (req.session = own as never))
    expect(assigned).to.deep.equal({ text: 'fine', status: 200, kept: { views: 1 }, errors: [] })
    expect(calls).to.deep.equal(['touch', 'save'])
  })

  it('a plain object in the place of a destroyed session has a new ID', async () => {
    let before = ''
    let after: Req | undefined
    const assigned = await visits(async req => {
      before = req.sessionID
      await req.session.destroy()
      req.session = { user: 'guest' } as never
      after = req
    })
    expect(after?.sessionID).to.be.a('string').and.not.equal(before)
    expect(assigned).to.deep.equal({ text: 'fine', status: 200, kept: { user: 'guest' }, errors: [] })
  })

  it('a plain object for a cookie becomes a cookie', async () => {
    const lines: unknown[] = []
    for (const cookie of [{ maxAge: 60_000 }, JSON.parse(JSON.stringify(new session.Cookie({ maxAge: 60_000, sameSite: 'lax' })))]) {
      const site = new Site({}, (req, res) => {
        data(req).user = 'ada'
        req.session.cookie = cookie as never
        res.end()
      })
      lines.push(setCookie(await site.get()))
    }
    expect(lines[0]).to.match(/; Path=\/; Expires=[^;]+; HttpOnly$/)
    expect(lines[1]).to.match(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
  })

  it('can be inspected with its request, without the secret', async () => {
    const site = new Site({ secret: 'keyboard cat' }, (req, res) =>
      res.end(inspect(req, { depth: 9, showHidden: true }) + inspect({ ...req })),
    )
    const { text } = await site.get()
    expect(text).to.include('sessionID').and.not.include('keyboard cat')
  })

  it('null in its place makes no store call that changes the record', async () => {
    const assigned = await visits(req => (req.session = null as never))
    expect(assigned).to.deep.equal({ text: 'fine', status: 200, kept: { views: 1 }, errors: [] })
  })

  it('anything else in its place is an error', async () => {
    const message = 'req.session must be an object, null or undefined'
    const assigned = await visits(req => (req.session = 'tobi' as never))
    expect(assigned).to.deep.equal({ text: message, status: 500, kept: { views: 1 }, errors: [message] })
  })
})
