import session from 'PACKAGE'
import { readSession, sessionCookie, type SessionValues } from 'PACKAGE/testing'

declare module 'PACKAGE' {
  interface SessionData {
    views: number
  }
}

export async function views(response: { headers: { getSetCookie(): string[] } }): Promise<number | undefined> {
  const options = { store: new session.MemoryStore(), secret: 'keyboard cat' }
  const cookie: string = await sessionCookie({ ...options, data: { views: 1 }, name: 'id', cookie: { maxAge: 1000 } })
  await sessionCookie({ store: 'cookie', secret: ['new', 'old'], seal: true, data: {} })
  // @ts-expect-error: views is a number
  await sessionCookie({ ...options, data: { views: 'one' } })
  // @ts-expect-error: the cookie is an option of its own
  await sessionCookie({ ...options, data: { cookie: { originalMaxAge: null } } })
  // @ts-expect-error: without a store there is nothing to write to
  await sessionCookie({ secret: 'x', data: {} })
  const values: SessionValues | undefined = await readSession(options, [cookie])
  await readSession(options, response.headers)
  return values?.views
}
