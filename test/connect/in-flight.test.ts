import { expect } from 'chai'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { Site, type Req } from '../support/site'
import { turns, useServers, Wire } from '../support/wire'
import { cookieOf, withheld } from './stage'

type Begin = (req: Req) => unknown

const forget = (): void => {}

/** Session calls that a handler does not await, and their store calls, in order, before the response is sent. */
const BEGUN: Record<string, { begin: Begin; asks: string[] }> = {
  'a save with a callback': { begin: req => ((data(req).user = 'ada'), req.session.save(forget)), asks: ['set'] },
  'a save by promise': { begin: req => ((data(req).user = 'ada'), void req.session.save()), asks: ['set'] },
  'a destroy': { begin: req => req.session.destroy(forget), asks: ['destroy'] },
  'a regenerate': { begin: req => req.session.regenerate(() => (data(req).user = 'ada')), asks: ['destroy', 'set'] },
  'a save begun by a regenerate': {
    begin: req => req.session.regenerate(() => ((data(req).user = 'ada'), req.session.save(forget))),
    asks: ['destroy', 'set'],
  },
}

describe('connect: session calls that the handler does not await', () => {
  useServers()

  for (const [what, { begin, asks }] of Object.entries(BEGUN)) {
    it(`${what} is completed before the first byte`, async () => {
      const store = new GateStore()
      const { server, errors } = new Site({ store }, (req, res) => {
        begin(req)
        res.statusCode = 302
        res.setHeader('Location', '/')
        res.end('text')
      })
      const wire = (await Wire.to(server)).get()
      for (const _ of asks) {
        await withheld(wire, store)
        store.release()
      }
      expect(await wire.answer()).to.include({ line: 'HTTP/1.1 302 Found', body: 'text' })
      expect({ asked: store.asked, errors }).to.deep.equal({ asked: asks, errors: [] })
    })
  }

  it('a regenerate sends the new cookie', async () => {
    const store = new GateStore()
    const { server } = new Site({ store }, (req, res) => {
      req.session.regenerate(() => (data(req).user = 'ada'))
      res.end('text')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.open = true
    store.release()
    const sent = cookieOf(await wire.answer())
    const [id] = Object.keys(store.sessions)
    expect(sent).to.include(`s%3A${id}.`)
  })

  it('a regenerate is not undone by the default resave', async () => {
    const store = new GateStore()
    store.open = true
    const { server } = new Site({ store, resave: true }, (req, res) => {
      if (req.url === '/enter') data(req).user = 'ada'
      else req.session.regenerate(forget)
      res.end(req.sessionID)
    })
    const enter = await (await Wire.to(server)).get('/enter').answer()
    const cookie = cookieOf(enter)
    store.open = false
    const wire = (await Wire.to(server)).get('/', `Cookie: ${cookie}`)
    await store.waits()
    store.open = true
    store.release()
    await wire.answer()
    expect(Object.keys(store.sessions)).to.not.include(enter.body)
  })

  it('a failed save is tried again', async () => {
    const store = new GateStore()
    const { server, errors } = new Site({ store }, (req, res) => {
      data(req).user = 'ada'
      req.session.save(forget)
      res.end('text')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.open = true
    store.release(new Error('no disk'))
    expect((await wire.answer()).body).to.equal('text')
    expect({ asked: store.asked, errors }).to.deep.equal({ asked: ['set', 'set'], errors: [] })
    expect(Object.keys(store.sessions)).to.have.length(1)
  })

  it('several failed saves are tried again, after any earlier calls', async () => {
    const store = new GateStore()
    store.open = true
    const { server } = new Site({ store }, async (req, res) => {
      data(req).first = true
      res.write('first ')
      store.open = false
      data(req).second = true
      const saves = [req.session.save(), req.session.save()]
      const settled = Promise.allSettled(saves)
      for (const _ of saves) {
        store.release(new Error('no disk'))
        await turns()
      }
      store.open = true
      await settled
      res.end('last')
    })
    expect((await (await Wire.to(server)).get().answer()).body).to.equal('first last')
    const [record] = Object.values(store.sessions as Record<string, string>)
    expect(JSON.parse(record as string)).to.include({ first: true, second: true })
  })
})
