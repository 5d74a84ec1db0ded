import type { SessionEvent, SessionEvents, Why } from '../diagnostics/session-events'

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
  if (about !== undefined && announcing.settings.events.hears('created')) descriptions.set(announcing, about)
}

/** @param id undefined if the store has no session */
export function eventOf(announcing: Announcing, id: string | undefined, { why, data, marks }: Content): SessionEvent {
  const { settings, transport, host, lifetime } = announcing
  const subject = transport.subject?.(host as never) ?? { req: host }
  const known = marks ?? (id === undefined ? undefined : lifetime?.known(id))
  return { name: settings.events.name, ...subject, handle: known?.h, userId: known?.u, why, about: descriptions.get(announcing), data }
}

/** The data of a session or a record, without the cookie. */
export function copyOf(data: object | undefined): object | undefined {
  if (!data) return undefined
  const { cookie: _, ...copy } = data as { readonly cookie?: unknown }
  return copy
}
