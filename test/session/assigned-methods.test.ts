import { mock } from 'node:test'
import { expect } from 'chai'
import { data, routes, shown } from '../support/handlers'
import { Site, type Handler, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'

type Callback = (err?: unknown) => void
type Method = (this: unknown, callback: Callback) => unknown
type Data = Record<string, unknown>
type Name = 'save' | 'reload'

/** How middlewares of apps wrap a method of the session. */
const WRAPPERS: Record<string, (own: Method, live: object) => Method> = {
  'bound to the session': (own, live) => own.bind(live),
  'that calls it with this': own =>
    function (callback) {
      return own.call(this, callback)
    },
}

/** Assigns a wrapper to the session's own method. */
function wrap(req: Req, name: Name, wrapper: (own: Method, live: object) => Method): void {
  const live = req.session as unknown as Record<Name, Method>
  live[name] = wrapper(live[name], live)
}

/** A site whose handlers find a session with wrapped methods. */
function wrapping(
  wrapper: (own: Method, live: object) => Method,
  table: Record<string, Handler>,
  options: Partial<SessionOptions> = {},
): Site {
  const visit = routes({ '/me': (req, res) => res.end(JSON.stringify(req.session)), ...table })
  return new Site(options, (req, res) => {
    wrap(req, 'save', wrapper)
    wrap(req, 'reload', wrapper)
    return visit(req, res)
  })
}

/** How apps and their libraries carry data over a new session ID. */
const CARRIED: Record<string, (req: Req, done: Callback) => void> = {
  'Object.assign': (req, done) => {
    const before = req.session
    before.regenerate(() => done(Object.assign(req.session, before)))
  },
  'a spread before it': (req, done) => {
    const before = { ...req.session }
    req.session.regenerate(() => done(Object.assign(req.session, before)))
  },
  'for…in': (req, done) => {
    const before = data(req)
    req.session.regenerate(() => {
      for (const key in before) if (key !== 'cookie') data(req)[key] = before[key]
      done()
    })
  },
  'the merge of passport with keepSessionInfo': (req, done) => {
    const before = data(req)
    req.session.regenerate(() => {
      for (const key of Object.keys(before)) if (!(key in Object.prototype)) data(req)[key] = before[key]
      done()
    })
  },
}

describe('session: methods that an app assigns', () => {
  for (const [kind, wrapper] of Object.entries(WRAPPERS)) {
    for (const [way, carry] of Object.entries(CARRIED)) {
      for (const saves of [true, false]) {
        it(`do not come along with data that ${way} carries over regenerate: a wrapper ${kind}, ${saves ? 'with' : 'without'} a save`, async () => {
          const site = wrapping(wrapper, {
            '/cart': (req, res) => ((data(req).cart = [1]), res.end()),
            '/login': (req, res) =>
              carry(req, () => {
                data(req).user = 'ada'
                if (saves) req.session.save(() => res.end())
                else res.end()
              }),
          })
          const visitor = site.visitor()
          await visitor.get('/cart')
          await visitor.get('/login')
          expect(shown((await visitor.get('/me')).text)).to.deep.equal({ cart: [1], user: 'ada' })
        })
      }
    }

    const looks: Record<string, (live: Data) => unknown> = {
      'Object.keys': live => Object.keys(live),
      'for…in': live => {
        const keys: string[] = []
        for (const key in live) keys.push(key)
        return keys
      },
      'a spread': live => Object.keys({ ...live }),
      structuredClone: live => Object.keys(structuredClone(live)),
      JSON: live => Object.keys(JSON.parse(JSON.stringify(live)) as object),
    }
    for (const [way, look] of Object.entries(looks)) {
      it(`are not seen by ${way}: a wrapper ${kind}`, async () => {
        const site = wrapping(wrapper, {
          '/look': (req, res) => {
            data(req).a = 1
            res.end(JSON.stringify(look(data(req))))
          },
        })
        expect(JSON.parse((await site.get('/look')).text)).to.deep.equal(['cookie', 'a'])
      })
    }
  }

  it('are called once for each wrapper, the last one first, by the handler and at the end', async () => {
    const calls: string[] = []
    const noting = (name: string) => (own: Method) =>
      function (this: unknown, callback: Callback) {
        calls.push(name)
        return own.call(this, callback)
      }
    const site = new Site(
      {},
      routes({
        '/save': (req, res) => {
          for (const name of ['first', 'second']) wrap(req, 'save', noting(name))
          data(req).a = 1
          req.session.save(() => res.end())
        },
        '/end': (req, res) => {
          for (const name of ['third', 'fourth']) wrap(req, 'save', noting(name))
          data(req).a = 2
          res.end()
        },
        '/reload': (req, res) => {
          for (const name of ['fifth', 'sixth']) wrap(req, 'reload', noting(name))
          req.session.reload(() => res.end(JSON.stringify(req.session)))
        },
      }),
    )
    const visitor = site.visitor()
    await visitor.get('/save')
    expect(calls.splice(0)).to.deep.equal(['second', 'first'])
    await visitor.get('/end')
    expect(calls.splice(0)).to.deep.equal(['fourth', 'third'])
    expect(shown((await visitor.get('/reload')).text)).to.deep.equal({ a: 2 })
    expect(calls).to.deep.equal(['sixth', 'fifth'])
  })

  for (const name of ['save', 'reload'] as const) {
    it(`replace an own property, which is writable, configurable and not enumerable: ${name}`, async () => {
      const site = new Site({}, (req, res) => {
        const { value, ...flags } = Object.getOwnPropertyDescriptor(req.session, name) as PropertyDescriptor
        res.end(JSON.stringify([typeof value, flags]))
      })
      const flags = { writable: true, enumerable: false, configurable: true }
      expect(JSON.parse((await site.get()).text)).to.deep.equal(['function', flags])
    })

    it(`may be a mock of node:test, which is restored: ${name}`, async () => {
      let calls = 0
      const site = new Site(
        {},
        routes({
          '/': (req, res) => ((data(req).a = 1), res.end()),
          '/mocked': (req, res) => {
            const mocked = mock.method(req.session, name, (callback: Callback) => {
              calls++
              callback(new Error('mocked'))
            })
            void req.session[name](err => {
              mocked.mock.restore()
              void req.session[name](() => res.end(`${(err as Error).message} ${JSON.stringify(Object.keys(req.session))}`))
            })
          },
        }),
      )
      const visitor = site.visitor()
      await visitor.get()
      expect((await visitor.get('/mocked')).text).to.equal('mocked ["cookie","a"]')
      expect(calls).to.equal(1)
    })
  }

  it('on the class are those of all later sessions', async () => {
    const { save } = session.Session.prototype
    const saved: unknown[] = []
    const site = new Site({}, (req, res) => ((data(req).a = 1), res.end()))
    session.Session.prototype.save = function (this: { id: string }, ...args: []) {
      saved.push(this.id)
      return Reflect.apply(save, this, args) as never
    } as never
    try {
      await site.get()
    } finally {
      session.Session.prototype.save = save
    }
    expect(saved).to.have.length(1)
  })
})
