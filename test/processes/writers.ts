import { expect } from 'chai'
import { inLanes } from './client'
import { ROUNDS, WRITERS } from './counts'
import type { Rig } from './rig'
import type { Site } from './server'

/**
 * Concurrent requests of one session, each with a key of its own.
 *
 * @returns the number of lost keys
 */
async function lost({ fleet, records }: Rig, site: Site): Promise<number> {
  const id = await records.make()
  await inLanes(WRITERS, WRITERS, async number => void (await fleet.ask(number, site, `put/key-${number}`, id)))
  const record = await records.read(id)
  expect(record).to.include({ known: true })
  return WRITERS - Object.keys(record ?? {}).filter(key => key.startsWith('key-')).length
}

async function lostIn(rounds: number, rig: Rig, site: Site): Promise<number> {
  let sum = 0
  for (let round = 0; round < rounds; round++) sum += await lost(rig, site)
  return sum
}

export function writers(rig: Rig): void {
  it(`of ${ROUNDS} times ${WRITERS} requests at once, each with a key of its own, none is lost`, async () => {
    expect(await lostIn(ROUNDS, rig, 'ours')).to.equal(0)
  })

  it(`nor of ${ROUNDS / 2} times ${WRITERS} on Koa`, async () => {
    expect(await lostIn(ROUNDS / 2, rig, 'koa')).to.equal(0)
  })

  it('of such requests express-session loses more than a tenth here', async () => {
    const rounds = ROUNDS / 5
    expect(await lostIn(rounds, rig, 'express-session')).to.be.above((rounds * WRITERS) / 10)
  })
}
