import { lines } from './browser'
import { data, routes, show, shown } from './handlers'
import type { Host, Storage } from './host'
import { siteOn, type Req } from './site'
import type { SessionOptions } from './subject'
import { TracingStore } from './tracing-store'

/** The act of a request on its session. */
export type Act = (req: Req) => unknown

export interface Outcome {
  /** The data that the client reads afterwards. */
  readonly read: Record<string, unknown>
  /** The data in the store, nothing for sessions in the cookie. */
  readonly stored: Record<string, unknown>
  readonly cookieStored: { readonly originalMaxAge: number | null }
  /** The store calls of the two requests. */
  readonly calls: string[]
  /** The session's cookie that the slow request has set. */
  readonly cookie: string | undefined
}

export const put =
  (key: string, value: unknown): Act =>
  req =>
    void (data(req)[key] = value)

/** A session has `user` and `count`. A slow request reads it, a fast one begins and ends, and the slow one goes on. */
export async function overlap(
  [host, storage]: readonly [Host, Storage],
  slow: Act,
  fast: Act,
  options: Partial<SessionOptions> = {},
): Promise<Outcome> {
  const store = new TracingStore()
  const reading = signal()
  const goesOn = signal()
  const handler = routes({
    '/enter': async (req, res) => (Object.assign(data(req), { user: { name: 'ada' }, count: 1 }), res.end()),
    '/fast': async (req, res) => (await fast(req), res.end()),
    '/slow': async (req, res) => (reading.give(), await goesOn.given, await slow(req), res.end()),
    '/read': show,
  })
  const client = siteOn(host, { ...storage.options(store), ...options }, handler).browser()
  await client.get('/enter')
  store.trace()
  const waiting = client.get('/slow')
  await reading.given
  await client.get('/fast')
  goesOn.give()
  const [cookie] = lines(await waiting)
  const [text = '{}'] = Object.values(store.sessions)
  const { cookie: cookieStored, ...stored } = JSON.parse(text) as Outcome['stored'] & { cookie: Outcome['cookieStored'] }
  const calls = store.trace()
  return { stored, cookieStored, calls, cookie, read: shown((await client.get('/read')).text) }
}

function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => {}
  const given = new Promise<void>(resolve => (give = resolve))
  return { given, give: () => give() }
}
