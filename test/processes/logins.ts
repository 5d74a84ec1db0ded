import { expect } from 'chai'
import type { Seen } from './acts'
import { inLanes } from './client'
import { LOGINS, MOST_SESSIONS, PROCESSES, TIMES } from './counts'
import type { Rig } from './rig'

/** @returns the ID of the new session; null if it has ended before the response */
async function logIn({ fleet, records }: Rig, user: string, number: number): Promise<string | null> {
  return (await fleet.ask(number, 'users', `enter/${user}`, await records.make())) as string | null
}

/** Whether a request with this ID has the session of the user. */
async function isLive({ fleet }: Rig, user: string, id: string, number: number): Promise<boolean> {
  const seen = (await fleet.ask(number, 'users', 'look', id)) as Seen
  return seen.id === id && seen.data.user === user
}

async function liveOf(rig: Rig, user: string, ids: readonly string[]): Promise<readonly string[]> {
  const live = await Promise.all(ids.map(async (id, number) => isLive(rig, user, id, number)))
  return ids.filter((_, number) => live[number])
}

export function logins(rig: Rig): void {
  it(`of ${PROCESSES * LOGINS} logins of a user at the same time, ${MOST_SESSIONS} sessions are live, and ${MOST_SESSIONS} are listed`, async () => {
    for (let time = 0; time < TIMES; time++) {
      const user = `ada-${time}`
      const ids: string[] = []
      await inLanes(PROCESSES * LOGINS, PROCESSES * LOGINS, async number => {
        const id = await logIn(rig, user, number)
        if (id !== null) ids.push(id)
      })
      const live = await liveOf(rig, user, ids)
      expect(live).to.have.lengthOf(MOST_SESSIONS)
      const listed = await rig.sessions.list(user)
      expect(listed.exact).to.equal(true)
      expect(listed).to.have.lengthOf(live.length)
      expect(await rig.sessions.revokeAll(user)).to.equal(live.length)
      expect(await liveOf(rig, user, ids)).to.deep.equal([])
    }
  })

  it('revokeAll during logins ends each session whose login was answered before, and the others are listed', async () => {
    for (let time = 0; time < TIMES; time++) {
      const user = `bob-${time}`
      const ids: string[] = []
      const before: string[] = []
      let ended = 0
      await inLanes(PROCESSES * LOGINS, PROCESSES, async number => {
        const id = await logIn(rig, user, number)
        if (id !== null) ids.push(id)
        if (number % LOGINS !== LOGINS - 1) return
        const answered = [...ids]
        ended += await rig.sessions.revokeAll(user)
        before.push(...answered)
      })
      expect(ended).to.be.above(0)
      expect(await liveOf(rig, user, before), 'sessions from before').to.deep.equal([])
      const live = await liveOf(rig, user, ids)
      expect(await rig.sessions.list(user)).to.have.lengthOf(live.length)
      await rig.sessions.revokeAll(user)
    }
  })
}
