import { expect } from 'chai'
import type { Seen } from './acts'
import { inLanes } from './client'
import { LOGOUTS } from './counts'
import type { Engine } from './engines'
import type { Rig } from './rig'
import type { Site } from './server'

type Other = readonly [Site, string]

/** The acts of other processes on the session while one of them ends it. */
const OTHERS: readonly Other[] = [
  ['ours', 'put'],
  ['ours', 'save'],
  ['ours', 'update'],
  ['ours', 'reload'],
  ['ours', 'read'],
  ['updating', 'put'],
  ['updating', 'save'],
  ['rolling', 'read'],
  ['rolling', 'put'],
  ['resaving', 'read'],
  ['resaving', 'put'],
  ['koa', 'put'],
  ['koa', 'save'],
  ['koa', 'update'],
  ['koa', 'reload'],
  ['koa', 'read'],
]

/** Ends the session, in one process. */
type End = (rig: Rig, id: string, number: number, site: Site) => Promise<void>

const destroy: End = async ({ fleet }, id, number, site) => void (await fleet.ask(number, site, 'destroy', id))

const ENDS: Record<string, End> = {
  destroy,
  regenerate: async ({ fleet, records }, id, number, site) => {
    const next = (await fleet.ask(number, site, `regenerate/user-${number}`, id)) as string
    expect(await records.read(next), 'the new session').to.deep.include({ user: `user-${number}` })
  },
  'a program that deletes the record': async ({ records }, id) => records.destroy(id),
}

/**
 * Begins a request in one process. Resolves as soon as it has the session.
 *
 * @returns a promise of its end
 */
async function begin({ fleet }: Rig, id: string, [site, path]: Other, number: number): Promise<() => Promise<unknown>> {
  let over: Promise<unknown> = Promise.resolve()
  await new Promise<void>((resolve, reject) => {
    over = fleet.ask(number, site, path, id, resolve)
    over.catch(reject)
  })
  return async () => over
}

/** The same process, and two others. */
const PLACES = [0, 1, 2]

/**
 * Ends a session while it has pending requests.
 *
 * @param late whether they go on after its end, else at any moment
 * @returns its record afterwards
 */
async function trial(rig: Rig, end: End, [site, act]: Other, number: number, late = number % 2 === 0) {
  const id = await rig.records.make()
  const path = `${act}/late${late ? `/${id}` : ''}`
  const underWay = await Promise.all(PLACES.map(async place => begin(rig, id, [site, path], number + place)))
  const ended = end(rig, id, number, site)
  if (late) {
    await ended
    await Promise.all(PLACES.map(async place => rig.fleet.ask(number + place, site, `release/${id}`, id)))
  }
  await Promise.all([ended, ...underWay.map(async over => over())])
  return { id, stored: await rig.records.read(id) }
}

/** Checks that the cookie of an ended session is not valid. */
async function lookAgain({ fleet }: Rig, site: Site, old: string, number: number): Promise<void> {
  const { id, data } = (await fleet.ask(number, site, 'look', old)) as Seen
  expect(id).to.be.a('string').and.not.equal(old)
  expect(data).to.deep.equal({})
}

/** More concurrent requests would take longer to begin, and end before they overlap. */
const AT_ONCE = 8

export function logouts(rig: Rig, { lacksUpdate }: Engine): void {
  const others = OTHERS.filter(([site]) => !(lacksUpdate && site === 'updating'))
  const trials = Math.ceil(LOGOUTS / Object.keys(ENDS).length)

  for (const [how, end] of Object.entries(ENDS)) {
    it(`a session that is ended by ${how} stays ended in ${trials} of ${trials} runs, during concurrent requests`, async () => {
      await inLanes(trials, AT_ONCE, async number => {
        const other = others[number % others.length] as Other
        const { id, stored } = await trial(rig, end, other, number)
        expect(stored, `after ${other.join('/')}`).to.equal(undefined)
        await lookAgain(rig, other[0], id, number)
        expect(await rig.records.read(id), 'after another look').to.equal(undefined)
      })
    })
  }

  it('express-session undoes more than a tenth of the logouts here', async () => {
    let undone = 0
    await inLanes(trials, AT_ONCE, async number => {
      const { stored } = await trial(rig, destroy, ['express-session', 'put'], number)
      if (stored) undone++
    })
    expect(undone).to.be.above(trials / 10)
  })
}
