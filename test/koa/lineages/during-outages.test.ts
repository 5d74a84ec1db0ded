import { expect } from 'chai'
import { koaGenericSession, koaSession } from '../../../lib/koa-presets'
import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'
import { useTimers } from '../../support/timers'
import { turns } from '../../support/wire'
import { count, KoaSite, type Handler } from '../site'
import { ORIGINALS, type Middleware } from './koa-app'
import { PromiseStore } from './traced-stores'

/** What becomes of a request before any timer of the store has fired. */
type Now = 'waits' | number

interface Case {
  readonly what: string
  readonly options?: AnySpelling
  readonly path?: string
  readonly now: Now
}

interface Pair {
  readonly original: Middleware
  readonly preset: Middleware
  readonly cases: readonly Case[]
}

const PAIRS: Record<string, Pair> = {
  'koa-generic-session': {
    original: ORIGINALS.koaGenericSession.create,
    preset: koaGenericSession as unknown as Middleware,
    cases: [
      { what: 'waits', now: 'waits' },
      { what: 'waits if reconnectTimeout is 0, which is ten seconds', options: { reconnectTimeout: 0 }, now: 'waits' },
      { what: 'does not wait on a path that is not the cookie’s', options: { cookie: { path: '/app' } }, path: '/other', now: 200 },
      { what: 'does not wait with defer if it does not use the session', options: { defer: true }, path: '/other', now: 200 },
      { what: 'waits with defer if it uses the session', options: { defer: true }, path: '/await', now: 'waits' },
    ],
  },
  'koa-session': {
    original: ORIGINALS.koaSession7.create,
    preset: koaSession as unknown as Middleware,
    cases: [
      { what: 'does not wait', now: 200 },
      { what: 'does not wait if it does not use the session', path: '/other', now: 200 },
    ],
  },
}

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/other': ctx => (ctx.body = 'ok'),
  '/await': async ctx => (ctx.body = JSON.stringify(await (ctx.session as unknown))),
}

for (const [name, { original, preset, cases }] of Object.entries(PAIRS)) {
  for (const [whose, create] of Object.entries({ [name]: original, 'its preset': preset })) {
    describe(`koa lineages: a request during an outage of the store, in ${whose}${whose === name ? '' : `, ${name}`}`, () => {
      useTimers()

      const siteOf = (options: AnySpelling = {}): [KoaSite, PromiseStore] => {
        const store = new PromiseStore()
        const instead = (app: unknown): unknown => create({ ...options, store: store as never }, app as never)
        return [new KoaSite({}, HANDLERS, { instead }), store]
      }

      for (const { what, options, path = '/', now } of cases) {
        it(what, async () => {
          const [site, store] = siteOf(options)
          store.emit('disconnect')
          let found: Now = 'waits'
          const response = site.get(path).then(({ status }) => (found = status))
          await turns(200)
          expect(found).to.equal(now)
          store.emit('connect')
          expect(await response).to.equal(200)
        })
      }

      if (name === 'koa-session') {
        it('gets the error of the store if the client has a session', async () => {
          const [site, store] = siteOf()
          const visitor = site.visitor()
          await visitor.get()
          store.emit('disconnect')
          expect((await visitor.get()).text).to.equal('2')
          store.fails = 'get'
          expect([(await visitor.get()).status, site.errors.map(err => err.message)]).to.deep.equal([500, ['no get today']])
        })
      }
    })
  }
}
