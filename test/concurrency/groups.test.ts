import { AsyncLocalStorage } from 'node:async_hooks'
import { expect } from 'chai'
import { EXCHANGE, hostOf } from '../../lib/core/session/session'
import { useDiagnostics } from '../support/diagnostics'
import { useTimers } from '../support/timers'
import { useUncaught } from '../support/uncaught'
import { turns } from '../support/wire'
import { Group, type OpenRequest } from './group-rig'
import { ID } from './rig'
import type { Ability, Data } from './stepped-store'

/** How a store writes a session that exists. */
const WRITES: Record<Ability, { readonly first: readonly string[]; readonly group: readonly string[] }> = {
  set: { first: ['set'], group: ['get', 'set'] },
  update: { first: ['update'], group: ['get', 'update'] },
  // The last write of this process is known, and need not be read
  compareAndSet: { first: ['compareAndSet'], group: ['compareAndSet'] },
}

const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `key-${index}`)

function endAll(requests: readonly OpenRequest[]): void {
  for (const [index, request] of requests.entries()) request.put({ [`key-${index}`]: index }).end()
}

for (const [ability, { first, group }] of Object.entries(WRITES) as [Ability, (typeof WRITES)[Ability]][]) {
  describe(`concurrency: saves of one session that wait at the same time, on a store with ${ability}`, () => {
    const messages = useDiagnostics('resession:merged', 'resession:conflict', 'resession:interrupted')
    const sent = (): unknown[] => messages.map(([channel]) => String(channel).replace('resession:', ''))

    it('are one write, and all changes are kept', async () => {
      const meeting = new Group(ability)
      const { store } = meeting
      const requests = meeting.busy(50)
      endAll(requests)
      expect(store.trace()).to.deep.equal(first)
      store.answerAll()
      expect(store.trace()).to.deep.equal(group)
      expect(meeting.stored).to.have.all.keys('first', ...keys(50))
      await turns(2)
      expect([meeting.errors, meeting.held]).to.deep.equal([[], 0])
      expect(sent()).to.deep.equal(Array(50).fill('merged'))
    })

    it('are merged in the order of their commits', () => {
      const meeting = new Group(ability, { value: 0 })
      const [one, two, three] = meeting.busy(3)
      two?.put({ value: 'two' }).end()
      one.put({ value: 'one' }).end()
      three?.put({ other: true }).end()
      meeting.store.answerAll()
      expect(meeting.stored).to.deep.equal({ first: true, value: 'one', other: true })
      expect(sent()).to.deep.equal(['merged', 'merged', 'conflict', 'merged'])
    })

    it('keep what one of them deletes deleted, whichever comes first', () => {
      const meeting = new Group(ability, { user: 'ada', cart: 1 })
      const [one, two, three] = meeting.busy(3)
      one.put({ user: 'eve' }).end()
      delete two?.session.user
      two?.end()
      three?.put({ user: 'bob', cart: 2 }).end()
      meeting.store.answerAll()
      expect(meeting.stored).to.deep.equal({ first: true, cart: 2 })
    })

    it('are read and merged again if another process has written', () => {
      const meeting = new Group(ability, { cart: 1 })
      const { store } = meeting
      const requests = meeting.busy(3)
      endAll(requests)
      store.answer()
      store.trace()
      store.change(ID, { theirs: 1 })
      store.answerAll()
      // A plain store has read after the other process has written
      expect(store.trace()).to.deep.equal(ability === 'compareAndSet' ? ['get', 'compareAndSet'] : group.slice(1))
      expect(meeting.stored).to.deep.equal({ first: true, cart: 1, theirs: 1, 'key-0': 0, 'key-1': 1, 'key-2': 2 })
    })

    it('are all dropped if another process has ended the session', async () => {
      const meeting = new Group(ability)
      const requests = meeting.busy(3)
      endAll(requests.slice(0, 2))
      requests[2]?.put({ c: 1 }).save()
      meeting.store.answer()
      meeting.store.records.delete(ID)
      meeting.store.answerAll()
      await turns(2)
      expect(meeting.stored).to.equal(undefined)
      expect(requests[2]?.results).to.deep.equal(['done'])
      expect(sent().filter(what => what !== 'merged')).to.deep.equal(['interrupted', 'interrupted', 'interrupted'])
      expect(meeting.errors).to.deep.equal([])
    })

    it('fail together if the write fails, and each one knows what is stored', async () => {
      const meeting = new Group(ability)
      const { store } = meeting
      const [one, two] = meeting.busy(2) as [OpenRequest, OpenRequest]
      one.put({ a: 1 }).save()
      two.put({ b: 1 }).save()
      store.answer()
      if (group[0] === 'get') store.answer()
      store.fail(new Error('connection lost'))
      await turns(2)
      expect([one.results, two.results]).to.deep.equal([['connection lost'], ['connection lost']])
      expect(meeting.stored).to.deep.equal({ first: true })
      one.put({ a: 2 }).end()
      two.put({ b: 2 }).end()
      store.answerAll()
      expect(meeting.stored).to.deep.equal({ first: true, a: 2, b: 2 })
    })

    it('know afterwards what is stored, so that the next save of each is right', async () => {
      const meeting = new Group(ability, { user: 'ada' })
      const { store } = meeting
      const [one, two] = meeting.busy(2) as [OpenRequest, OpenRequest]
      one.put({ a: 1 }).save()
      two.put({ b: 1 }).save()
      store.answerAll()
      await turns(2)
      delete one.session.user
      delete one.session.a
      one.end()
      two.put({ user: 'eve', b: 2 }).end()
      store.answerAll()
      expect(meeting.stored).to.deep.equal({ first: true, b: 2 })
    })

    it('are written alone if they belong to the same request', async () => {
      const meeting = new Group(ability, { n: 0 })
      const { store } = meeting
      const [one, two] = meeting.busy(2) as [OpenRequest, OpenRequest]
      const add = (draft: object): void => void ((draft as { n: number }).n += 1)
      one.update(add)
      one.update(add)
      two.update(add)
      store.answerAll()
      await turns(2)
      expect(store.trace().filter(call => call !== 'get')).to.have.length(3)
      expect([meeting.stored?.n, one.session.n, one.results]).to.deep.equal([3, 2, ['done', 'done']])
      one.put({ own: true }).end()
      store.answerAll()
      expect(meeting.stored).to.deep.equal({ first: true, n: 3, own: true })
    })

    for (const end of ['destroy', 'regenerate'] as const) {
      it(`are dropped if a ${end} comes between them`, async () => {
        const meeting = new Group(ability)
        const { store } = meeting
        const [one, two, ending, three] = meeting.busy(4) as OpenRequest[] as [OpenRequest, OpenRequest, OpenRequest, OpenRequest]
        one.put({ a: 1 }).end()
        two.put({ b: 1 }).save()
        ending[end]()
        three.put({ c: 1 }).save()
        store.answerAll()
        await turns(4)
        store.answerAll()
        expect([meeting.stored, ending.results]).to.deep.equal([undefined, ['done']])
        expect([two.results, three.results]).to.deep.equal([['done'], ['done']])
        expect(meeting.errors).to.deep.equal([])
      })
    }

    it('do not become one write across a destroy', async () => {
      const meeting = new Group(ability)
      const { store } = meeting
      const [one, two, ending, three, four] = meeting.busy(5) as OpenRequest[] as [
        OpenRequest,
        OpenRequest,
        OpenRequest,
        OpenRequest,
        OpenRequest,
      ]
      one.put({ a: 1 }).end()
      two.put({ b: 1 }).end()
      ending.destroy()
      three.put({ c: 1 }).end()
      four.put({ d: 1 }).end()
      for (const _ of [...first, ...group]) store.answer()
      store.fail(new Error('store down'))
      store.answerAll()
      await turns(2)
      expect(store.trace()).to.deep.equal([...first, ...group, 'destroy', ...group])
      // The session has not ended, so no save is lost
      expect([meeting.stored, ending.results]).to.deep.equal([{ first: true, a: 1, b: 1, c: 1, d: 1 }, ['store down']])
    })
  })
}

describe('concurrency: a group of saves', () => {
  const timers = useTimers()
  const uncaught = useUncaught()
  const messages = useDiagnostics('resession:merged', 'resession:interrupted')

  it('is not joined by a session that is new', async () => {
    const meeting = new Group('compareAndSet', {}, { genid: () => ID })
    const { store } = meeting
    const [one, two, three] = meeting.busy(3) as [OpenRequest, OpenRequest, OpenRequest]
    one.put({ a: 1 }).end()
    two.regenerate()
    three.put({ b: 1 }).end()
    store.answerAll()
    await turns(4)
    two.put({ fresh: true }).end()
    store.answerAll()
    await turns(2)
    expect(meeting.stored).to.deep.equal({ fresh: true })
  })

  for (const [why, spoil, error] of [
    ['an update that throws', (one: OpenRequest) => one.update(draft => (Object.assign(draft, { spoilt: true }), fail('no'))), 'no'],
    ['an update that is async', (one: OpenRequest) => one.update((async () => {}) as never), 'update needs a synchronous function'],
    [
      'a session that cannot be serialised',
      (one: OpenRequest) => (one.save(), void (one.session.big = 1n)),
      'Do not know how to serialize a BigInt',
    ],
  ] as const) {
    for (const place of [0, 1, 2]) {
      it(`is not hurt by ${why}, at place ${place} of three`, async () => {
        const meeting = new Group('compareAndSet', { n: 0 })
        const requests = meeting.busy(3)
        for (const [index, request] of requests.entries()) {
          if (index === place) spoil(request)
          else request.update(draft => void ((draft as { n: number }).n += 1))
        }
        meeting.store.answerAll()
        await turns(2)
        expect(requests.map(({ results }) => results)).to.deep.equal([0, 1, 2].map(index => [index === place ? error : 'done']))
        expect(meeting.stored).to.deep.equal({ first: true, n: 2 })
        expect(meeting.store.trace()).to.deep.equal(['compareAndSet', 'compareAndSet'])
      })
    }
  }

  it('writes nothing if all of its members fail', async () => {
    const meeting = new Group('compareAndSet')
    const requests = meeting.busy(2)
    for (const request of requests) request.update(() => fail('no'))
    meeting.store.answerAll()
    await turns(2)
    expect(requests.map(({ results }) => results)).to.deep.equal([['no'], ['no']])
    expect(meeting.store.trace()).to.deep.equal(['compareAndSet'])
    expect(meeting.stored).to.deep.equal({ first: true })
  })

  it('shows to each update what the updates before it have made, and copies of its own', async () => {
    const meeting = new Group('set', { list: [0] })
    const requests = meeting.busy(3)
    for (const [index, request] of requests.entries()) request.update(draft => void (draft as { list: number[] }).list.push(index + 1))
    meeting.store.answerAll()
    await turns(2)
    expect(meeting.stored).to.deep.equal({ first: true, list: [0, 1, 2, 3] })
    expect(requests.map(({ session }) => session.list)).to.deep.equal([
      [0, 1],
      [0, 1, 2],
      [0, 1, 2, 3],
    ])
  })

  it('goes on without a member whose time is up before the write', async () => {
    const meeting = new Group('set', {}, { storeTimeout: 100 })
    const { store } = meeting
    const [one, two] = meeting.busy(2) as [OpenRequest, OpenRequest]
    timers.turn(10)
    one.put({ a: 1 }).save()
    timers.turn(20)
    two.put({ b: 1 }).save()
    timers.turn(69)
    store.answer()
    expect(store.trace()).to.deep.equal(['set', 'get'])
    timers.turn(11)
    await turns(2)
    expect([one.results, two.results]).to.deep.equal([['store did not answer within 100 ms'], []])
    store.answerAll()
    await turns(2)
    expect([meeting.stored, two.results]).to.deep.equal([{ first: true, b: 1 }, ['done']])
    expect(timers.pending()).to.equal(0)
  })

  it('goes on without a member whose time is up during the write', async () => {
    const meeting = new Group('compareAndSet', {}, { storeTimeout: 100 })
    const { store } = meeting
    const [one, two] = meeting.busy(2) as [OpenRequest, OpenRequest]
    one.put({ a: 1 }).save()
    timers.turn(20)
    two.put({ b: 1 }).save()
    store.answer()
    timers.turn(80)
    await turns(2)
    expect([one.results, two.results]).to.deep.equal([['store did not answer within 100 ms'], []])
    store.change(ID, { theirs: 1 })
    // Refused, and merged again without the change of the other, which was told that it has failed
    store.answerAll()
    await turns(2)
    expect([meeting.stored, two.results]).to.deep.equal([{ first: true, theirs: 1, b: 1 }, ['done']])
    one.end()
    two.end()
    store.answerAll()
    expect(meeting.stored).to.deep.equal({ first: true, theirs: 1, a: 1, b: 1 })
    await turns(2)
    expect(timers.pending()).to.equal(0)
  })

  it('fails when the time of its last member is up, and the next group is written', async () => {
    const meeting = new Group('compareAndSet', {}, { storeTimeout: 100 })
    const { store } = meeting
    const [one, two, three] = meeting.busy(3) as [OpenRequest, OpenRequest, OpenRequest]
    one.put({ a: 1 }).save()
    two.put({ b: 1 }).save()
    store.answer()
    timers.turn(50)
    three.put({ c: 1 }).save()
    timers.turn(50)
    await turns(2)
    const late = 'store did not answer within 100 ms'
    expect([one.results, two.results, three.results]).to.deep.equal([[late], [late], []])
    // The write of the group arrives after all, and that of the third is refused
    store.answerAll()
    await turns(2)
    expect([meeting.stored, three.results]).to.deep.equal([{ first: true, a: 1, b: 1, c: 1 }, ['done']])
  })

  it('takes the touches along that wait with it', async () => {
    const meeting = new Group('set', {}, { rolling: true })
    const requests = meeting.busy(3)
    requests[0].end()
    requests[1]?.put({ b: 1 }).end()
    requests[2]?.end()
    meeting.store.answerAll()
    await turns(2)
    expect(meeting.store.trace()).to.deep.equal(['set', 'get', 'set'])
    expect([meeting.errors, meeting.held]).to.deep.equal([[], 0])
  })

  it('begins with a touch that waits, if its data is current', async () => {
    const meeting = new Group('compareAndSet', {}, { rolling: true })
    const { store } = meeting
    const [touching, one, touch, two] = meeting.open(4) as [OpenRequest, OpenRequest, OpenRequest, OpenRequest]
    touching.end()
    one.put({ a: 1 }).end()
    touch.end()
    two.put({ b: 1 }).end()
    expect(store.trace()).to.deep.equal(['touch'])
    store.answerAll()
    await turns(2)
    // Nothing was written since they were read: what is stored is known
    expect(store.trace()).to.deep.equal(['compareAndSet'])
    expect(meeting.stored).to.deep.equal({ a: 1, b: 1 })
    expect(messages.map(([channel]) => channel)).to.deep.equal(['resession:merged'])
    expect(meeting.held).to.equal(0)
  })

  it('of touches alone is one touch', async () => {
    const meeting = new Group('set', {}, { rolling: true })
    const { store } = meeting
    const requests = meeting.open(4)
    for (const request of requests) request.end()
    store.answerAll()
    await turns(2)
    expect([store.trace(), meeting.held]).to.deep.equal([['touch'], 0])
  })

  it('touches if none of its changes is left', async () => {
    const meeting = new Group('set', {}, { rolling: true })
    const { store } = meeting
    const [touching, one, touch] = meeting.open(3) as [OpenRequest, OpenRequest, OpenRequest]
    touching.end()
    one.update(() => fail('no'))
    touch.end()
    store.answerAll()
    await turns(2)
    expect(store.trace()).to.deep.equal(['touch', 'get', 'touch'])
    expect([one.results, meeting.errors]).to.deep.equal([['no'], []])
  })

  it('calls functions and callbacks of each request in its own async context', async () => {
    const context = new AsyncLocalStorage<number>()
    const meeting = new Group('compareAndSet')
    const requests = meeting.busy(3)
    const seen: unknown[] = []
    for (const [index, request] of requests.entries()) {
      context.run(index, () => {
        request.update(() => void seen.push(['change', index, context.getStore()]))
      })
    }
    meeting.store.answerAll()
    await turns(2)
    expect(seen).to.deep.equal([0, 1, 2].map(index => ['change', index, index]))
  })

  for (const others of [0, 1, 2]) {
    it(`calls a callback that throws once, and its error is uncaught, with ${others} others`, async () => {
      const meeting = new Group('compareAndSet')
      const [one, ...more] = meeting.busy(1 + others)
      const heard: unknown[] = []
      const spoil = (err?: unknown): never => {
        heard.push(err)
        return fail('of the app')
      }
      one.put({ a: 1 }).session.save(spoil)
      for (const request of more) request.put({ b: 1 }).save()
      meeting.store.answerAll()
      await turns(2)
      expect(heard).to.deep.equal([undefined])
      expect(uncaught.map(String)).to.deep.equal(['Error: of the app'])
      expect(more.map(({ results }) => results)).to.deep.equal(more.map(() => ['done']))
    })
  }

  it('reads a plain store before each write with concurrency: merge', () => {
    const meeting = new Group('set', {}, { concurrency: 'merge' })
    const requests = meeting.busy(3)
    endAll(requests)
    meeting.store.answerAll()
    expect(meeting.store.trace()).to.deep.equal(['get', 'set', 'get', 'set'])
    expect(meeting.stored).to.have.all.keys('first', ...keys(3))
  })

  it('does not exist with concurrency: off', () => {
    const meeting = new Group('set', {}, { concurrency: 'off' })
    const requests = meeting.busy(3)
    endAll(requests)
    meeting.store.answerAll()
    expect(meeting.store.trace()).to.deep.equal(['set', 'set', 'set', 'set'])
  })

  it('keeps the values of a store that has more than JSON', () => {
    const meeting = new Group('set')
    const when = new Date(0)
    const written: Data[] = []
    const { set } = meeting.store
    meeting.store.set = (id, session, callback) => (written.push(session as never), set.call(meeting.store, id, session, callback))
    const [one, two] = meeting.busy(2) as [OpenRequest, OpenRequest]
    one.put({ when }).end()
    two.put({ b: 1 }).end()
    meeting.store.answerAll()
    expect(written.at(-1)?.when).to.equal(when)
  })

  for (const place of [0, 1, 2]) {
    it(`keeps the handle of the session and the latest authentication, at place ${place} of three`, async () => {
      const began = Date.now() - 60_000
      const meeting = new Group('compareAndSet', { '~': { c: began, a: began, h: 'handle' } }, { absoluteTimeout: 3_600_000 } as never)
      const requests = meeting.busy(3)
      for (const [index, request] of requests.entries()) {
        if (index === place) request.update(() => void hostOf(request.session)[EXCHANGE]?.authenticate())
        else request.put({ [`key-${index}`]: true }).save()
      }
      meeting.store.answerAll()
      await turns(2)
      const { '~': marks, ...data } = meeting.stored as { '~': { c: number; a: number; h: string } }
      expect(marks).to.include({ c: began, h: 'handle' })
      expect(marks.a).to.be.above(began)
      expect(Object.keys(data)).to.have.members(['first', ...[0, 1, 2].filter(index => index !== place).map(index => `key-${index}`)])
      expect(meeting.store.trace()).to.deep.equal(['compareAndSet', 'compareAndSet'])
    })
  }

  for (const ability of ['set', 'compareAndSet'] as const) {
    for (const place of [0, 1, 2]) {
      it(`keeps the end that its active member moves, on a store with ${ability} and without touch, at place ${place} of three`, async () => {
        const [began, idleTimeout] = [Date.now() - 60_000, 600_000]
        let opened = 0
        const known = {
          '~': { c: began, a: began, h: 'handle' },
          cookie: { originalMaxAge: null, expires: new Date(began + idleTimeout), path: '/' },
        }
        const meeting = new Group(ability, known, { idleTimeout, touchAfter: 0, activity: () => opened++ === place + 1 })
        Object.assign(meeting.store, { touch: undefined })
        for (const [index, request] of meeting.busy(3).entries()) {
          if (index === 1) request.update(session => void Object.assign(session, { updated: true }))
          else request.put({ [`key-${index}`]: true }).save()
        }
        meeting.store.answerAll()
        await turns(2)
        const { expires } = meeting.store.read(ID)?.cookie as unknown as { expires: string }
        expect(new Date(expires).valueOf()).to.be.above(began + idleTimeout + 50_000)
        expect(meeting.stored).to.include({ first: true, 'key-0': true, updated: true, 'key-2': true })
      })
    }
  }

  it('stores the newest lifetime of the cookie, and all its members send it', async () => {
    const meeting = new Group('compareAndSet', {}, { rolling: true, cookie: { maxAge: 60_000 } })
    const [one, two, three] = meeting.busy(3) as [OpenRequest, OpenRequest, OpenRequest]
    one.put({ a: 1 }).end()
    two.session.cookie.maxAge = 3_600_000
    two.put({ b: 1 }).end()
    three.put({ c: 1 }).end()
    meeting.store.answerAll()
    await turns(2)
    expect(meeting.store.read(ID)?.cookie.originalMaxAge).to.equal(3_600_000)
    expect(meeting.stored).to.deep.equal({ first: true, a: 1, b: 1, c: 1 })
  })
})

function fail(message: string): never {
  throw new Error(message)
}
