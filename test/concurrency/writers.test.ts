import { expect } from 'chai'
import { data } from '../support/handlers'
import { ComparingStore, ShufflingStore } from '../support/shuffling-store'
import { useServers } from '../support/wire'
import { onEachHost } from './requests'

const KEYS = Array.from({ length: 50 }, (_, number) => `/key-${number}`)
const ORDERS = 100

onEachHost('concurrency: fifty requests of one session, each with a key of its own', Meeting => {
  useServers()

  it(`keep all fifty, in ${ORDERS} random orders`, async () => {
    for (let seed = 1; seed <= ORDERS; seed++) {
      const store = new ShufflingStore(seed)
      const meeting = new Meeting(store, async (req, res) => {
        await store.turn()
        data(req)[req.url as string] = true
        await store.turn()
        res.end()
      })
      await meeting.askAll(KEYS)
      expect(Object.keys(meeting.stored ?? {}), `order ${seed}`).to.have.members(['cookie', 'known', ...KEYS])
    }
  }).timeout(60_000)

  it('read the session once each from a store with compareAndSet, and write it a few times together', async () => {
    const store = new ComparingStore(1)
    let entered = 0
    let enter = (): void => {}
    const all = new Promise<void>(resolve => (enter = resolve))
    const meeting = new Meeting(store, async (req, res) => {
      // On a busy machine, the last connections are accepted when the first responses are on their way
      if (++entered === KEYS.length) enter()
      await all
      await store.turn()
      data(req)[req.url as string] = true
      res.end()
    })
    await meeting.askAll(KEYS)
    expect(Object.keys(meeting.stored ?? {})).to.have.members(['cookie', 'known', ...KEYS])
    const times = (what: string): number => store.asked.filter(asked => asked === what).length
    expect(times('get')).to.equal(50)
    expect(times('compareAndSet')).to.be.at.most(10)
  })
})
