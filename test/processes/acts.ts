import { setTimeout as pause } from 'node:timers/promises'
import { data } from '../support/handlers'
import type { Req } from '../support/site'
import { session } from '../support/subject'

/** The longest duration of a handler, in milliseconds. */
const LONGEST = 20

/** @param until the name of the release that it waits for, if any */
type Act = (req: Req, argument: string, until?: string) => unknown

/** The callbacks of waiting handlers. */
const waiting = new Map<string, () => void>()

/** The acts of a request, with callbacks if express-session is used too. Slow ones meet others in any order. */
export const ACTS: Record<string, Act> = {
  look: req => seen(req),
  release: (_, until) => waiting.get(until)?.(),
  increment: async req => session.update(req, draft => addOne(draft as never)),
  count: slowly(req => addOne(data(req))),
  put: slowly((req, key) => void (data(req)[key] = true)),
  read: slowly(() => {}),
  save: slowly(async req => {
    data(req).late = true
    await req.session.save()
  }),
  update: slowly(async req => session.update(req, draft => Object.assign(draft, { late: true })).catch(unlessEnded)),
  reload: slowly(async req => req.session.reload().catch(unlessEnded)),
  destroy: slowly(async req => called(done => req.session.destroy(done))),
  regenerate: slowly(async (req, user) => {
    await called(done => req.session.regenerate(done))
    data(req).user = user
    return req.sessionID
  }),
  /** The ID of the new session, or null if it has been evicted or revoked already. */
  enter: async (req, user) => {
    await called(done => req.session.regenerate(done))
    data(req).user = user
    return req.session.save().then(() => req.sessionID, unlessRevoked)
  },
  login: async (req, user) => {
    await called(done => req.session.regenerate(done))
    data(req).user = user
    await req.session.save()
    return req.sessionID
  },
}

/** The session in a response. */
export interface Seen {
  readonly id: string
  readonly data: Record<string, unknown>
}

function seen(req: Req): Seen {
  const { cookie: _, ...fields } = data(req)
  return { id: req.sessionID, data: fields }
}

function slowly(act: Act): Act {
  return async (req, argument, until) => {
    if (until) await new Promise<void>(resolve => waiting.set(until, resolve))
    else await pause(Math.random() * LONGEST)
    return act(req, argument)
  }
}

function addOne(session: Record<string, unknown>): void {
  session.n = Number(session.n ?? 0) + 1
}

function unlessRevoked(err: { readonly code?: string }): void {
  if (err.code !== 'ERR_SESSION_REVOKED') throw err
}

function unlessEnded(err: Error): void {
  if (err.message !== 'failed to load session') throw err
}

function called(act: (done: (err?: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => void act(err => (err ? reject(err) : resolve())))
}
