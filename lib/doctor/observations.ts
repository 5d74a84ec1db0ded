import type { IncomingHttpHeaders } from 'node:http'
import type { SetCookie } from './set-cookie'

/** A cookie of a response. */
export interface ReceivedCookie {
  readonly cookie: SetCookie
  /** Why a browser would not keep it; undefined if it would. */
  readonly rejected: string | undefined
}

/** A response of the site, with the request that it answers. */
export interface ReceivedResponse {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The cookies of the request, by name. */
  readonly sent: Readonly<Record<string, string>>
  readonly cookies: readonly ReceivedCookie[]
  /** When it arrived, in milliseconds since 1970. */
  readonly arrived: number
}

/** One page that a client has opened, with its redirects. */
export interface Visit {
  readonly responses: readonly ReceivedResponse[]
  /** Why the visit ended without a page. */
  readonly error: string | undefined
}

/** What the doctor has seen of a site. */
export interface Observations {
  readonly url: URL
  /** The name of the session cookie; undefined if there is none. */
  readonly name: string | undefined
  /** The visits of one client, one after the other. */
  readonly first: Visit
  readonly second: Visit
  readonly login: Visit | undefined
  readonly afterLogin: Visit | undefined
  /** Visits of the same client at the same time. */
  readonly parallel: readonly Visit[]
  /** The first visit of another client. */
  readonly other: Visit
  /** The first visit of a client that sends `X-Forwarded-Proto: https`; only for http URLs. */
  readonly forwarded: Visit | undefined
}

/** The session cookies of visits, deletions excepted. */
export function sessionCookies(name: string | undefined, ...visits: readonly (Visit | undefined)[]): ReceivedCookie[] {
  return responsesWith(name, ...visits).flatMap(({ cookies }) => cookies.filter(received => isSession(received, name)))
}

/** The responses that set the session cookie. */
export function responsesWith(name: string | undefined, ...visits: readonly (Visit | undefined)[]): ReceivedResponse[] {
  const responses = visits.flatMap(visit => visit?.responses ?? [])
  return responses.filter(({ cookies }) => cookies.some(received => isSession(received, name)))
}

/** The visits that the run has made: some need a login, or a second client. */
export function allVisits(seen: Observations): Visit[] {
  const { first, second, login, afterLogin, parallel, other } = seen
  return [first, second, login, afterLogin, ...parallel, other].filter(visit => visit !== undefined)
}

function isSession({ cookie }: ReceivedCookie, name: string | undefined): boolean {
  return cookie.name === name && cookie.value !== ''
}
