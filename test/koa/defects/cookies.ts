import { KOA_SESSION, withCookie, type Defect } from './defect'
import { lines, type Bag, type Handler } from '../site'

const DAY = 86_400_000

const text =
  (value: string): Handler =>
  ctx =>
    void (((ctx.session as Bag).text = value), (ctx.body = 'set'))

/** Defects of the cookies that carry sessions or their IDs. */
export const COOKIES: readonly Defect[] = [
  {
    number: 4,
    what: 'An object that replaces a session is sent under a cookie without signature and attributes, and is not read again',
    whose: ['koa-sess', 'koa-generic-session', 'koa-session-ts'],
    async visits({ site }) {
      const visitor = site.visitor()
      const set = lines(await visitor.get('/replace')).map(line => [line.split('=')[0], /; httponly/i.test(line)])
      return [set, (await visitor.get('/read')).text]
    },
    good: [[['koa.sid', true], ['koa.sid.sig', true]], '{"a":1}'], // prettier-ignore
    bad: [[['koa.sid', true]], '{}'],
  },
  {
    number: 5,
    what: 'If the cookie options do not set signed, the cookie is sent unsigned, and is then refused because its signature is missing',
    whose: ['koa-session-ts'],
    options: withCookie({ maxAge: DAY }),
    async visits({ site }) {
      const visitor = site.visitor()
      await visitor.get('/set')
      return (await visitor.get('/read')).text
    },
    good: '{"a":1}',
    bad: '{}',
  },
  {
    number: 7,
    what: 'In the cookie, an empty session in the place of another is not saved',
    whose: KOA_SESSION,
    options: () => ({}),
    handlers: { '/empty': ctx => void (ctx.session = {} as Bag) },
    async visits({ site }) {
      const visitor = site.visitor()
      await visitor.get('/set')
      await visitor.get('/empty')
      return (await visitor.get('/read')).text
    },
    good: '{}',
    bad: '{"a":1}',
  },
  ...[true, false].map((isKept): Defect => ({
    number: 8,
    what: `Without a maxAge, the first cookie ends with the browser, and each later cookie after a day: of sessions in ${isKept ? 'the cookie' : 'a store'}`,
    whose: KOA_SESSION,
    ...(isKept && { options: () => ({}) }),
    handlers: { '/change': ctx => void ((ctx.session as Bag).a = 2) },
    async visits({ site }) {
      const visitor = site.visitor()
      return [await visitor.get('/set'), await visitor.get('/change')].map(res => lines(res)[0]?.includes('expires='))
    },
    good: [false, false],
    bad: [false, true],
  })),
  {
    number: 9,
    what: 'A cookie is not cleared that has another path than /',
    whose: ['koa-sess', 'koa-generic-session', 'koa-session-ts'],
    options: withCookie({ path: '/app', signed: true }),
    handlers: { '/app/set': ctx => void ((ctx.session as Bag).a = 1), '/app/end': ctx => void (ctx.session = null) },
    async visits({ site }) {
      const visitor = site.visitor()
      await visitor.get('/app/set')
      await visitor.get('/app/end')
      return visitor.jar.names
    },
    good: [],
    bad: ['koa.sid', 'koa.sid.sig'],
  },
  {
    number: 9,
    what: 'The signature of a cookie that is cleared stays',
    whose: ['koa-sess', 'koa-session-ts'],
    async visits({ site }) {
      const visitor = site.visitor()
      await visitor.get('/set')
      await visitor.get('/end')
      return visitor.jar.names.includes('koa.sid.sig')
    },
    good: false,
    bad: true,
  },
  ...(
    [
      ['A letter of Latin-1 in the data loses the session', 'ü', 200],
      ['A ; in the data is a 500', 'a;b', 500],
      ['A letter beyond Latin-1 in the data is a 500', '漢', 500],
    ] as const
  ).map(([what, value, status]): Defect => ({
    number: 11,
    what: `In the cookie, ${what.replace(/^A/, 'a')}`,
    whose: ['koa-session-store'],
    options: () => ({}),
    handlers: { '/text': text(value) },
    async visits({ site }) {
      const visitor = site.visitor()
      const { status } = await visitor.get('/text')
      return [status, JSON.parse((await visitor.get('/read')).text)]
    },
    good: [200, { text: value }],
    bad: [status, {}],
  })),
  {
    number: 11,
    what: 'A cookie that is no JSON is a 500, for each request from then on',
    whose: ['koa-session-store'],
    options: () => ({ cookie: { signed: false } }),
    async visits({ site }) {
      const visitor = site.visitor()
      visitor.jar.forge('koa:sess', 'garbage')
      return [(await visitor.get('/read')).status, (await visitor.get('/set')).status, (await visitor.get('/read')).text]
    },
    good: [200, 200, '{"a":1}'],
    bad: [500, 500, 'Internal Server Error'],
  },
  {
    number: 19,
    what: 'A session is sent that is too large for a cookie, and browsers drop it',
    whose: KOA_SESSION,
    options: () => ({}),
    handlers: { '/text': text('x'.repeat(6000)) },
    async visits({ site }) {
      const res = await site.get('/text')
      return [res.status, lines(res).some(line => line.length > 4096), site.errors.map(err => err.name)]
    },
    good: [500, false, ['RangeError']],
    bad: [200, true, []],
  },
]
