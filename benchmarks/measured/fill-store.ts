import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { record } from './record'
import { load, type SessionModule, type SessionStore } from './site'
import type { Subject } from './subjects'

export interface FillJob {
  readonly do: 'fill'
  readonly subject: Subject
  readonly sessions: number
  /** The size of the data of each session, as JSON. */
  readonly bytes: number
}

export interface Filled {
  /** Memory per session: the heap and external memory such as buffers. */
  readonly bytesPerSession: number
  /** The session that was written last, read back. */
  readonly last: unknown
}

/** Sessions that warm up the code before memory is first measured, so that its compilation is not counted. */
const PRACTICE = 1000

/** The memory of sessions in the memory store of a package. Only with `--expose-gc`. */
export async function fillStore({ subject, sessions, bytes }: FillJob): Promise<Filled> {
  const session = load(subject.module ?? '')
  fill(new session.MemoryStore(), session, PRACTICE, bytes)
  await setImmediate()
  const before = memoryInUse()
  const store = new session.MemoryStore()
  const id = fill(store, session, sessions, bytes)
  // A method without a callback may return a promise, which is garbage after this turn
  await setImmediate()
  const bytesPerSession = (memoryInUse() - before) / sessions
  const last = await new Promise((resolve, reject) => store.get(id, (err, found) => (err ? reject(err) : resolve(found))))
  return { bytesPerSession, last }
}

/** @returns the ID of the last session */
function fill(store: SessionStore, session: SessionModule, sessions: number, bytes: number): string {
  let id = ''
  for (let visitor = 0; visitor < sessions; visitor++) {
    id = randomBytes(24).toString('base64url')
    store.set(id, { cookie: new session.Cookie(), ...record(bytes, visitor) })
  }
  return id
}

/** Only with `--expose-gc`. */
export function memoryInUse(): number {
  if (!global.gc) throw new Error('memory can be measured only with --expose-gc')
  // The first collection may leave objects that only finalizers and caches held
  global.gc()
  global.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
