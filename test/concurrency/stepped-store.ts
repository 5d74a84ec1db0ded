import type { SessionData } from '../../lib/core/record/session-data'
import type { Callback, ResultCallback } from '../../lib/primitives/callbacks'
import type { Found, Outcome, SessionStore } from '../../lib/core/store/contract'
import type { Version } from '../../lib/core/record/snapshot'

/** The ID of the session of all requests. */
export const ID = 'ada'

export type Data = Record<string, unknown>

export interface Steps {
  /** Takes a step that can run now, or later. */
  push(step: () => void): void
}

/** The write method of a store. */
export type Ability = 'set' | 'update' | 'compareAndSet'

/** The state that processes share. */
export class Engine {
  readonly #records = new Map<string, string>()

  ids(): string[] {
    return Array.from(this.#records.keys())
  }

  text(id: string): string | undefined {
    return this.#records.get(id)
  }

  read(id: string): Data | undefined {
    const text = this.text(id)
    return text === undefined ? undefined : (JSON.parse(text) as Data)
  }

  write(id: string, text: string): void {
    this.#records.set(id, text)
  }

  delete(id: string): void {
    this.#records.delete(id)
  }
}

/** Two steps for each call: one performs it, one calls back. */
class PlainStore implements SessionStore {
  constructor(
    readonly engine: Engine,
    private readonly steps: Steps,
  ) {}

  get(id: string, callback: Found): void {
    this.step(() => {
      const text = this.engine.text(id)
      const record = text === undefined ? undefined : (JSON.parse(text) as SessionData)
      return () => callback(null, record, text)
    })
  }

  set(id: string, session: SessionData, callback: Callback): void {
    const text = JSON.stringify(session)
    this.step(() => (this.engine.write(id, text), () => callback()))
  }

  destroy(id: string, callback: Callback): void {
    this.step(() => (this.engine.delete(id), () => callback()))
  }

  touch(_id: string, _session: SessionData, callback: Callback): void {
    this.step(() => () => callback())
  }

  step(act: () => () => void): void {
    this.steps.push(() => this.steps.push(act()))
  }
}

/** The JSON is the version. All methods are own methods, because an ability counts only if it is not overridden. */
function compareAndSet(store: PlainStore): SessionStore {
  return Object.assign(store, {
    get: store.get.bind(store),
    set: store.set.bind(store),
    compareAndSet(id: string, session: SessionData, version: Version | null, callback: ResultCallback<Outcome>): void {
      const text = JSON.stringify(session)
      store.step(() => {
        const ok = (store.engine.text(id) ?? null) === version
        if (ok) store.engine.write(id, text)
        return () => callback(null, { ok, version: text })
      })
    },
  })
}

function update(store: PlainStore): SessionStore {
  return Object.assign(store, {
    update(id: string, session: SessionData, callback: ResultCallback<boolean>): void {
      const text = JSON.stringify(session)
      store.step(() => {
        const isThere = store.engine.text(id) !== undefined
        if (isThere) store.engine.write(id, text)
        return () => callback(null, isThere)
      })
    },
  })
}

/** The store of one process on the engine. */
export function steppedStore(ability: Ability, engine: Engine, steps: Steps): SessionStore {
  const store = new PlainStore(engine, steps)
  if (ability === 'compareAndSet') return compareAndSet(store)
  return ability === 'update' ? update(store) : store
}
