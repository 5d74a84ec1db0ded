import type { ResultCallback } from '../../primitives/callbacks'
import { Attempts } from '../concurrency/attempts'
import type { Deadline } from '../concurrency/deadline'
import { diagnose, type Diagnosed } from '../diagnostics/diagnose'
import { isMissing, refusesVersion } from '../errors/store-errors'
import { tryAgain } from '../group/write-group'
import type { SessionData } from '../record/session-data'
import type { Version } from '../record/snapshot'
import type { Outcome } from '../store/contract'
import type { StoreClient } from '../store/store-client'
import { EMPTY, isEmpty, withKeys, type Registry } from './registry'
import { recordOf, registryId, registryIn } from './registry-record'

/** A registry as the store last had it. */
export interface KnownRegistry {
  readonly registry: Registry
  /** Null if there is no record; undefined if the store does not compare. */
  readonly version: Version | null | undefined
}

/** What becomes of a registry. */
export interface RegistryOutcome<Result> {
  /** Undefined if it stays as it is. */
  readonly next?: Registry | undefined
  readonly result: Result
}

/** The result of a change, and the registry as the store has it since. */
export interface Changed<Result> {
  readonly result: Result
  readonly known: KnownRegistry
}

/** Reads and changes the registries of users. Within a process, one change of a user follows another. */
export class RegistryClient {
  constructor(
    private readonly storeClient: StoreClient,
    private readonly about: Diagnosed,
  ) {}

  /**
   * @param make may be called again, if another process has changed the registry meanwhile
   * @param known the registry from an earlier change, which saves a read if it is up to date
   */
  change<Result>(
    user: string,
    make: (registry: Registry) => RegistryOutcome<Result>,
    done: ResultCallback<Changed<Result>>,
    known?: KnownRegistry,
  ): void {
    const { storeClient, about } = this
    const id = registryId(user)
    const deadline = storeClient.deadline()
    storeClient.activeSessions.run<Parameters<typeof done>>(id, deadline, done, changed =>
      new RegistryChange(storeClient, about, { id, deadline, make, done: changed }).begin(storeClient.compares ? known : undefined),
    )
  }
}

interface RegistryTask<Result> {
  readonly id: string
  readonly deadline: Deadline
  readonly make: (registry: Registry) => RegistryOutcome<Result>
  readonly done: ResultCallback<Changed<Result>>
}

/** One change of one registry: read, change, compare and set. */
class RegistryChange<Result> {
  readonly #attempts = new Attempts()

  constructor(
    private readonly storeClient: StoreClient,
    private readonly about: Diagnosed,
    private readonly task: RegistryTask<Result>,
  ) {}

  begin(known: KnownRegistry | undefined): void {
    if (known?.version === undefined) this.#read()
    else this.#write(known)
  }

  #read(): void {
    const { id, deadline, done } = this.task
    this.storeClient.get(
      id,
      (err, record, version) => {
        if (err) return this.#attempts.mayRead(err) ? this.#read() : done(err)
        if (this.#attempts.isStalled(record)) return done(refusesVersion())
        this.#found(record, record ? version : null)
      },
      deadline,
    )
  }

  #found(record: SessionData | null | undefined, version: KnownRegistry['version']): void {
    const { registry, isCorrupt } = record ? registryIn(record) : { registry: EMPTY, isCorrupt: false }
    if (isCorrupt) reportCorrupt(this.about)
    this.#write({ registry: withKeys(registry, this.storeClient.keys), version }, isCorrupt)
  }

  /** @param isCorrupt whether the record is also written if the registry stays as it is */
  #write(before: KnownRegistry, isCorrupt = false): void {
    const { task, storeClient } = this
    const { next = isCorrupt ? before.registry : undefined, result } = task.make(before.registry)
    if (!next || (isEmpty(next) && before.version === null)) return task.done(null, { result, known: before })
    this.#put(next, before.version, (err, outcome) => {
      if (!err && outcome?.ok)
        return task.done(null, { result, known: { registry: next, version: storeClient.compares ? outcome.version : undefined } })
      // A lost reply: the write may have been made, and the change is the same when it is repeated
      if (err) return this.#attempts.mayRepeat(err) ? this.#read() : task.done(err)
      tryAgain(() => this.#read(), ++this.#attempts.refused, task.deadline)
    })
  }

  #put(next: Registry, version: KnownRegistry['version'], done: ResultCallback<Outcome>): void {
    const { storeClient } = this
    const { id, deadline } = this.task
    if (storeClient.compares && version !== undefined) return storeClient.compareAndSet(id, recordOf(next), { version }, done, deadline)
    if (isEmpty(next)) return storeClient.remove(id, err => done(isMissing(err) ? null : err, { ok: true }), deadline)
    storeClient.set(id, recordOf(next), err => done(err, { ok: true }), deadline)
  }
}

function reportCorrupt(about: Diagnosed): void {
  diagnose(about, 'registry-corrupt', () => {
    const what = `The list of a user's sessions of "${about.name}" was damaged in the store, and has been rebuilt from its intact entries`
    return `${what}. A session that is missing is listed again when its ID is renewed, and ends at its timeout. Let nothing else write the keys that begin with "u!".`
  })
}
