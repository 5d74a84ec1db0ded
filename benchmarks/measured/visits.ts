import { BYTES, record, type Data } from './record'

/** A kind of request. Each entry is a group of cases: one for each subject, in process and over HTTP. */
export interface Visit {
  readonly name: string
  /** Whether the clients come with a session, which holds `bytes` of data. */
  readonly returning: boolean
  /** The size of the JSON, without the cookie. */
  readonly bytes: number
  /** Options of the session middleware beyond those that all visits use. */
  readonly options?: { readonly rolling?: boolean; readonly cookie?: { readonly maxAge: number } }
  /** Whether the app changes the session: some packages need an explicit save. */
  readonly writes: boolean
  /** The handler's use of the session, and its response body. If the data is lost, the body differs. */
  readonly act: (session: Data) => string
  /** The subjects that it is measured with; all by default. */
  readonly subjects?: readonly string[]
  /** The divisor for its timed requests, because each takes longer. */
  readonly fewer?: number
}

/** In milliseconds. */
export const DAY = 24 * 60 * 60 * 1000
const newcomer = record(BYTES)

const usual: readonly Visit[] = [
  {
    name: 'anonymous',
    returning: false,
    bytes: BYTES,
    writes: false,
    // Apps read the user in every request
    act: session => (session as Partial<Data>).user?.name ?? 'nobody',
  },
  {
    name: 'first write',
    returning: false,
    bytes: BYTES,
    writes: true,
    act: session => `welcome, ${Object.assign(session, newcomer).user.name}`,
  },
  {
    name: 'resumed read',
    returning: true,
    bytes: BYTES,
    writes: false,
    act: ({ user, views }) => `visitor ${user.id}, ${views} views`,
  },
  {
    name: 'resumed write',
    returning: true,
    bytes: BYTES,
    writes: true,
    act: session => `visitor ${session.user.id}, ${++session.views} views`,
  },
  {
    name: 'rolling',
    returning: true,
    bytes: BYTES,
    writes: false,
    // A cookie without an expiry would have nothing to extend
    options: { rolling: true, cookie: { maxAge: DAY } },
    act: ({ user, views }) => `visitor ${user.id}, ${views} views`,
  },
]

/** Too large for a cookie: only for subjects with a memory store. */
const larger: readonly Visit[] = [
  { bytes: 2000, fewer: 1 },
  { bytes: 20_000, fewer: 5 },
].flatMap(({ bytes, fewer }) =>
  ['resumed read', 'resumed write'].map(name => ({
    ...(usual.find(visit => visit.name === name) as Visit),
    name: `${name}, ${bytes / 1000} KB`,
    bytes,
    fewer,
    subjects: ['none', 'resession', 'express-session', 'manual'],
  })),
)

/** For Connect: on Koa and with sessions in the cookie, all visits have a lifetime. */
const lasting: readonly Visit[] = usual
  .filter(({ options }) => !options)
  .map(visit => ({
    ...visit,
    name: `${visit.name}, maxAge`,
    options: { cookie: { maxAge: DAY } },
    subjects: ['none', 'resession', 'express-session', 'manual'],
  }))

export const visits: readonly Visit[] = [...usual, ...larger, ...lasting]

/** The names of the visits that are measured with every subject. */
export const USUAL: readonly string[] = usual.map(({ name }) => name)

/** @throws RangeError if the table has no such visit */
export function visitNamed(name: string): Visit {
  const visit = visits.find(visit => visit.name === name)
  if (!visit) throw new RangeError(`there is no visit "${name}"`)
  return visit
}
