import { expect } from 'chai'
import { inspect } from 'node:util'
import { MemoryStore } from '../../lib'
import { koaGenericSession, koaSession, koaSessionStore, koaSessionTs } from '../../lib/koa-presets'
import { KoaSite, type Bag, type Ctx, type Handler, type KoaSessionOptions } from './site'
import { Strings, Told } from './told'

type Make = (options: KoaSessionOptions, app: never) => unknown

/** All places and formats of a session. */
const KINDS: Record<string, { make?: unknown; options: () => KoaSessionOptions }> = {
  'in the cookie, as koa-session’s': { options: () => ({}) },
  'in the cookie, as express-session’s': { options: () => ({ record: 'cookie' }) },
  'in the cookie, as koa-session-store’s': { options: () => ({ record: 'data' }) },
  'in a store of express-session': { options: () => ({ store: new MemoryStore() }) },
  'in a store of promises, as express-session’s': { options: () => ({ store: new Told() as never }) },
  'in a store of promises, as koa-session’s': { options: () => ({ store: new Told() as never, record: 'expiry' }) },
  'in a store of promises, as koa-generic-session’s': { options: () => ({ store: new Told() as never, record: 'options' }) },
  'in a store of JSON': { options: () => ({ store: new Strings() as never }) },
  'by koaSession, in the cookie': { make: koaSession, options: () => ({}) },
  'by koaSession, in a store': { make: koaSession, options: () => ({ store: new Told() as never }) },
  'by koaGenericSession': { make: koaGenericSession, options: () => ({ store: new Told() as never }) },
  'by koaSessionStore, in the cookie': { make: koaSessionStore, options: () => ({}) },
  'by koaSessionStore, in a store': { make: koaSessionStore, options: () => ({ store: new Strings() as never }) },
  'by koaSessionTs': { make: koaSessionTs, options: () => ({ store: new Told() as never, cookieOptions: { signed: true } }) },
}

/** Names that a record or the code may use itself, and values of an app under them. */
const DATA: readonly (readonly [name: string, value: unknown])[] = [
  ['_expire', 5],
  ['_expire', 'never'],
  ['_maxAge', 5],
  ['_session', true],
  ['$_expire', 5],
  ['$$_session', true],
  ['cookie', 'chocolate'],
  ['cookie', null],
  ['cookie', { originalMaxAge: 5, expires: '2000-01-01T00:00:00.000Z', path: '/a; Domain=evil.example' }],
  ['cookie', { httpOnly: false, maxAge: 5 }],
  ['$cookie', 1],
  ['$$cookie', 2],
  ['id', 42],
  ['req', 'a'],
  ['save', true],
  ['touch', 1],
  ['reload', 1],
  ['destroy', 1],
  ['resetMaxAge', 1],
  ['update', { daily: true }],
  ['_sid', 'a'],
  ['regenerate', 'weekly'],
  ['commit', 'a1b2c3'],
  ['manuallyCommit', false],
  ['toJSON', 'text'],
  ['constructor', 'builder'],
  ['toString', 'text'],
  ['hasOwnProperty', false],
]

/**
 * The names that are taken: the cookie options in koa-generic-session, and those that koa-session-store removes from a cookie. Data with the name of a
 * method of koa-session hide it, as in koa-session.
 */
function isTaken(kind: string, name: string): boolean {
  if (/koaGenericSession|koaSessionTs/.test(kind)) return name === 'cookie'
  return name === '_sid' && kind === 'by koaSessionStore, in the cookie'
}

for (const [kind, { make, options }] of Object.entries(KINDS)) {
  describe(`koa: data of a session ${kind}`, () => {
    for (const [name, value] of DATA) {
      if (isTaken(kind, name)) continue
      it(`${name} may be ${JSON.stringify(value)}`, async () => {
        const session = (ctx: Ctx): Bag => ctx.session as Bag
        const say: Handler = ctx =>
          (ctx.body = { has: Object.hasOwn(session(ctx), name), value: session(ctx)[name] ?? null, other: session(ctx).other })
        const handlers: Record<string, Handler> = {
          '/set': ctx => void Object.assign(session(ctx), { other: 'here', [name]: value }),
          '/read': say,
          '/change': ctx => void (session(ctx).other = 'changed'),
          '/delete': ctx => void delete session(ctx)[name],
        }
        const site = new KoaSite(options(), handlers, make ? { instead: app => (make as Make)(options(), app as never) } : {})
        const visitor = site.visitor()
        const read = async (): Promise<unknown> => (await visitor.get('/read')).body as unknown
        await visitor.get('/set')
        expect(await read()).to.deep.equal({ has: true, value, other: 'here' })
        await visitor.get('/change')
        expect(await read()).to.deep.equal({ has: true, value, other: 'changed' })
        await visitor.get('/delete')
        expect(await read()).to.include({ has: false, other: 'changed' })
      })
    }
  })
}

it('koa: a session whose data hide its methods is shown by its length, inspect and JSON', async () => {
  const hidden = { toJSON: 'text', commit: 1, save: true }
  const handlers: Record<string, Handler> = {
    '/set': ctx => void Object.assign(ctx.session as Bag, hidden),
    '/read': ctx => (ctx.body = { length: (ctx.session as Bag).length, text: inspect(ctx.session), json: JSON.stringify(ctx.session) }),
  }
  const visitor = new KoaSite({}, handlers).visitor()
  await visitor.get('/set')
  expect((await visitor.get('/read')).body).to.deep.equal({ length: 3, text: inspect(hidden), json: JSON.stringify(hidden) })
})
