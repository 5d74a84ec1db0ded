import { expect } from 'chai'
import { clientFor } from '../../lib/core/store/store-clients'
import { HOSTS } from '../support/hosts'
import type { SessionOptions } from '../support/subject'
import { useTimers } from '../support/timers'
import { turns, useServers } from '../support/wire'
import { LIMIT, type Fault } from './faults'
import { answerError, Line, lineServer } from './line'
import { handle } from './requests'
import { asStore, breakStore, ComparingStore, PlainStore, type Method } from './stores'

/** The latest time of a response. */
const MOST = LIMIT + 50

const slow = (ms: number): Fault => ({ act: (good, done) => void setTimeout(() => done(...good()), ms) })
const never: Fault = { act: () => {} }

/** Commits that make several calls, of which each is in time and all of them together are not. */
const COMMITS: Record<string, { store: new () => PlainStore; path: string; options?: Partial<SessionOptions>; faults: [Method, Fault][] }> =
  {
    'a touch that fails, and a get that does not call back': {
      store: PlainStore,
      path: '/show',
      options: { awaitTouch: true },
      faults: [
        ['touch', { act: (_, done) => void setTimeout(done, LIMIT - 10, new Error('no disk')) }],
        ['get', never],
      ],
    },
    'a save that is refused, and read again': {
      store: ComparingStore,
      path: '/count',
      faults: [
        ['compareAndSet', { act: (_, done) => void setTimeout(done, LIMIT - 10, null, { ok: false }) }],
        ['get', slow(LIMIT - 10)],
      ],
    },
    'a save that is refused again and again': {
      store: ComparingStore,
      path: '/count',
      faults: [['compareAndSet', { act: (_, done) => void setTimeout(done, 90, null, { ok: false }) }]],
    },
    'a save that reads before it writes': {
      store: PlainStore,
      path: '/count',
      options: { concurrency: 'merge' },
      faults: [
        ['get', slow(LIMIT - 10)],
        ['set', slow(LIMIT - 10)],
      ],
    },
  }

describe('faults: one time limit applies to all store calls of a step', () => {
  const clock = useTimers()
  useServers()

  const rows = Object.entries(COMMITS).flatMap(row => Object.entries(HOSTS).map(host => [...row, ...host] as const))
  for (const [what, { store: Store, path, options: given, faults }, name, host] of rows) {
    it(`${what}; ${name}`, async () => {
      const store = new Store()
      const options = { ...host.keepsAlive, ...given, storeTimeout: LIMIT, saveErrors: 'report', store: asStore(store) } as const
      const errors: unknown[] = []
      const handler: typeof handle = (...args) => {
        // The session is read in time; the following calls are those of the commit
        for (const [method, fault] of faults) breakStore(store, method, fault)
        return handle(...args)
      }
      let known = false
      const choose: typeof handle = (...args) => (known ? handler : handle)(...args)
      const fail = (...given: Parameters<typeof answerError>): void => (errors.push(given[0]), answerError(...given))
      const line = new Line(lineServer({ options, handler: choose, fail }, host))
      const { cookie } = await line.ask('/count')
      known = true
      let at: number | undefined
      const reply = line.ask(path, cookie).then(({ status }) => ((at = clock.now()), status))
      while (at === undefined && clock.now() <= 3 * LIMIT) {
        await turns(4)
        if (at === undefined) clock.turn(10)
      }
      await turns()
      expect(at).to.be.within(LIMIT - 10, MOST)
      expect({ status: await reply, errors: errors.length }).to.deep.equal({ status: 200, errors: 1 })
      expect(clientFor(asStore(store)).activeSessions.size).to.equal(0)
    })
  }
})
