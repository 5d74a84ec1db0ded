import type { DurableStore } from './durable-store'
import type { EngineName } from './protocols'
import type { Visit } from './visits'

/** What is measured: a row here is a column of every group of cases. */
export interface Subject {
  readonly name: string
  /** Which kind of site it makes: see open-site.ts. */
  readonly kind: 'bare' | 'manual' | 'connect' | 'koa' | 'koa manual' | 'fastify' | 'cookie-session' | 'iron-session'
  /** What `require` is given; resolved to a file before it is handed to a process that measures. */
  readonly module?: string
  /** The subject that does the same without sessions, whose time is not this one's. */
  readonly floor?: string
  /** The subject that sets the same cookies and keeps the same records, and in whose added time this one's is told; where none is named, `YARDSTICK`. */
  readonly yardstick?: string
  /** Whether the cookie carries the data: a client that sends an old cookie gets the old session. */
  readonly inCookie?: boolean
  /** What `require` is given for the `MemoryStore`, where that is not in `module`. */
  readonly storeModule?: string
  /** The visits that it is not measured with, because the package does not support them. */
  readonly lacks?: readonly string[]
  /** The divisor for its requests, before and during the timing: each takes far longer than those of the others. */
  readonly fewer?: number
  /** Whether it is measured neither over HTTP nor by its memory. */
  readonly inProcessOnly?: boolean
  /** What the session middleware is given beyond what all are given. */
  readonly options?: { readonly concurrency?: 'merge' | 'off'; readonly touchAfter?: number; readonly hashIds?: true }
  /** The subject that is the same package with other options: it stands side by side with this one too, and takes no memory of its own. */
  readonly variant?: string
  /** What `require` is given for the wrapper that makes a store of connect-redis atomic. */
  readonly atomic?: string
  /** The store that its sessions are kept in, if not the package's `MemoryStore`: see benchmarks/durable. */
  readonly durable?: DurableStore
  /** Where its sessions are kept that are far away; in each of the engines where none is named. */
  readonly engines?: readonly EngineName[]
}

/** The subject that the others are held against. */
export const YARDSTICK = 'express-session'

const connect: readonly Subject[] = [
  { name: 'none', kind: 'bare' },
  // By its own name the package finds itself as its users find it: through `exports`, in dist/
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
  { name: 'manual', kind: 'manual', floor: 'none', inProcessOnly: true },
]

const koa: readonly Subject[] = [
  { name: 'koa', kind: 'koa', module: 'koa' },
  { name: 'resession/koa', kind: 'koa', module: 'resession/koa', storeModule: 'resession', floor: 'koa', yardstick: 'koa-session' },
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

/** The name of the one that a subject is held against. */
export function yardstickOf({ yardstick = YARDSTICK }: Subject): string {
  return yardstick
}

/** Those that a visit is measured of. */
export function subjectsAt(visit: Pick<Visit, 'name' | 'subjects'>, among: readonly Subject[] = subjects): readonly Subject[] {
  return among.filter(({ name, lacks }) => !lacks?.includes(visit.name) && (visit.subjects?.includes(name) ?? true))
}

/** Those that are measured with their sessions in this engine. */
export function subjectsFar(engine: EngineName, among: readonly Subject[]): readonly Subject[] {
  return among.filter(({ engines }) => engines?.includes(engine) ?? true)
}

/** Those that are measured with their sessions in an engine that is far away. */
export const distantSubjects: readonly Subject[] = [
  { name: 'none', kind: 'bare' },
  { name: 'express-session', kind: 'connect', module: 'express-session', floor: 'none' },
  { name: 'resession', kind: 'connect', module: 'resession', floor: 'none' },
  { name: 'resession, touchAfter', kind: 'connect', module: 'resession', floor: 'none', options: { touchAfter: 60_000 } },
  { name: 'resession, merge', kind: 'connect', module: 'resession', floor: 'none', options: { concurrency: 'merge' }, engines: ['Redis'] },
  { name: 'resession, atomicRedis', kind: 'connect', module: 'resession', floor: 'none', atomic: 'resession/atomic', engines: ['Redis'] },
]
