import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, leave, show, type Bag, type Ctx, type Handler, type KoaSessionOptions } from '../site'
import { Told } from '../told'

type Concurrency = KoaSessionOptions['concurrency']

const put =
  (key: string): Handler =>
  ctx =>
    void ((ctx.session as Bag)[key] = 1)

/** A slow request reads the session, a fast one comes and goes, and the slow one goes on. @returns what is there then, and what the store was asked */
async function overlap(
  store: { trace(): string[] } | undefined,
  concurrency: Concurrency,
  fast: Handler = put('fast'),
): Promise<[text: string, calls: string[]]> {
  let arrived = (): void => {}
  let release = (): void => {}
  const slow = async (ctx: Ctx): Promise<void> => {
    const goesOn = new Promise<void>(resolve => (release = resolve))
    arrived()
    await goesOn
    put('slow')(ctx)
  }
  const options: KoaSessionOptions = { concurrency, ...(store && { store: store as never }) }
  const visitor = new KoaSite(options, { '/': count, '/read': show, '/slow': slow, '/fast': fast }).visitor()
  await visitor.get()
  store?.trace()
  const reads = new Promise<void>(resolve => (arrived = resolve))
  const waiting = visitor.get('/slow')
  // It is sent with the await of the next line
  void waiting.then(() => {})
  await reads
  await visitor.get('/fast')
  release()
  await waiting
  const calls = store?.trace() ?? []
  return [(await visitor.get('/read')).text, calls]
}

const STORES = { 'express-session’s store': () => new TracingStore(), 'a store of promises': () => new Told() }

for (const [kind, make] of Object.entries(STORES)) {
  describe(`koa options: concurrency, of ${kind}`, () => {
    for (const value of ['auto', undefined] as const) {
      it(`${value} keeps what either request put in, for one read more`, async () => {
        const [text, calls] = await overlap(make(), value)
        expect(JSON.parse(text)).to.deep.equal({ views: 1, fast: 1, slow: 1 })
        expect(calls).to.deep.equal(['get', 'get', 'set', 'get', 'set'])
      })

      it(`${value} brings nothing back that another request has ended`, async () => {
        const store = make()
        const [text] = await overlap(store, value, leave)
        expect(text).to.equal('{}')
      })
    }

    it('merge reads before each save', async () => {
      const [text, calls] = await overlap(make(), 'merge')
      expect(JSON.parse(text)).to.deep.equal({ views: 1, fast: 1, slow: 1 })
      expect(calls).to.deep.equal(['get', 'get', 'get', 'set', 'get', 'set'])
    })

    it('off lets the last to save win', async () => {
      const [text, calls] = await overlap(make(), 'off')
      expect(JSON.parse(text)).to.deep.equal({ views: 1, slow: 1 })
      expect(calls).to.deep.equal(['get', 'get', 'set', 'set'])
    })

    for (const value of ['on', '', true, null]) {
      it(`${JSON.stringify(value)} is refused when the app starts`, () => {
        expect(() => new KoaSite({ store: make() as never, concurrency: value as never }, count)).to.throw(
          TypeError,
          'concurrency option must be "auto", "merge" or "off"',
        )
      })
    }
  })
}

describe('koa options: concurrency, of sessions in the cookie', () => {
  for (const value of ['auto', 'merge', 'off', undefined] as const) {
    it(`${value} keeps the cookie that came last: there is nowhere else to look`, async () => {
      expect(JSON.parse((await overlap(undefined, value))[0])).to.deep.equal({ views: 1, slow: 1 })
    })
  }

  for (const value of ['auto', 'off'] as const) {
    it(`${value} keeps it though the other has ended the session, for the same reason`, async () => {
      expect(JSON.parse((await overlap(undefined, value, leave))[0])).to.deep.equal({ views: 1, slow: 1 })
    })
  }

  it('that could not be is refused when the app starts, all the same', () => {
    expect(() => new KoaSite({ concurrency: 'on' as never }, count)).to.throw(TypeError, 'concurrency option must be')
  })
})
