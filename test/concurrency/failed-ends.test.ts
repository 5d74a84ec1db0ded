import { expect } from 'chai'
import { useTimers } from '../support/timers'
import { turns } from '../support/wire'
import { DOWN, Group, type OpenRequest } from './group-rig'
import type { Ability } from './stepped-store'

const TIMEOUT = 500
const ABILITIES: readonly Ability[] = ['set', 'update', 'compareAndSet']

type End = 'destroy' | 'regenerate'
const ENDS: readonly End[] = ['destroy', 'regenerate']

for (const ability of ABILITIES)
  describe(`concurrency: ends of a session that fail, on a store with ${ability}`, () => {
    const timers = useTimers()
    const group = (): Group => new Group(ability, { known: true }, { storeTimeout: TIMEOUT })

    for (const how of ENDS) {
      it(`a save that the same request began before its ${how} is made`, async () => {
        const saves = group()
        const [request] = saves.busy(1)
        request.put({ mine: 1 }).save()
        request[how]()
        await saves.answerAll('fail')
        expect(request.results).to.deep.equal(['done', 'store down'])
        expect(saves.stored).to.deep.equal({ known: true, first: true, mine: 1 })
      })

      it(`a save and an update that the same request began before its ${how} do not restore the session if that succeeds`, async () => {
        const saves = group()
        const [request] = saves.busy(1)
        request.put({ mine: 1 }).save()
        request.update(draft => void Object.assign(draft, { also: 1 }))
        request[how]()
        await saves.answerAll('succeed')
        expect(request.results).to.deep.equal(['done', 'done', 'done'])
        expect(saves.stored).to.equal(undefined)
      })

      it(`a save of another request that began during a ${how} is made`, async () => {
        const saves = group()
        const [ending, saving] = saves.open(2) as [OpenRequest, OpenRequest]
        ending[how]()
        saving.put({ mine: 1 }).save()
        await saves.answerAll('fail')
        expect(saves.stored).to.deep.equal({ known: true, mine: 1 })
      })

      it(`a save after two failures of ${how} is made`, async () => {
        const saves = group()
        const [one, two, saving] = saves.open(3) as [OpenRequest, OpenRequest, OpenRequest]
        one[how]()
        two[how]()
        await saves.answerAll('fail')
        saving.put({ mine: 1 }).save()
        await saves.answerAll('fail')
        expect([one.results, two.results, saving.results]).to.deep.equal([['store down'], ['store down'], ['done']])
        expect(saves.stored).to.deep.equal({ known: true, mine: 1 })
      })

      it(`no save is made after a ${how} that succeeds, if an earlier one fails, or a later one`, async () => {
        for (const failing of [0, 1]) {
          const saves = group()
          const requests = saves.open(3) as [OpenRequest, OpenRequest, OpenRequest]
          requests[0][how]()
          requests[1][how]()
          for (let ends = 0; saves.store.waiting.length > 0; await turns(1)) {
            if (saves.store.waiting[0] === 'destroy' && ends++ === failing) saves.store.fail(DOWN)
            else saves.store.answer()
          }
          requests[2].put({ mine: 1 }).save()
          await saves.answerAll('succeed')
          expect(saves.stored).to.equal(undefined)
        }
      })
    }

    it('a write that lands late does not end a session whose ends have timed out or failed', async () => {
      const saves = group()
      const { store } = saves
      // Its request stays open
      const [lost] = saves.open(1) as [OpenRequest]
      lost.destroy()
      store.take()
      timers.turn(TIMEOUT)
      await turns(1)
      const [early, saving, ending] = saves.open(3) as [OpenRequest, OpenRequest, OpenRequest]
      early.put({ early: 1 }).save()
      saving.put({ late: 1 }).save()
      timers.turn(100)
      ending.destroy()
      store.answer()
      if (store.waiting[0] === 'get') store.answer()
      const late = store.take()
      timers.turn(TIMEOUT - 100)
      await turns(1)
      expect(store.waiting).to.deep.equal(['destroy'])
      store.fail(DOWN)
      late.answer()
      await turns(1)
      expect([lost, saving, ending].flatMap(({ results }) => results)).to.deep.equal([
        ...Array<string>(2).fill('store did not answer within 500 ms'),
        'store down',
      ])
      expect(store.waiting).to.deep.equal([])
      expect(saves.stored).to.deep.equal({ known: true, early: 1, late: 1 })
    })

    it("a rotation does not take the session along that a store's own regenerate is ending", async () => {
      const ends = group()
      const { store } = ends
      Object.assign(store, {
        regenerate(host: { sessionID: string }, done: (err?: unknown) => void) {
          store.destroy(host.sessionID, done)
        },
      })
      const [ending, rotating] = ends.open(2) as [OpenRequest, OpenRequest]
      ending.regenerate()
      const destroy = store.take()
      rotating.rotate()
      // The read of the rotation, if there is one, overtakes the destroy
      await ends.answerAll('succeed')
      destroy.answer()
      await turns(1)
      expect([ending.results, rotating.results]).to.deep.equal([['done'], ['failed to load session']])
      expect(store.records.size).to.equal(0)
    })
  })
