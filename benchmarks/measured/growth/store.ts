import { promised } from '../site'
import type { Subject } from '../subjects'
import { filled } from './filled'

export interface StoreJob {
  readonly what: 'store'
  readonly sessions: number
  /** The number of timed calls of each method, after as many calls without timing. */
  readonly times: number
}

/** Concurrent calls: with a store that responds in a later turn, the turns would otherwise be timed. */
const BLOCK = 100
/** Session objects that are used in turn: more would be another growing quantity. */
const OBJECTS = 100

/** The processor time of each method of a memory store with so many sessions, in nanoseconds. */
export async function timeStore(subject: Subject, { sessions, times }: StoreJob): Promise<Record<string, number>> {
  const { store, ids, sessionOf } = filled(subject, sessions)
  const objects = Array.from({ length: OBJECTS }, (_, visitor) => sessionOf(visitor))
  const objectAt = (at: number) => objects[at % OBJECTS] as object
  // The strings of requests are other objects than those in the store
  const sent = () =>
    Array.from({ length: times }, () => Buffer.from(ids[Math.floor(Math.random() * sessions)] as string).toString('latin1'))
  const methods: Record<string, Call> = {
    get: (id, _at, done) => store.get(id, done),
    touch: (id, at, done) => store.touch(id, objectAt(at), done),
    set: (id, at, done) => store.set(id, objectAt(at), done),
  }
  const nanoseconds: Record<string, number> = {}
  for (const [name, call] of Object.entries(methods)) {
    await callAll(sent(), call)
    const timed = sent()
    const start = process.cpuUsage()
    await callAll(timed, call)
    const { user, system } = process.cpuUsage(start)
    nanoseconds[name] = ((user + system) * 1000) / times
  }
  return nanoseconds
}

type Call = (id: string, at: number, done: (err?: unknown) => void) => void

async function callAll(ids: readonly string[], call: Call): Promise<void> {
  for (let from = 0; from < ids.length; from += BLOCK) {
    const block = ids.slice(from, from + BLOCK)
    await promised<void>(done => {
      let left = block.length
      const answered = (err?: unknown) => {
        if (err || --left === 0) done(err)
      }
      for (const [at, id] of block.entries()) call(id, at, answered)
    })
  }
}
