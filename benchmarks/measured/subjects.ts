import type { DurableStore } from './durable-store'
import type { EngineName } from './protocols'
import type { Visit } from './visits'

/** Options of the session middleware. */
export interface SiteOptions {
  readonly concurrency?: 'merge' | 'off'
  readonly touchAfter?: number
  readonly hashIds?: true
  /** In milliseconds. */
  readonly idleTimeout?: number
  readonly absoluteTimeout?: number
  readonly renewAfter?: number
  readonly clearCookie?: true
  readonly cacheControl?: 'auto'
  readonly resign?: true
}

const HOUR = 3_600_000

/** A measured subject: each entry is a column of every group of cases. */
export interface Subject {
  readonly name: string
  /** The kind of its site: see open-site.ts. */
  readonly kind: 'bare' | 'manual' | 'connect' | 'koa' | 'koa manual' | 'fastify' | 'cookie-session' | 'iron-session'
  /** The argument of `require`; resolved to a file before it is passed to a measuring process. */
  readonly module?: string
  /** The subject without sessions, whose time is subtracted. */
  readonly floor?: string
  /** The subject with the same cookies and records, to which the added time is compared; `YARDSTICK` by default. */
  readonly yardstick?: string
  /** Whether the cookie carries the data: a client that sends an old cookie gets the old session. */
  readonly inCookie?: boolean
  /** The argument of `require` for the `MemoryStore`, if it is not in `module`. */
  readonly storeModule?: string
  /** The visits that it is not measured with, because the package does not support them. */
  readonly lacks?: readonly string[]
  /** The divisor for its requests, before and during the timing: each takes far longer than those of the others. */
  readonly fewer?: number
  /** Whether it is measured neither over HTTP nor by its memory. */
  readonly inProcessOnly?: boolean
  /** Options of the session middleware beyond those that all subjects have. */
  readonly options?: SiteOptions
  /** The subject of the same package with other options: both are also timed side by side, and its memory is not measured. */
  readonly variant?: string
  /** The argument of `require` for the wrapper that makes a store of connect-redis atomic. */
  readonly atomic?: string
  /** The store of its sessions, if not the package's `MemoryStore`: see benchmarks/durable. */
  readonly durable?: DurableStore
  /** The engines of its distant sessions; all by default. */
  readonly engines?: readonly EngineName[]
}

/** The subject that the others are compared with. */
export const YARDSTICK = 'express-session'

/** The visits whose cookie has a lifetime, which ends in records of sessions with limits earlier than in others. */
const WITH_MAX_AGE = ['anonymous', 'first write', 'resumed read', 'resumed write'].map(visit => `${visit}, maxAge`)

const connect: readonly Subject[] = [
  { name: 'none', kind: 'bare' },
  // The package resolves its own name as its users do: through `exports`, in dist/
  { name: 'resession', kind: 'connect', module: 'resession', floor: 'none' },
  { name: 'express-session', kind: 'connect', module: 'express-session', floor: 'none' },
  {
    name: 'resession, off',
    kind: 'connect',
    module: 'resession',
    floor: 'none',
    options: { concurrency: 'off' },
    variant: 'resession',
    inProcessOnly: true,
  },
  {
    name: 'resession, hashIds',
    kind: 'connect',
    module: 'resession',
    floor: 'none',
    options: { hashIds: true },
    variant: 'resession',
    inProcessOnly: true,
  },
  ...optioned('limits', { idleTimeout: HOUR, absoluteTimeout: 24 * HOUR }),
  ...optioned('renewAfter', { renewAfter: HOUR }),
  ...optioned('hygiene', { clearCookie: true, cacheControl: 'auto', resign: true }),
  { name: 'manual', kind: 'manual', floor: 'none', inProcessOnly: true },
]

/** The package with options that are timed with returning clients alone. */
function optioned(name: string, options: SiteOptions): readonly Subject[] {
  const lacks = ['anonymous', 'first write', 'rolling', ...WITH_MAX_AGE]
  return [
    {
      name: `resession, ${name}`,
      kind: 'connect',
      module: 'resession',
      floor: 'none',
      options,
      variant: 'resession',
      inProcessOnly: true,
      lacks,
    },
  ]
}

const koa: readonly Subject[] = [
  { name: 'koa', kind: 'koa', module: 'koa' },
  { name: 'resession/koa', kind: 'koa', module: 'resession/koa', storeModule: 'resession', floor: 'koa', yardstick: 'koa-session' },
  // With the store that the other packages have
  { name: 'resession/koa, promises', kind: 'koa', module: 'resession/koa', floor: 'koa', yardstick: 'koa-session' },
  { name: 'koa-session', kind: 'koa', module: 'koa-session', floor: 'koa', yardstick: 'koa-session' },
  { name: 'koa-generic-session', kind: 'koa', module: 'koa-generic-session', floor: 'koa', yardstick: 'koa-session' },
  { name: 'koa, manual', kind: 'koa manual', floor: 'koa', yardstick: 'koa-session' },
  { name: 'resession/koa, cookie', kind: 'koa', module: 'resession/koa', inCookie: true, floor: 'koa', yardstick: 'koa-session, cookie' },
  { name: 'koa-session, cookie', kind: 'koa', module: 'koa-session', inCookie: true, floor: 'koa', yardstick: 'koa-session, cookie' },
]

/** Neither has an option for it. */
const lacks = ['rolling']

const others: readonly Subject[] = [
  {
    name: 'cookie-session',
    kind: 'cookie-session',
    module: 'cookie-session',
    inCookie: true,
    lacks,
    floor: 'none',
    yardstick: 'cookie-session',
  },
  {
    name: 'iron-session',
    kind: 'iron-session',
    module: 'iron-session',
    inCookie: true,
    lacks,
    fewer: 10,
    floor: 'none',
    yardstick: 'iron-session',
  },
  { name: 'fastify', kind: 'fastify', module: 'fastify' },
  { name: '@fastify/session', kind: 'fastify', module: '@fastify/session', floor: 'fastify', yardstick: '@fastify/session' },
]

export const subjects: readonly Subject[] = [...connect, ...[...koa, ...others].map(subject => ({ ...subject, inProcessOnly: true }))]

/** The name of the yardstick of a subject. */
export function yardstickOf({ yardstick = YARDSTICK }: Subject): string {
  return yardstick
}

const CONNECT: readonly Subject['kind'][] = ['bare', 'manual', 'connect', 'fastify']

/** Whether the sessions of a visit have a lifetime. On Koa and in the cookie they always have one: without it, koa-session gives one to some cookies. */
export function hasMaxAge({ kind, floor }: Subject, { options }: Visit): boolean {
  return floor !== undefined && (!CONNECT.includes(kind) || options?.cookie?.maxAge !== undefined)
}

/** The subjects of a visit. */
export function subjectsAt(visit: Pick<Visit, 'name' | 'subjects'>, among: readonly Subject[] = subjects): readonly Subject[] {
  return among.filter(({ name, lacks }) => !lacks?.includes(visit.name) && (visit.subjects?.includes(name) ?? true))
}

/** Two subjects that are timed side by side. */
export type Pair = readonly [Subject, Subject]

/** The pairs of a visit that both subjects have. */
export function pairsAt(visit: Visit, among: readonly Pair[]): readonly Pair[] {
  return among.filter(pair => subjectsAt(visit, pair).length === pair.length)
}

/** The subjects that are measured with their sessions in this engine. */
export function subjectsFar(engine: EngineName, among: readonly Subject[]): readonly Subject[] {
  return among.filter(({ engines }) => engines?.includes(engine) ?? true)
}

/** The subjects that are measured with their sessions in a distant engine. */
export const distantSubjects: readonly Subject[] = [
  { name: 'none', kind: 'bare' },
  { name: 'express-session', kind: 'connect', module: 'express-session', floor: 'none' },
  { name: 'resession', kind: 'connect', module: 'resession', floor: 'none' },
  { name: 'resession, touchAfter', kind: 'connect', module: 'resession', floor: 'none', options: { touchAfter: 60_000 } },
  { name: 'resession, merge', kind: 'connect', module: 'resession', floor: 'none', options: { concurrency: 'merge' }, engines: ['Redis'] },
  { name: 'resession, atomicRedis', kind: 'connect', module: 'resession', floor: 'none', atomic: 'resession/atomic', engines: ['Redis'] },
]
