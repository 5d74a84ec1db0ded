/** What is measured: a row here is a column of every group of cases. */
export interface Subject {
  readonly name: string
  /** Which kind of site it makes: see site.ts. */
  readonly kind: 'bare' | 'connect'
  /** What `require` is given; resolved to a file before it is handed to a process that measures. */
  readonly module?: string
  /** The subject that does the same without sessions, whose time is not this one's. */
  readonly floor?: string
  /** What the session middleware is given beyond what all are given. */
  readonly options?: { readonly concurrency?: 'merge' | 'off' }
  /** The subject that is the same package with other options: it stands side by side with this one too, and takes no memory of its own. */
  readonly variant?: string
  /** What `require` is given for the wrapper that makes a store of connect-redis atomic. */
  readonly atomic?: string
}

export const subjects: readonly Subject[] = [
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
  },
]

/** Those that are measured with their sessions in a Redis that is far away. */
export const distantSubjects: readonly Subject[] = [
  { name: 'express-session', kind: 'connect', module: 'express-session', floor: 'none' },
  { name: 'resession', kind: 'connect', module: 'resession', floor: 'none' },
  { name: 'resession, merge', kind: 'connect', module: 'resession', floor: 'none', options: { concurrency: 'merge' } },
  { name: 'resession, atomicRedis', kind: 'connect', module: 'resession', floor: 'none', atomic: 'resession/atomic' },
]

/** The subject that the others are held against. */
export const YARDSTICK = 'express-session'
