import { expect } from 'chai'
import { inLanes } from './client'
import { INCREMENTS, LANES } from './counts'
import type { Rig } from './rig'
import type { Site } from './server'

/** @returns the counter of a session after so many increments, through all processes */
async function counted({ fleet, records }: Rig, site: Site, act: string, times: number): Promise<unknown> {
  const id = await records.make()
  await inLanes(times, LANES, async number => void (await fleet.ask(number, site, act, id)))
  return (await records.read(id))?.n
}

export function updates(rig: Rig): void {
  it(`${INCREMENTS} increments by update add up to ${INCREMENTS}`, async () => {
    expect(await counted(rig, 'ours', 'increment', INCREMENTS)).to.equal(INCREMENTS)
  })

  it(`${INCREMENTS / 2} of them on Koa add up to ${INCREMENTS / 2}`, async () => {
    expect(await counted(rig, 'koa', 'increment', INCREMENTS / 2)).to.equal(INCREMENTS / 2)
  })

  it('express-session loses more than a tenth of manual increments here', async () => {
    const times = INCREMENTS / 5
    expect(await counted(rig, 'express-session', 'count', times)).to.be.below(times * 0.9)
  })
}
