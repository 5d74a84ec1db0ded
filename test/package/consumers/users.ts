import type { IncomingMessage, ServerResponse } from 'node:http'
import session from 'PACKAGE'

declare module 'PACKAGE' {
  interface SessionData {
    views: number
    user: { name: string }
  }
}

/** True of the very same types: `any` is the same as nothing else. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const sessions = session({
  secret: 'x',
  userId: current => current.user?.name,
  describe: req => ({ agent: req.headers['user-agent'] }),
  maxSessionsPerUser: { max: 3, then: 'refuse' },
  validate: async (current, req) => current.views === 7 && req.url !== undefined,
})
session({ secret: 'x', userId: current => current.views, maxSessionsPerUser: 5 })

// @ts-expect-error: no such answer
session({ secret: 'x', userId: () => 'ada', maxSessionsPerUser: { max: 3, then: 'ask' } })
// @ts-expect-error: a text describes nothing
session({ secret: 'x', userId: () => 'ada', describe: () => 'a browser' })

export async function devices(req: IncomingMessage & session.RequestSession): Promise<void> {
  const list = await sessions.list('ada', { current: req })
  true satisfies Same<typeof list.exact, boolean>
  for (const { handle, createdAt, authenticatedAt, seenAt, expiresAt, about, current } of list) {
    true satisfies Same<typeof handle, string>
    true satisfies Same<typeof createdAt | typeof authenticatedAt | typeof seenAt, Date>
    true satisfies Same<typeof expiresAt, Date | null>
    true satisfies Same<typeof about, unknown>
    true satisfies Same<typeof current, true | undefined>
  }
  // @ts-expect-error: a list has handles, and no IDs
  list[0]?.id
  // @ts-expect-error: the list is a copy
  list.push
  const wasThere = await sessions.revoke(7, 'handle')
  true satisfies Same<typeof wasThere, boolean>
  const ended = await sessions.revokeAll(7n, { except: req })
  true satisfies Same<typeof ended, number>
  const nothing = await sessions.end('id')
  true satisfies Same<typeof nothing, void>
  // @ts-expect-error: a session has a handle
  void sessions.revoke('ada')
  // @ts-expect-error: a user is a string or a number
  void sessions.list({ name: 'ada' })
  // @ts-expect-error: no such option
  void sessions.revokeAll('ada', { current: req })
  const info = session.info(req)
  true satisfies Same<typeof info, session.SessionInfo | undefined>
}

const guard = sessions.requireFresh(600_000)
// @ts-expect-error: a number of milliseconds
sessions.requireFresh('10m')

export function fresh(req: IncomingMessage & session.RequestSession, res: ServerResponse): void {
  guard(req as never, res as never, (err?: unknown) => res.end(String(err)))
}
