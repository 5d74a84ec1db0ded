import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'
import { Koa3, type KoaApp, type KoaContext } from './koa-app'
import { LINEAGES, type Lineage } from './lineages'
import { serve } from './serve'
import { bodies, sideBySide, type Looks } from './side-by-side'
import { PromiseStore } from './traced-stores'

type Data = Record<string, unknown>
type Store = Record<'get' | 'set' | 'destroy', (id: unknown, session?: object) => Promise<unknown>>
type Wide = KoaContext & { sessionStore: Store; sessionOptions: Data }

const session = (ctx: KoaContext): Data => ctx.session as Data

function data(ctx: KoaContext): Data {
  const { cookie: _, ...others } = { ...session(ctx) }
  return JSON.parse(JSON.stringify(others)) as Data
}

const LOOKS: Looks = {
  fill: ctx => ((session(ctx).a = 1), 'filled'),
  read: ctx => data(ctx).a ?? 'nothing',
  keys: ctx => Object.keys(data(ctx)).filter(key => !/^_|isNew/.test(key)),
  'change the object that was assigned': ctx => {
    const own: Data = { ...data(ctx) }
    if (session(ctx).cookie) own.cookie = session(ctx).cookie
    ctx.session = own as never
    own.b = 2
    return ctx.session === own
  },
  'new object, changed later': ctx => {
    const own: Data = {}
    ctx.session = own as never
    own.b = 2
    return 'changed'
  },
  false: ctx => ((ctx.session = false as never), 'ended'),
  zero: ctx => ((ctx.session = 0 as never), 'ended'),
  'empty text': ctx => ((ctx.session = '' as never), 'ended'),
  delete: ctx => (delete (ctx as { session?: unknown }).session, 'ended'),
  'sessionSave 0': ctx => ((session(ctx).a = 2), (ctx.sessionSave = 0 as never), 'saved'),
  'store reads': async ctx => ((await (ctx as Wide).sessionStore.get(ctx.sessionId)) as Data).a,
  'store destroys': async ctx => (await (ctx as Wide).sessionStore.destroy(ctx.sessionId), 'destroyed'),
  'store writes': async ctx => (await (ctx as Wide).sessionStore.set(ctx.sessionId, { ...session(ctx), a: 5 }), 'written'),
  sameSite: ctx => ((session(ctx).a = 3), Object.assign((ctx as Wide).sessionOptions, { sameSite: 'lax', httpOnly: false }), 'set'),
}

const paths = (...acts: string[]): string[] => acts.map(act => `/${act}`)
const decoding: Looks = new Proxy(LOOKS, { get: (looks, name: string) => looks[decodeURIComponent(name)] })

async function same(lineage: Lineage, acts: string[], setting: Parameters<typeof sideBySide>[3] = {}): Promise<unknown> {
  const { original, preset } = bodies(await sideBySide(lineage, decoding, paths(...acts), setting))
  expect(preset).to.deep.equal(original)
  return preset
}

const of = (pattern: RegExp): Lineage[] => LINEAGES.filter(({ name }) => pattern.test(name))

describe('koa lineages: ways of apps', () => {
  for (const lineage of of(/^koa-(generic-session|session-ts|session-store)/)) {
    describe(lineage.name, () => {
      it('an object that was assigned to ctx.session is the session: later changes of it are saved', async () => {
        expect(await same(lineage, ['fill', 'change the object that was assigned', 'keys'])).to.deep.equal([
          '"filled"',
          'true',
          '["a","b"]',
        ])
        await same(lineage, ['new object, changed later'])
      })

      for (const act of ['false', 'zero', 'empty text']) {
        it(`ctx.session = ${act} ends the session`, async () => {
          expect(await same(lineage, ['fill', act, 'read'])).to.deep.equal(['"filled"', '"ended"', '"nothing"'])
        })
      }
    })
  }

  for (const lineage of of(/^koa-session-store/)) {
    it(`${lineage.name}: delete ctx.session ends the session`, async () => {
      expect(await same(lineage, ['fill', 'delete', 'read'])).to.deep.equal(['"filled"', '"ended"', '"nothing"'])
    })
  }

  for (const lineage of of(/^koa-(generic-session|session-ts)/)) {
    it(`${lineage.name}: ctx.sessionSave prevents a save only if it is false`, async () => {
      expect(await same(lineage, ['fill', 'sessionSave 0', 'read'])).to.deep.equal(['"filled"', '"saved"', '2'])
    })

    for (const [act, after] of [
      ['store reads', 1],
      ['store destroys', 'nothing'],
      ['store writes', 5],
    ] as const) {
      it(`${lineage.name}: ${act} under ctx.sessionId`, async () => {
        expect(await same(lineage, ['fill', act, 'read'])).to.include(JSON.stringify(after))
      })
    }
  }

  for (const lineage of of(/^koa-session( |-store)/)) {
    it(`${lineage.name}: ctx.sessionId of an earlier middleware does not select the session`, async () => {
      const before = (ctx: KoaContext, next: () => Promise<void>): Promise<void> => ((ctx.sessionId = 'from a header'), next())
      expect(await same(lineage, ['fill', 'read'], { before })).to.deep.equal(['"filled"', '1'])
    })
  }

  for (const lineage of of(/^koa-session [67]/)) {
    it(`${lineage.name}: attributes of the cookie that are set in ctx.sessionOptions are sent`, async () => {
      const { original, preset } = await sideBySide(lineage, LOOKS, paths('fill', 'sameSite'), { options: { maxAge: 60_000 } })
      const attributes = (line = ''): string[] =>
        line
          .split('; ')
          .slice(1)
          .filter(text => !text.startsWith('expires'))
      expect(attributes(preset[1]?.lines[0])).to.deep.equal(attributes(original[1]?.lines[0])).and.deep.equal(['path=/', 'samesite=lax'])
    })
  }

  describe('differences that docs/compatibility.md names', () => {
    const COMPATIBILITY = readFileSync(join(__dirname, '../../../docs/compatibility.md'), 'utf8')
    const [generic, session7, cookie7] = ['koa-generic-session', 'koa-session 7, store', 'koa-session 7, cookie'].map(
      start => LINEAGES.find(({ name }) => name.startsWith(start)) as Lineage,
    ) as [Lineage, Lineage, Lineage]
    const seen: unknown[] = []
    const DIFFERENCES: Record<string, readonly [Lineage, Looks, AnySpelling, original: unknown, preset: unknown]> = {
      '`_expire` is not a name of the session': [session7, { look: ctx => typeof session(ctx)._expire }, {}, '"number"', '"undefined"'],
      '`ctx.sessionId` that a handler sets': [
        generic,
        { fill: ctx => ((session(ctx).a = 1), (ctx.sessionId = 'chosen'), 'filled'), look: ctx => ctx.sessionId === 'chosen' },
        {},
        'true',
        'false',
      ],
      '`undefined` alone is no data': [
        session7,
        { fill: ctx => ((session(ctx).a = undefined), 'filled'), look: ctx => session(ctx).isNew },
        {},
        'false',
        'true',
      ],
      '`ctx.sessionOptions` has the name': [session7, { look: ctx => 'rolling' in (ctx as Wide).sessionOptions }, {}, 'true', 'false'],
      'A session in the cookie is read when the middleware runs': [
        cookie7,
        { fill: ctx => ((session(ctx).a = 1), 'filled'), look: () => seen.splice(0).length },
        { valid: () => Boolean(seen.push(1)) },
        '0',
        '1',
      ],
      '`valid` is called for stored records only': [
        generic,
        { fill: ctx => ((session(ctx).a = 1), seen.splice(0).length), look: () => 'looked' },
        { valid: () => Boolean(seen.push(1)) },
        '1',
        '0',
      ],
    }

    for (const [why, [lineage, looks, options, theirs, ours]] of Object.entries(DIFFERENCES)) {
      it(why, async () => {
        expect(COMPATIBILITY).to.include(`- ${why}`)
        const isFirst = why.startsWith('`valid`')
        const read = async (subject: 'original' | 'preset'): Promise<unknown> => {
          seen.length = 0
          const one = { ...lineage, original: lineage[subject], preset: lineage[subject] }
          const answers = bodies(await sideBySide(one, { ...LOOKS, ...looks }, paths('fill', 'look'), { options }))
          return (answers.preset as unknown[])[isFirst ? 0 : 1]
        }
        const original = await read('original')
        expect([isFirst ? original !== '0' : original === theirs, await read('preset')]).to.deep.equal([true, ours])
      })
    }

    it('Without a store, sessions are kept as JSON', async () => {
      expect(COMPATIBILITY).to.include('- Without a store, sessions are kept as JSON')
      const looks: Looks = { fill: ctx => ((session(ctx).a = new Date(0)), 'filled'), look: ctx => session(ctx).a instanceof Date }
      const { Store: _, ...storeless } = generic
      const { original, preset } = bodies(await sideBySide(storeless, looks, paths('fill', 'look')))
      expect([original, preset]).to.deep.equal([
        ['"filled"', 'true'],
        ['"filled"', 'false'],
      ])
    })
  })

  for (const lineage of of(/^koa-session [67]/)) {
    for (const way of ['regenerate', 'save'] as const) {
      it(`${lineage.name}: ${way} after a manuallyCommit with nothing to save sends the cookie`, async () => {
        const looks: Looks = {
          late: async ctx => {
            const own = session(ctx) as Data & Record<'manuallyCommit' | 'save' | 'regenerate', () => Promise<void>>
            await own.manuallyCommit()
            own.a = 1
            await own[way]()
            return 'saved'
          },
          read: ctx => session(ctx).a ?? 'nothing',
        }
        const { original, preset } = bodies(
          await sideBySide(lineage, looks, paths('late', 'read', 'late', 'read'), { options: { autoCommit: false } }),
        )
        expect(preset).to.deep.equal(original).and.deep.equal(['"saved"', '1', '"saved"', '1'])
      })
    }
  }

  describe('options', () => {
    const [generic, ts, store] = ['koa-generic-session', 'koa-session-ts', 'koa-session-store 2, cookie'].map(
      start => LINEAGES.find(({ name }) => name.startsWith(start)) as Lineage,
    ) as [Lineage, Lineage, Lineage]
    const session6 = LINEAGES.find(({ name }) => name.startsWith('koa-session 6, cookie')) as Lineage

    async function lives(lineage: Lineage, options: object): Promise<unknown> {
      const { original, preset } = await sideBySide(lineage, LOOKS, paths('fill'), { options: options as AnySpelling })
      const [ours, theirs] = [preset, original].map(([answer]) => {
        const ends = /expires=([^;]*)/.exec(answer?.lines[0] ?? '')?.[1]
        return ends ? Math.round((Date.parse(ends) - Date.now()) / 10_000) * 10 : 'the browser'
      })
      expect(ours).to.equal(theirs)
      return ours
    }

    const DAY = 86_400
    for (const [lineage, options, life] of [
      [generic, { cookie: { maxAge: undefined } }, DAY],
      [generic, { cookie: { maxage: null } }, DAY],
      [generic, { cookie: { maxage: 60_000, maxAge: 120_000 } }, 60],
      [generic, { cookie: { expires: null } }, DAY],
      [ts, { cookieOptions: { signed: true, maxAge: undefined } }, 'the browser'],
      [ts, { cookieOptions: { signed: true, maxage: 60_000 } }, 60],
      [ts, { cookieOptions: { signed: true, expires: undefined } }, DAY],
      [store, { cookie: { maxage: 60_000 } }, 60],
    ] as const) {
      it(`${lineage.name}: the cookie of ${JSON.stringify(options, (_, value: unknown) => value ?? String(value))} lives ${life} s`, async () => {
        expect(await lives(lineage, { ...options })).to.equal(life)
      })
    }

    for (const lineage of [generic, store, session6]) {
      it(`${lineage.name}: an option for an object or a function that is false is not given`, async () => {
        const names = [
          'key',
          'name',
          'store',
          'externalKey',
          'sessionIdStore',
          'genid',
          'genSid',
          'valid',
          'beforeSave',
          'errorHandler',
          'ttl',
        ]
        const options = Object.fromEntries(names.map(name => [name, false]))
        const app = new Koa3()
        Object.assign(app, { keys: ['a key'] })
        app.use(lineage.preset(options as never, app)).use((ctx: KoaContext) => {
          session(ctx).a = Number(session(ctx).a ?? 0) + 1
          ctx.body = String(session(ctx).a)
        })
        expect((await serve(app, [{}, {}])).map(({ body }) => body)).to.deep.equal(['1', '2'])
      })
    }

    for (const [lineage, options] of [
      [session6, { secureProxy: true }],
      [generic, { store: new PromiseStore(), cookie: { secureProxy: true } }],
      [ts, { store: new PromiseStore(), cookieOptions: { secureProxy: true } }],
      [store, { cookie: { secureProxy: true } }],
    ] as const) {
      it(`${lineage.name}: secureProxy is left out: the cookie is Secure if the connection is, which app.proxy tells`, async () => {
        const lines = async (proxy: boolean): Promise<unknown> => {
          const app: KoaApp = Object.assign(new Koa3(), { keys: ['a key'], silent: true, proxy })
          // As a proxy that terminates TLS
          app.use((ctx: { req: { headers: Data } }, next: () => unknown) => ((ctx.req.headers['x-forwarded-proto'] = 'https'), next()))
          app.use(lineage.preset({ ...options } as never, app)).use((ctx: KoaContext) => ((session(ctx).a = 1), (ctx.body = 'filled')))
          const [answer] = await serve(app, [{}])
          return [answer?.status, answer?.lines[0]?.includes('; secure')]
        }
        expect(await lines(true)).to.deep.equal([200, true])
        expect(await lines(false)).to.deep.equal([200, false])
      })
    }
  })
})
