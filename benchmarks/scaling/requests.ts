import { update } from '../../lib'
import { record } from '../measured/record'
import type { Act, Place } from './place'

/** The environment of a request. */
export interface Stage {
  readonly place: Place
  /** The same site in another process. */
  readonly other: Place
  /** The cookie of a user who is logged in. */
  readonly cookie: string
  readonly login: Act
  /** Runs an act that is not counted. */
  aside(act: () => Promise<unknown>): Promise<void>
}

/** A kind of request: each entry is a row of the tables. */
export interface Request {
  readonly name: string
  /** Only for subjects with abilities that express-session lacks. */
  readonly ours?: boolean
  readonly options?: { readonly touchAfter: number }
  readonly play: (stage: Stage) => Promise<unknown>
}

const read: Act = ({ session }) => session.user
const write: Act = ({ session }) => void (session.views = (session.views ?? 0) + 1)

/** @param bytes of the session's data, as JSON */
export function loginOf(bytes: number): Act {
  return async req => {
    await called(done => req.session.regenerate(done))
    Object.assign(req.session, record(bytes))
  }
}

/** Another request writes the session after this one has read it. */
async function overlapped({ place, cookie, aside }: Stage, other: Place): Promise<void> {
  let begun = (): void => {}
  let goOn = (): void => {}
  const beginning = new Promise<void>(resolve => (begun = resolve))
  const going = new Promise<void>(resolve => (goOn = resolve))
  const visit = place.visit(cookie, async req => {
    begun()
    await going
    write(req)
  })
  await Promise.race([beginning, visit])
  await aside(async () => other.visit(cookie, ({ session }) => void Object.assign(session, { seen: true })))
  goOn()
  await visit
}

export const requests = [
  { name: 'anonymous', play: async ({ place }) => place.visit('', read) },
  { name: 'login', play: async ({ place, login }) => place.visit('', login) },
  { name: 'read', play: async ({ place, cookie }) => place.visit(cookie, read) },
  {
    name: 'read, touched lately',
    ours: true,
    options: { touchAfter: 60_000 },
    // The login has just written the record
    play: async ({ place, cookie }) => place.visit(cookie, read),
  },
  { name: 'write', play: async ({ place, cookie }) => place.visit(cookie, write) },
  { name: 'write, another one came between', play: async stage => overlapped(stage, stage.place) },
  { name: 'write, one of another process came between', play: async stage => overlapped(stage, stage.other) },
  {
    name: '`update`',
    ours: true,
    play: async ({ place, cookie }) =>
      place.visit(cookie, req => update(req as never, (draft: { views?: number }) => void (draft.views = (draft.views ?? 0) + 1))),
  },
  {
    name: 'logout',
    play: async ({ place, cookie }) => place.visit(cookie, ({ session }) => called(done => session.destroy(done))),
  },
] as const satisfies readonly Request[]

export type RequestName = (typeof requests)[number]['name']

function called(act: (done: (err?: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => void act(err => (err ? reject(err) : resolve())))
}
