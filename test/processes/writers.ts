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
  it(`${ROUNDS} rounds of ${WRITERS} concurrent requests, each with a key of its own, lose no key`, async () => {
    expect(await lostIn(ROUNDS, rig, 'ours')).to.equal(0)
  })

  it(`${ROUNDS / 2} rounds of ${WRITERS} on Koa lose no key`, async () => {
    expect(await lostIn(ROUNDS / 2, rig, 'koa')).to.equal(0)
  })

  it('express-session loses more than a tenth of such keys here', async () => {
    const rounds = ROUNDS / 5
    expect(await lostIn(rounds, rig, 'express-session')).to.be.above((rounds * WRITERS) / 10)
  })
}
