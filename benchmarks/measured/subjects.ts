/** What is measured: a row here is a column of every group of cases. */
export interface Subject {
  readonly name: string
  /** Which kind of site it makes: see site.ts. */
  readonly kind: 'bare' | 'connect'
  /** What `require` is given; resolved to a file before it is handed to a process that measures. */
  readonly module?: string
  /** The subject that does the same without sessions, whose time is not this one's. */
  readonly floor?: string
}

export const subjects: readonly Subject[] = [
  { name: 'none', kind: 'bare' },
  // By its own name the package finds itself as its users find it: through `exports`, in dist/
  { name: 'resession', kind: 'connect', module: 'resession', floor: 'none' },
  { name: 'express-session', kind: 'connect', module: 'express-session', floor: 'none' },
]

/** The subject that the others are held against. */
export const YARDSTICK = 'express-session'
