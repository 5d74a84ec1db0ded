import { expect } from 'chai'
import { FaultyStore } from '../../support/faulty-store'
import { count, KoaSite, leave, lines, show, type Bag, type Ctx, type Handler, type KoaSessionOptions } from '../site'
import { Told } from '../told'

type OnError = NonNullable<KoaSessionOptions['onError']>
type Method = 'get' | 'set' | 'destroy'

const down = new Error('down')

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/read': show,
  '/leave': leave,
  '/again': ctx => {
    ctx.session = null
    ctx.session = { a: 1 } as never
    ctx.body = 'again'
  },
  '/saveSession': async ctx => {
    count(ctx)
    await ctx.saveSession()
  },
  '/left': async ctx => {
    leave(ctx)
    await ctx.saveSession()
  },
  '/save': async ctx => {
    count(ctx)
    ctx.body = await ctx.session?.save().then(
      () => 'saved',
      (err: Error) => err.message,
    )
  },
  '/regenerate': async ctx => {
    ctx.body = await ctx.regenerateSession().then(
      () => 'regenerated',
      (err: Error) => err.message,
    )
  },
}

interface Known {
  readonly site: KoaSite
  readonly visit: (path?: string) => Promise<{ status: number; text: string; lines: string[] }>
  readonly heard: unknown[][]
  readonly mend: () => void
}

/** A store whose method fails from now on, and a client that has a session in it. */
type Break = (method: Method, fault: Error) => [store: unknown, begin: () => void, mend: () => void]

const BREAKS: Record<string, Break> = {
  'express-session’s store': (method, fault) => {
    const store = new FaultyStore()
    return [store, () => store.fail(method, fault), () => store.mend()]
  },
  'a store of promises': (method, fault) => {
    const store = new Told()
    const begin = (): void => void (store[method] = () => Promise.reject(fault))
    return [store, begin, () => delete (store as Partial<Told>)[method]]
  },
}

for (const [kind, breaking] of Object.entries(BREAKS)) {
  describe(`koa options: onError, of ${kind}`, () => {
    const known = async (method: Method, answer?: OnError | 'goes on', fault = down): Promise<Known> => {
      const [store, begin, mend] = breaking(method, fault)
      const heard: unknown[][] = []
      const onError: OnError | undefined =
        answer &&
        ((...args) => (
          heard.push([args[0], args[1], (args[2] as unknown as Ctx).path]),
          answer === 'goes on' ? undefined : answer(...args)
        ))
      const site = new KoaSite({ store: store as never, onError }, HANDLERS)
      const visitor = site.visitor()
      await visitor.get()
      begin()
      const visit = async (path?: string): ReturnType<Known['visit']> => {
        const res = await visitor.get(path)
        return { status: res.status, text: res.text, lines: lines(res) }
      }
      return { site, visit, heard, mend }
    }

    for (const [method, path] of [
      ['get', '/read'],
      ['set', '/'],
      ['destroy', '/leave'],
    ] as const) {
      it(`without it, a ${method} that fails is an error of the request, and sends no cookie`, async () => {
        const { site, visit } = await known(method)
        const res = await visit(path)
        expect([res.status, res.lines, site.errors]).to.deep.equal([500, [], [down]])
      })

      it(`is called once for a ${method}, with the error, its kind and the context`, async () => {
        const { visit, heard } = await known(method, 'goes on')
        await visit(path)
        expect(heard).to.deep.equal([[down, method, path]])
      })

      it(`that throws for a ${method} makes its error an error of the request`, async () => {
        const other = new Error('other')
        const { site, visit } = await known(method, () => {
          throw other
        })
        expect([(await visit(path)).status, site.errors]).to.deep.equal([500, [other]])
      })

      it(`that rejects for a ${method} does the same`, async () => {
        const { site, visit } = await known(method, () => Promise.reject(down))
        expect([(await visit(path)).status, site.errors]).to.deep.equal([500, [down]])
      })
    }

    it('that returns for a get goes on with a new session, and the client keeps its cookie', async () => {
      const { site, visit, mend } = await known('get', 'goes on')
      expect(await visit('/read')).to.deep.equal({ status: 200, text: '{}', lines: [] })
      mend()
      expect((await visit('/')).text).to.equal('2')
      expect(site.errors).to.deep.equal([])
    })

    it('that returns for a set sends the response, without a cookie of the session that is not stored', async () => {
      const { site, visit, mend } = await known('set', 'goes on')
      expect(await visit('/')).to.deep.equal({ status: 200, text: '2', lines: [] })
      mend()
      expect((await visit('/read')).text).to.equal('{"views":1}')
      expect(site.errors).to.deep.equal([])
    })

    it('that returns for a destroy sends the response, and does not clear the cookie of the existing session', async () => {
      const { site, visit, mend } = await known('destroy', 'goes on')
      expect(await visit('/leave')).to.deep.equal({ status: 200, text: 'left', lines: [] })
      mend()
      expect((await visit('/read')).text).to.equal('{"views":1}')
      expect(site.errors).to.deep.equal([])
    })

    it('is not called for ENOENT from get, which means a missing session', async () => {
      const { site, visit, heard } = await known('get', 'goes on', Object.assign(new Error('missing'), { code: 'ENOENT' }))
      expect((await visit('/read')).text).to.equal('{}')
      expect([heard, site.errors]).to.deep.equal([[], []])
    })

    it('is called for a destroy if an object follows null', async () => {
      const { visit, heard } = await known('destroy', 'goes on')
      expect((await visit('/again')).status).to.equal(200)
      expect(heard).to.deep.equal([[down, 'destroy', '/again']])
    })

    it('is called for a set or a destroy by saveSession', async () => {
      const one = await known('set', 'goes on')
      await one.visit('/saveSession')
      const other = await known('destroy', 'goes on')
      await other.visit('/left')
      expect([one.heard[0], other.heard[0]]).to.deep.equal([
        [down, 'set', '/saveSession'],
        [down, 'destroy', '/left'],
      ])
    })

    it('is not called if the app gets the error, from save and regenerate', async () => {
      const one = await known('set', 'goes on')
      expect((await one.visit('/save')).text).to.equal('down')
      const other = await known('destroy', 'goes on')
      expect((await other.visit('/regenerate')).text).to.equal('down')
      expect(other.heard).to.deep.equal([])
    })

    it('has an older spelling, errorHandler', async () => {
      const [store, begin] = breaking('get', down)
      const heard: unknown[] = []
      const visitor = new KoaSite({ store: store as never, errorHandler: (_err, what) => void heard.push(what) }, HANDLERS).visitor()
      await visitor.get()
      begin()
      expect([(await visitor.get('/read')).text, heard]).to.deep.equal(['{}', ['get']])
    })
  })
}

describe('koa options: onError', () => {
  const heard: unknown[] = []
  const onError: OnError = err => void heard.push(err)
  beforeEach(() => heard.splice(0))

  const UNSENT: Record<string, [options: KoaSessionOptions, setting: object, message: string]> = {
    'missing keys': [{}, { keys: null }, '.keys required for signed cookies'],
    'a secure cookie over HTTP': [{ secure: true }, {}, 'Cannot send secure cookie over unencrypted connection'],
  }
  for (const [what, [options, setting, message]] of Object.entries(UNSENT)) {
    it(`is called for ${what}, as in koa-generic-session, and may go on: nothing is stored`, async () => {
      const store = new FaultyStore()
      const res = await new KoaSite({ store, ...options, onError }, count, setting).get()
      expect([res.text, lines(res), store.asked, heard.map(err => (err as Error).message)]).to.deep.equal(['1', [], [], [message]])
    })
  }

  const OURS: Record<string, [options: KoaSessionOptions, handler: Handler]> = {
    'a BigInt': [{}, ctx => void ((ctx.session as Bag).big = 1n)],
    'an error of beforeSave': [
      {
        beforeSave() {
          throw new Error('no')
        },
      },
      count,
    ],
  }
  for (const [what, [options, handler]] of Object.entries(OURS)) {
    it(`is not called for ${what}, which is an error of the request`, async () => {
      const site = new KoaSite({ store: new FaultyStore(), ...options, onError }, handler)
      expect([(await site.get()).status, heard, site.errors.length]).to.deep.equal([500, [], 1])
    })
  }

  it('is called for a session that is too large for the cookie, and may go on', async () => {
    const site = new KoaSite({ onError }, ctx => void [((ctx.session as Bag).text = 'x'.repeat(5_000)), (ctx.body = 'on')])
    const res = await site.get()
    expect([res.text, lines(res), heard.map(err => (err as Error).name)]).to.deep.equal(['on', [], ['RangeError']])
  })

  it('is called for a deferred session that cannot be read', async () => {
    const store = new FaultyStore()
    const handler: Handler = async ctx => {
      const session = (await (ctx.session as unknown as Promise<Bag>)) as Bag
      session.views = Number(session.views ?? 0) + 1
      ctx.body = String(session.views)
    }
    const visitor = new KoaSite({ store, defer: true, onError }, handler).visitor()
    await visitor.get()
    store.fail('get', down)
    expect([(await visitor.get()).text, heard]).to.deep.equal(['1', [down]])
  })

  it('is called for a failed read and a failed write', async () => {
    const store = new FaultyStore()
    const visitor = new KoaSite({ store, onError }, count).visitor()
    await visitor.get()
    store.fail('get', down)
    store.fail('set', down)
    expect([(await visitor.get()).status, heard]).to.deep.equal([200, [down, down]])
  })

  for (const value of ['a', 5, {}, true, null]) {
    it(`${JSON.stringify(value)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ onError: value as never }, count)).to.throw(TypeError, 'onError option must be a function')
    })
  }
})
