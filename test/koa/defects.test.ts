import { expect } from 'chai'
import { MemoryStore } from '../../lib'
import { count, KoaSite, leave, lines, show, type Bag, type Handler, type KoaApp } from './site'

type Make = (options: object, app?: KoaApp) => unknown

/* eslint-disable @typescript-eslint/no-require-imports -- their types clash with each other */
const koaSession = (require('koa-session') as { default: Make }).default
const generic = require('koa-generic-session') as Make
/* eslint-enable @typescript-eslint/no-require-imports */

interface Case {
  readonly theirs: (app: KoaApp) => unknown
  readonly ours: object
  readonly handlers: Record<string, Handler>
  readonly visits: (site: KoaSite) => Promise<unknown>
  /** What ours makes of it, and what theirs does. */
  readonly good: unknown
  readonly bad: unknown
}

const READS: Record<string, Handler> = { '/': count, '/read': show, '/app': count, '/app/leave': leave }

const CASES: Record<string, Case> = {
  'koa-session ignores that a session in the cookie is emptied': {
    theirs: app => koaSession({}, app),
    ours: {},
    handlers: { ...READS, '/empty': ctx => (ctx.session = {} as Bag) },
    async visits(site) {
      const visitor = site.visitor()
      await visitor.get()
      await visitor.get('/empty')
      return (await visitor.get('/read')).text
    },
    good: '{}',
    bad: '{"views":1}',
  },
  'koa-session gives later cookies a date that the first had not': {
    theirs: app => koaSession({}, app),
    ours: {},
    handlers: READS,
    async visits(site) {
      const visitor = site.visitor()
      return [await visitor.get(), await visitor.get()].map(res => lines(res)[0]?.includes('expires='))
    },
    good: [false, false],
    bad: [false, true],
  },
  'koa-session sends cookies that browsers drop': {
    theirs: app => koaSession({}, app),
    ours: {},
    handlers: { '/': ctx => void Object.assign(ctx.session as Bag, { text: 'x'.repeat(6000) }) },
    visits: async site => lines(await site.get()).length,
    good: 0,
    bad: 2,
  },
  'koa-generic-session cannot read a session that was set as an object': {
    theirs: () => generic({}),
    ours: { store: new MemoryStore() },
    handlers: { ...READS, '/set': ctx => (ctx.session = { a: 1 } as never) },
    async visits(site) {
      const visitor = site.visitor()
      await visitor.get('/set')
      return ((await visitor.get('/read')).body as Bag | null)?.a ?? JSON.parse((await visitor.get('/read')).text || '{}').a
    },
    good: 1,
    bad: undefined,
  },
  'koa-generic-session clears a cookie at another path than its own': {
    theirs: () => generic({ cookie: { path: '/app', signed: true } }),
    ours: { store: new MemoryStore(), cookie: { path: '/app' } },
    handlers: READS,
    async visits(site) {
      const visitor = site.visitor()
      await visitor.get('/app')
      await visitor.get('/app/leave')
      return visitor.jar.names
    },
    good: [],
    bad: ['koa.sid', 'koa.sid.sig'],
  },
}

describe('koa: defects of older middlewares, and not ours', () => {
  for (const [title, { theirs, ours, handlers, visits, good, bad }] of Object.entries(CASES)) {
    it(title, async () => {
      expect(await visits(new KoaSite(ours, handlers)), 'ours').to.deep.equal(good)
      expect(await visits(new KoaSite({}, handlers, { instead: theirs })), 'theirs').to.deep.equal(bad)
    })
  }
})
