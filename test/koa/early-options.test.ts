import { expect } from 'chai'
import { MemoryStore } from '../../lib'
import { useUncaught } from '../support/uncaught'
import { KoaSite, lines, type Ctx, type KoaSessionOptions, type Middleware } from './site'
import { Told } from './told'

const DAY = 86_400_000
const FAR = Date.parse('2100-01-01')

/** A store that calls back in a later turn, as one that asks a server does. */
class FarStore extends MemoryStore {
  override get(...args: Parameters<InstanceType<typeof MemoryStore>['get']>): void {
    setImmediate(() => void super.get(...args))
  }
}

const KINDS: Record<string, () => KoaSessionOptions> = {
  'the cookie': () => ({}),
  'a near store': () => ({ store: new MemoryStore() }),
  'a far store': () => ({ store: new FarStore() }),
  'a store of promises': () => ({ store: new Told() as never }),
}

/** What an earlier middleware sets in `ctx.sessionOptions`, and in how many milliseconds the cookie of a session that is saved expires, or when. */
const ACCEPTED: readonly (readonly [option: string, value: unknown, ends: number | undefined])[] = [
  ['maxAge', 60_000, 60_000],
  ['maxAge', '60000', 60_000],
  ['maxAge', ' 6e4 ', 60_000],
  ['maxAge', 0, DAY],
  ['maxAge', '0', DAY],
  ['maxAge', '', DAY],
  ['maxAge', false, DAY],
  ['maxAge', NaN, DAY],
  ['maxAge', 'session', undefined],
  ['expires', new Date('2100-01-01'), FAR],
  ['expires', '2100-01-01', FAR],
  ['expires', Date.parse('2100-01-01'), FAR],
  ['expires', 0, undefined],
  ['expires', false, undefined],
  ['expires', '', undefined],
  ['expires', null, undefined],
]

/** Values that fail only if the cookie is to be set. */
const UNSENDABLE = [
  ['expires', 'tomorrow'],
  ['expires', {}],
  ['maxAge', 1e20],
  ['path', 'a;b'],
  ['domain', 'a b;'],
] as const

/** Values that are refused where they are set. */
const REFUSED: readonly unknown[] = ['soon', '1d', Infinity, 'Infinity', -Infinity, true, {}, [], new Date(), () => 5]

/** A client that sends a cookie of a session that does not exist. */
async function visit(site: KoaSite, path: string, hasCookie: boolean): Promise<{ status: number; text: string; lines: string[] }> {
  const cookies = 'koa.sid=any-id; koa.sess=eyJhIjoxLCJfZXhwaXJlIjoxfQ=='
  const res = await (hasCookie ? site.get(path).set('Cookie', cookies) : site.get(path)).timeout(3000)
  return { status: res.status, text: res.text, lines: lines(res) }
}

function lifetimeIn(line = '', from = Date.now()): number | undefined {
  const ends = /expires=([^;]*)/.exec(line)?.[1]
  return ends === undefined ? undefined : Date.parse(ends) - from
}

function siteOf(options: KoaSessionOptions, option: string, value: unknown): KoaSite {
  const before: Middleware = (ctx, next) => ((ctx.sessionOptions[option] = value), next())
  const handler = (ctx: Ctx): void => {
    if (ctx.path === '/fill') Object.assign(ctx.session as object, { a: 1 })
    ctx.body = JSON.stringify(ctx.session)
  }
  return new KoaSite({ ...options, cookie: { signed: false } }, handler, { before: [before], knowsApp: true })
}

describe('koa: what an earlier middleware sets in ctx.sessionOptions', () => {
  const uncaught = useUncaught()
  const told = (value: unknown): string => JSON.stringify(value) ?? String(value)

  for (const [kind, options] of Object.entries(KINDS)) {
    for (const hasCookie of [false, true]) {
      const where = `${kind}, ${hasCookie ? 'of a client with an unknown session' : 'of a new client'}`

      it(`is the lifetime of the cookie, if it is one: in ${where}`, async () => {
        for (const [option, value, ends] of ACCEPTED) {
          const site = siteOf(options(), option, value)
          const what = `${option}: ${told(value)}`
          expect((await visit(site, '/', hasCookie)).text, what).to.equal('{}')
          const filled = await visit(site, '/fill', hasCookie)
          expect([filled.text, uncaught], what).to.deep.equal(['{"a":1}', []])
          const lifetime = lifetimeIn(filled.lines[0], ends === FAR ? 0 : undefined)
          if (ends === undefined) expect(lifetime, what).to.equal(undefined)
          else expect(lifetime, what).to.be.within(ends - 10_000, ends + 10_000)
        }
      })

      it(`fails only a save, if a cookie cannot have it: in ${where}`, async () => {
        for (const [option, value] of UNSENDABLE) {
          const site = siteOf(options(), option, value)
          const what = `${option}: ${told(value)}`
          expect((await visit(site, '/', hasCookie)).status, what).to.equal(200)
          expect([(await visit(site, '/fill', hasCookie)).status, uncaught], what).to.deep.equal([500, []])
          expect(site.errors.map(err => err.message).join(), what).to.match(/^option (expires|path|domain) is invalid$/)
        }
      })

      it(`is an error of the middleware that sets it, if it is no lifetime: in ${where}`, async () => {
        for (const value of REFUSED) {
          const site = siteOf(options(), 'maxAge', value)
          expect([(await visit(site, '/', hasCookie)).status, uncaught], told(value)).to.deep.equal([500, []])
          expect(site.errors.map(err => err.message)).to.deep.equal(['maxAge must be a finite number of milliseconds or "session"'])
        }
      })
    }
  }

  it('is read as it was set', async () => {
    for (const [option, value] of [...ACCEPTED, ...UNSENDABLE]) {
      const read: unknown[] = []
      const before: Middleware[] = [
        (ctx, next) => ((ctx.sessionOptions[option] = value), next()),
        (ctx, next) => (read.push(ctx.sessionOptions[option]), next()),
      ]
      await new KoaSite({ store: new MemoryStore() }, () => {}, { before, knowsApp: true }).get()
      expect(read).to.deep.equal([value])
    }
  })
})
