import Koa from 'koa'
import session from 'PACKAGE/koa'

declare module 'PACKAGE' {
  interface SessionData {
    views: number
    user: { name: string }
  }
}

/** True of the very same types: `any` is the same as nothing else. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const app = new Koa()
const sessions = session({
  userId: current => current.user?.name,
  describe: ctx => ({ agent: ctx.get('user-agent') }),
  maxSessionsPerUser: { max: 3, then: 'evict' },
  validate: async (current, ctx) => current.views === 7 && ctx.path !== '/',
})
// @ts-expect-error: a text describes nothing
session({ userId: () => 'ada', describe: () => 'a browser' })

app.use(sessions).use(sessions.requireFresh(600_000))
// @ts-expect-error: a number of milliseconds
sessions.requireFresh('10m')

app.use(async ctx => {
  const list = await sessions.list('ada', { current: ctx })
  true satisfies Same<typeof list.exact, boolean>
  for (const { handle, seenAt, expiresAt, current } of list) {
    true satisfies Same<typeof handle, string>
    true satisfies Same<typeof seenAt, Date>
    true satisfies Same<typeof expiresAt, Date | null>
    true satisfies Same<typeof current, true | undefined>
  }
  const wasThere = await sessions.revoke(7n, 'handle')
  true satisfies Same<typeof wasThere, boolean>
  const ended = await sessions.revokeAll(7, { except: ctx })
  true satisfies Same<typeof ended, number>
  // @ts-expect-error: a user is a string or a number
  void sessions.list({ name: 'ada' })
})
