import type { SessionEvent, SessionEvents, Why } from '../diagnostics/session-events'
import { marksIn } from '../record/marks'
import { withoutMarks } from '../record/reserved-key'
import type { SessionData } from '../record/session-data'

/** What an event tells of a request. */
export interface Subject {
  readonly req: object | undefined
  readonly ctx?: object
}

/** The marks of a session, of which events tell. */
export interface KnownMarks {
  readonly h: string
  readonly u?: string | undefined
}

/** The part of an exchange that is told of. */
export interface Announcing {
  readonly settings: { readonly events: SessionEvents }
  readonly transport: { subject?(host: never): Subject }
  readonly host: object
  readonly lifetime: { known(id: string): KnownMarks | undefined } | undefined
}

interface Content {
  readonly why: Why | undefined
  readonly data: object | undefined
  readonly marks?: KnownMarks | undefined
}

/** What the option `describe` says of the requests that log in. */
const descriptions = new WeakMap<object, unknown>()

/** The option `describe` has described the request. */
export function describes(announcing: Announcing, about: unknown): void {
  if (about !== undefined && announcing.settings.events.hasListener('created')) descriptions.set(announcing, about)
}

/** @param id undefined if the store has no session */
export function eventOf(announcing: Announcing, id: string | undefined, { why, data, marks }: Content): SessionEvent {
  const { settings, lifetime } = announcing
  const known = marks ?? (id === undefined ? undefined : lifetime?.known(id))
  return {
    name: settings.events.name,
    ...subjectOf(announcing),
    handle: known?.h,
    userId: known?.u,
    why,
    about: descriptions.get(announcing),
    data,
  }
}

/** The request, or the Koa context, as the transport tells of it. */
export function subjectOf({ transport, host }: Announcing): Subject {
  return transport.subject?.(host as never) ?? { req: host }
}

/** What an event tells of a record. */
export function toldIn(record: SessionData): Pick<SessionEvent, 'handle' | 'userId' | 'data'> {
  const marks = marksIn(record)
  return { handle: marks?.h, userId: marks?.u, data: copyOf(marks ? withoutMarks(record) : record) }
}

/** The data of a session or a record, without the cookie. */
export function copyOf(data: object | undefined): object | undefined {
  if (!data) return undefined
  const { cookie: _, ...copy } = data as { readonly cookie?: unknown }
  return copy
}
