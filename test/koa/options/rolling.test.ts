import { expect } from 'chai'
import { STORES } from '../kinds'
import { useClock } from '../../support/clock'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, lines, show, type Handler } from '../site'
import { Strings, Told } from '../told'

const HOUR = 3_600_000

/** One that has not looked at the session. */
const nothing: Handler = ctx => void (ctx.body = 'nothing')

const HANDLERS = { '/': count, '/read': show, '/nothing': nothing }

for (const [kind, make] of Object.entries(STORES)) {
  describe(`koa options: rolling, of sessions in ${kind}`, () => {
    const clock = useClock()
    const site = (rolling?: boolean): KoaSite => new KoaSite({ ...make(), rolling, name: 'sess', maxAge: HOUR }, HANDLERS)

    for (const path of ['/read', '/nothing']) {
      it(`true sets the cookie anew on ${path}, its date moved`, async () => {
        const visitor = site(true).visitor()
        expect(lines(await visitor.get())[0]).to.contain('01:00:00')
        clock.turn(60_000)
        expect(lines(await visitor.get(path))[0]).to.contain('01:01:00')
      })
    }

    it('true makes the session live on from there', async () => {
      const visitor = site(true).visitor()
      await visitor.get()
      for (let i = 0; i < 3; i++) {
        clock.turn(HOUR - 1_000)
        expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      }
      clock.turn(HOUR)
      expect((await visitor.get('/read')).text).to.equal('{}')
    })

    for (const rolling of [false, undefined]) {
      it(`${rolling} does not, where nothing has changed`, async () => {
        const visitor = site(rolling).visitor()
        await visitor.get()
        clock.turn(HOUR - 1_000)
        expect(lines(await visitor.get('/read'))).to.deep.equal([])
        clock.turn(1_000)
        expect((await visitor.get('/read')).text).to.equal('{}')
      })
    }

    it('true sets none for someone new who has put nothing in', async () => {
      expect(lines(await site(true).get('/read'))).to.deep.equal([])
    })
  })
}

describe('koa options: rolling, and what the store is asked', () => {
  it('is to touch, of express-session’s', async () => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store, rolling: true, maxAge: HOUR }, HANDLERS).visitor()
    await visitor.get()
    store.trace()
    await visitor.get('/read')
    expect(store.trace()).to.deep.equal(['get', 'touch'])
  })

  it('is to set, of promises, which is told that nothing has changed', async () => {
    const store = new Told()
    const visitor = new KoaSite({ store: store as never, rolling: true, maxAge: HOUR }, HANDLERS).visitor()
    await visitor.get()
    await visitor.get('/read')
    const infos = store.calls.map(call => call.at(-1) as { rolling?: boolean; changed?: boolean })
    expect(infos.map(({ rolling, changed }) => [rolling, changed])).to.deep.equal([
      [true, true],
      [true, undefined],
      [true, false],
    ])
  })

  it('is nothing of JSON strings, which have no date', async () => {
    const store = new Strings()
    const saves: string[] = []
    store.save = (id, json) => void (saves.push(json), store.records.set(id, json))
    const visitor = new KoaSite({ store: store as never, rolling: true }, HANDLERS).visitor()
    await visitor.get()
    expect(lines(await visitor.get('/read')).length).to.equal(2)
    expect(saves).to.deep.equal(['{"views":1}'])
  })

  it('is nothing with false', async () => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store, rolling: false, maxAge: HOUR }, HANDLERS).visitor()
    await visitor.get()
    store.trace()
    await visitor.get('/read')
    expect(store.trace()).to.deep.equal(['get'])
  })
})
