import { expect } from 'chai'
import { MOST_SESSIONS } from '../counts'
import type { Contents } from '../engines/engine'
import type { Told } from './acts'
import { contentOf } from './content'
import type { Batch } from './batch'
import type { UserRound } from './user-round'

/** What has to hold at any time, also if a process was killed between two steps. */
export function checkAsLeft(contents: Contents, { user, isComplete }: UserRound): void {
  const { live, registry } = contentOf(contents, user)
  // A killed process may have marked a session as revoked, and not have destroyed it
  const entries = registry.s.filter(({ d }) => !d || !isComplete)
  const listed = new Set(entries.flatMap(({ h, k }) => k.map(key => `${h} ${key}`)))
  const unlisted = live.filter(({ handle, key }) => !listed.has(`${handle} ${key}`))
  expect(unlisted, 'every session that can be used is listed').to.deep.equal([])
  expect(handlesOf(live).size, 'never more than max').to.be.at.most(MOST_SESSIONS)
}

/** The list by a process that completes what the killed one was doing. */
export async function listed(batch: Batch, { user }: UserRound): Promise<readonly string[]> {
  const { exact, handles } = (await batch.ask<{ exact: boolean; handles: readonly string[] }>(`list/${user}`, '')) as never
  expect(exact).to.equal(true)
  return handles
}

/** What has to hold after the list was asked for. */
export function checkListed(contents: Contents, round: UserRound, list: readonly string[]): void {
  const { live } = contentOf(contents, round.user)
  const living = handlesOf(live)
  expect([...list].sort(), 'the list has the sessions that can be used').to.deep.equal([...living].sort())
  expect(living.size, 'never more than max').to.be.at.most(MOST_SESSIONS)
  const revived = [...living].filter(handle => round.ended.has(handle) && !round.left.has(handle))
  expect(revived, 'none survives its end').to.deep.equal([])
  const lost = [...round.bound].filter(handle => !living.has(handle))
  if (round.kind === 'stays') expect(lost, 'no session is lost').to.deep.equal([])
}

/** What the clients find with the IDs that they were told. */
export async function checkClients(batch: Batch, round: UserRound, list: readonly string[]): Promise<void> {
  const reached: (string | undefined)[] = []
  for (const id of round.ids.keys()) {
    const seen = (await batch.ask<Told>('look', id)) as Told
    if (seen.id === id && seen.data.user === round.user) reached.push(seen.handle)
  }
  expect(reached.filter(handle => !list.includes(handle ?? ''))).to.deep.equal([])
  expect(new Set(reached).size, 'a session has one ID').to.equal(reached.length)
}

function handlesOf(live: readonly { readonly handle: string }[]): ReadonlySet<string> {
  return new Set(live.map(({ handle }) => handle))
}
