import type { SessionData } from '../../lib/core/record/session-data'
import type { ResultCallback } from '../../lib/primitives/callbacks'
import type { SessionStore } from '../../lib/core/store/contract'
import { StoreClient } from '../../lib/core/store/store-client'
import { hashedKey, type HashIds } from '../../lib/core/store/store-keys'
import type { KeyEngine } from './key-engine'

/** The session that all processes are about, and the key that its record moves to. */
export const ID = 'ada'
export const KEY = hashedKey(ID)

export type Data = SessionData & { n: number }
export type Found = { readonly record: Data; readonly version: unknown } | undefined

/** What a process does with sessions. */
export interface Process {
  find(done: (found: Found) => void): void
  /** @param done is told whether the record was written */
  save(record: Data, version: unknown, done: (written: boolean) => void): void
  end(done: () => void): void
}

/** How processes move records. */
export type Order = (store: SessionStore) => Process

/** As the package does it. */
export const asShipped: Order = store => processOf(store, 'migrate')

/** A process with the option `hashIds`. */
export function processOf(store: SessionStore, hashIds: HashIds): Process {
  const client = new StoreClient(store)
  client.timeout = Infinity
  client.keys.use(hashIds, { renews: true, limits: undefined, endsByRecord: false })
  return {
    find: done => client.get(ID, (err, record, version) => done(err || !record ? undefined : { record: record as Data, version })),
    save: (record, version, done) =>
      client.compareAndSet(ID, record, { version: version as string }, (err, outcome) => done(!err && outcome?.ok === true)),
    end: done => client.destroy(ID, () => done()),
  }
}

type Step = (store: SessionStore, next: (answer: unknown) => void) => void
type Steps<Value> = Generator<Step, Value, never>

function drive<Value>(store: SessionStore, steps: Steps<Value>, done: (value: Value) => void): void {
  const go = (answer?: unknown): void => {
    const step = steps.next(answer as never)
    if (step.done) done(step.value)
    else step.value(store, go)
  }
  go()
}

const get =
  (key: string): Step =>
  (store, next) =>
    void store.get(key, (_err, record, version) => next(record ? { record, version } : undefined))
const create =
  (record: Data): Step =>
  (store, next) =>
    void store.compareAndSet?.(KEY, record, null, (_err, outcome) => next(outcome?.ok))
const remove =
  (key: string): Step =>
  (store, next) =>
    void store.destroy(key, () => next(undefined))

/** An order that a move can have, as steps. @param move of a record that is found under its ID */
function order(move: (found: Data) => Steps<void>, ends: readonly [first: string, second: string]): Order {
  function* find(): Steps<Found> {
    const found: Found = yield get(KEY)
    if (found) return found
    const older = (yield get(ID)) as Found
    if (older) yield* move(older.record)
    return yield get(KEY)
  }
  function* end(): Steps<void> {
    for (const key of ends) yield remove(key)
  }
  return store => ({
    find: done => drive(store, find(), done),
    save: (record, version, done) =>
      void store.compareAndSet?.(
        KEY,
        record,
        version as string,
        ((_err, outcome) => done(outcome?.ok === true)) as ResultCallback<{ ok: boolean }>,
      ),
    end: done => drive(store, end(), done),
  })
}

function* checked(record: Data): Steps<void> {
  const isMine: boolean = yield create(record)
  if (!isMine) return
  const older: Found = yield get(ID)
  yield remove(older ? ID : KEY)
}

/** Each of them breaks a rule. */
export const WRONG_ORDERS: Readonly<Record<string, Order>> = {
  'the copy is written, and the older record is not looked for again': order(
    function* (record) {
      yield create(record)
      yield remove(ID)
    },
    [ID, KEY],
  ),
  'the older record is removed before its copy is written': order(
    function* (record) {
      yield remove(ID)
      yield create(record)
    },
    [ID, KEY],
  ),
  'a logout removes the record of the new key first': order(checked, [KEY, ID]),
  'the copy is a session before the older record is looked for, and the process crashes': order(checked, [ID, KEY]),
}

/** The engine begins with a session that is stored under its ID. */
export function seed(engine: KeyEngine): void {
  engine.write(ID, JSON.stringify({ n: 0, cookie: { originalMaxAge: null } }))
}
