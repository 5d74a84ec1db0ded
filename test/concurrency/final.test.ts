import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { data } from '../support/handlers'
import type { Req } from '../support/site'
import { ComparingStore, ShufflingStore } from '../support/shuffling-store'
import type { SessionOptions } from '../support/subject'
import { useServers } from '../support/wire'
import { ID, onEachHost, record } from './requests'

const ORDERS = 1000

interface End {
  readonly options?: Partial<SessionOptions>
  readonly act: (req: Req) => unknown
}

/** The ways to end a session. */
const ENDS: Record<string, End> = {
  destroy: { act: req => new Promise(resolve => req.session.destroy(resolve)) },
  'destroy without await': { act: req => req.session.destroy(() => {}) },
  regenerate: { act: req => new Promise(resolve => req.session.regenerate(resolve)) },
  'null, with unset': { options: { unset: 'destroy' }, act: req => void (req.session = null as never) },
}

/** The concurrent requests of the session. */
const OTHERS: Record<string, End> = {
  reader: { act: () => {} },
  writer: { act: req => (data(req).late = true) },
  'writer that saves': { act: req => ((data(req).late = true), new Promise(resolve => req.session.save(resolve))) },
  'reader that reloads': { act: req => new Promise(resolve => req.session.reload(resolve)) },
  rolling: { options: { rolling: true }, act: () => {} },
  resave: { options: { resave: true }, act: () => {} },
}

onEachHost('concurrency: a session that is destroyed', (Meeting, { lacks }) => {
  useServers()
  let order = 0
  const others = Object.entries(OTHERS).filter(([, { options = {} }]) => !lacks.some(name => name in options))

  for (const [who, { act, options }] of others) {
    const orders = Math.ceil(ORDERS / 4 / others.length)

    it(`by a direct call of the store stays destroyed, next to a concurrent ${who}, on a store with compareAndSet`, async () => {
      for (let time = 0; time < orders; time++) {
        const store = new ComparingStore(++order)
        const handler = async (req: Req, res: ServerResponse): Promise<void> => {
          await store.turn()
          await act(req)
          await store.turn()
          res.end()
        }
        const meeting = new Meeting(store, handler, options, record({ known: true }, 60_000))
        const outside = store.turn().then(() => new Promise<void>(resolve => store.destroy(ID, () => resolve())))
        await Promise.all([meeting.askAll(['/', '/', '/']), outside])
        expect(meeting.stored, `order ${order}`).to.equal(undefined)
        expect(store.asked).to.not.include('set')
      }
    })
  }

  for (const [how, end] of Object.entries(ENDS)) {
    for (const [who, other] of others) {
      const orders = Math.ceil(ORDERS / Object.keys(ENDS).length / others.length)

      it(`by ${how} stays destroyed, next to a concurrent ${who}`, async () => {
        for (let time = 0; time < orders; time++) {
          const store = new ShufflingStore(++order)
          const meeting = new Meeting(
            store,
            async (req, res) => {
              await store.turn()
              await (req.url === '/end' ? end : other).act(req)
              await store.turn()
              res.end()
            },
            { ...end.options, ...other.options },
            record({ known: true }, 60_000),
          )
          await meeting.askAll(['/other', '/end', '/other'])
          expect(meeting.stored, `order ${order}`).to.equal(undefined)
          expect(store.asked.filter(what => what === 'destroy').length).to.be.at.least(1)
        }
      })
    }
  }

  it('is not sent as a cookie by a concurrent request', async () => {
    const store = new ShufflingStore(1)
    const meeting = new Meeting(
      store,
      async (req, res) => {
        if (req.url === '/end') {
          await new Promise(resolve => req.session.destroy(resolve))
          return res.end()
        }
        const ended = meeting.ask('/end')
        data(req).late = true
        await ended
        res.end()
      },
      { rolling: true },
      record({}, 60_000),
    )
    expect(await meeting.ask('/')).to.equal(undefined)
    expect(store.sessions[ID]).to.equal(undefined)
  })
})
