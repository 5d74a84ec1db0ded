import type { DoctorOptions } from './arguments'
import { DoctorJar, loadToughCookie } from './cookie-jar'
import type { Observations, Visit } from './observations'
import { pickSessionName } from './set-cookie'
import { Visitor } from './visitor'

/** How many visits there are at the same time: enough to meet each of a few server processes. */
const PARALLEL = 6

/** Visits a site as its clients do. @throws Error that says what to install */
export async function examine(options: DoctorOptions): Promise<Observations> {
  const toughCookie = await loadToughCookie()
  const { url, login, data, timeout, headers } = options
  const client = (extra: Record<string, string> = {}): Visitor =>
    new Visitor(new DoctorJar(toughCookie), { origin: url.origin, headers: { ...headers, ...extra }, timeout })

  const visitor = client()
  const first = await visitor.open(url)
  const second = await visitor.open(url)
  const loggedIn = login && (await visitor.open(login, data))
  const afterLogin = login && (await visitor.open(url))
  const parallel = await Promise.all(Array.from({ length: PARALLEL }, () => visitor.open(url)))
  const other = await client().open(url)
  const forwarded = url.protocol === 'http:' ? await client({ 'x-forwarded-proto': 'https' }).open(url) : undefined
  const visits = [first, second, loggedIn, afterLogin, other, forwarded]
  return { url, name: options.name ?? nameIn(visits), first, second, login: loggedIn, afterLogin, parallel, other, forwarded }
}

function nameIn(visits: readonly (Visit | undefined)[]): string | undefined {
  const responses = visits.flatMap(visit => visit?.responses ?? [])
  return pickSessionName(responses.flatMap(({ cookies }) => cookies.map(({ cookie }) => cookie)))
}
