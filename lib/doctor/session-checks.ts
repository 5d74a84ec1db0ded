import { findings, type Finding } from './finding'
import { sessionCookies, type Observations, type ReceivedResponse, type Visit } from './observations'
import { sessionIdOf } from './set-cookie'

/** A response that answers a request with the session cookie by another session. */
function replaced(name: string, response: ReceivedResponse): boolean {
  const sent = response.sent[name]
  if (sent === undefined) return false
  const before = sessionIdOf(sent)
  if (before === undefined) return false
  return response.cookies.some(({ cookie }) => {
    if (cookie.name !== name || cookie.value === '') return false
    const after = sessionIdOf(cookie.value)
    return after !== undefined && after !== before
  })
}

/** Does it come back to the same session, one visit after the other and at the same time? */
export function sameSession({ name, second, afterLogin, parallel }: Observations): Finding {
  const { pass, fail, skip } = findings('same-session')
  const later = [second, afterLogin, ...parallel].flatMap(visit => visit?.responses ?? [])
  const returning = name === undefined ? [] : later.filter(({ sent }) => name in sent)
  if (name === undefined || returning.length === 0) return skip('No request carried the session cookie.')
  if (returning.every(({ sent }) => sessionIdOf(sent[name] as string) === undefined)) {
    return skip('The cookie holds the session itself, so there is no ID to compare.')
  }
  const changed = returning.filter(response => replaced(name, response))
  if (changed.length === 0) return pass(`${returning.length} requests with the cookie came back to the same session.`)
  const isAlways = changed.length === returning.length
  const causes = isAlways
    ? 'the secret is another one than before (is it random at each start?), the store does not keep the session, or the handler calls regenerate() for each request'
    : 'several server processes with a MemoryStore or with different secrets, or a store that loses sessions'
  return fail(
    `${changed.length} of ${returning.length} requests with the cookie got a new session.`,
    `The usual causes: ${causes}. Use one secret and one shared store.`,
  )
}

/** Do two clients have two sessions? A cache that keeps Set-Cookie gives one session to many. */
export function ownSession({ name, first, other }: Observations): Finding {
  const { pass, fail, skip } = findings('own-session')
  const [one] = sessionCookies(name, first)
  const [another] = sessionCookies(name, other)
  if (!one || !another) return skip('Not every new client gets a session cookie.')
  if (sessionIdOf(one.cookie.value) === undefined) return skip('The cookie holds the session itself.')
  if (one.cookie.value !== another.cookie.value) return pass('Each client gets a session of its own.')
  return fail(
    'Two clients got the same session cookie: one user is logged in as another.',
    'A cache between the client and the server keeps the response. Send "Cache-Control: private, no-store" with Set-Cookie, or genid returns the same ID twice.',
  )
}

/** Does the ID change at login? */
export function loginNewId({ name, second, login, afterLogin, first }: Observations): Finding {
  const { pass, fail, warn, skip } = findings('login-new-id')
  if (!login || name === undefined) return skip(login ? 'There is no session cookie.' : 'No --login URL was given.')
  const before = idAfter(name, first, second)
  const after = idAfter(name, login, afterLogin) ?? before
  if (after === undefined) return skip('The login sets no session cookie with an ID.')
  if (before === undefined) return pass('The session begins with the login, so its ID is new.')
  if (before !== after) return pass('The session ID changes at the login.')
  const status = login.responses.at(-1)?.status ?? 0
  if (status >= 400)
    return warn(`The login failed with the status ${status}, so nothing can be said of the ID.`, 'Send the form with --data.')
  return fail(
    'The session ID is the same before and after the login. An attacker who knows the ID before it is logged in too (session fixation).',
    'Call req.session.regenerate() when a user logs in, on Koa ctx.regenerateSession(); passport 0.6 and later does it. If the login needs a form, send it with --data.',
  )
}

/** The ID that the client was last given. */
function idAfter(name: string, ...visits: readonly (Visit | undefined)[]): string | undefined {
  const last = sessionCookies(name, ...visits)
    .filter(({ rejected }) => rejected === undefined)
    .at(-1)
  return last && sessionIdOf(last.cookie.value)
}
