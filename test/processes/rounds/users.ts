import { expect } from 'chai'
import { randomOf } from '../../support/shuffling-store'
import { MOST_SESSIONS } from '../counts'
import { Batch, playRounds } from './batch'
import { contentOf } from './content'
import { AT_ONCE, ROUNDS, SEED } from './counts'
import type { Place } from './place'
import { checkAsLeft, checkClients, checkListed, listed } from './user-checks'
import { UserRound } from './user-round'

/** Every third one is of the kind in which no session ends. */
function roundsOf(batch: Batch, from: number, count: number): readonly UserRound[] {
  return Array.from({ length: count }, (_, at) => {
    const number = from + at
    return new UserRound(batch, `user-${SEED}-${number}-`, number % 3 === 0 ? 'stays' : 'ends', MOST_SESSIONS)
  })
}

async function playBatch(place: Place, from: number, count: number): Promise<Batch> {
  const site = Math.floor(from / AT_ONCE) % 2 === 0 ? 'users' : 'hashed'
  const batch = new Batch(place, site, randomOf(SEED + from), count * UserRound.requests)
  const rounds = roundsOf(batch, from, count)
  await Promise.all(rounds.map(async round => round.play()))
  await batch.killed()
  const left = await place.contents()
  for (const round of rounds) checkAsLeft(left, round)
  const lists = await Promise.all(rounds.map(async round => listed(batch, round)))
  const contents = await place.contents()
  for (const [at, round] of rounds.entries()) checkListed(contents, round, lists[at] as string[])
  await Promise.all(rounds.map(async (round, at) => checkClients(batch, round, lists[at] as string[])))
  await Promise.all(rounds.map(async ({ user }) => batch.ask(`revoke-all/${user}`, '')))
  await batch.restart()
  return batch
}

export function users(place: Place, about: string): void {
  it(`the sessions of a user are listed, end when they are revoked, and are at most ${MOST_SESSIONS} (${about})`, async () => {
    const kills = await playRounds(async (from, count) => playBatch(place, from, count))
    const contents = await place.contents()
    expect(contentOf(contents, `user-${SEED}-`).live, 'none is stored after revokeAll').to.deep.equal([])
    if (place.survives) expect(kills).to.equal(Math.ceil(ROUNDS / AT_ONCE))
  })
}
