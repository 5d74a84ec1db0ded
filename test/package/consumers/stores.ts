import session from 'PACKAGE'

type Found = (err?: unknown, session?: session.SessionData | null) => void
type Done = (err?: unknown) => void

/** A typical store. */
class Methods extends session.Store {
  readonly records = new Map<string, string>()

  constructor(readonly prefix: string) {
    super({ prefix })
    this.setMaxListeners(20)
    this.emit('connect')
  }

  get(id: string, callback: Found): void {
    const text = this.records.get(this.prefix + id)
    callback(null, text ? (JSON.parse(text) as session.SessionData) : null)
  }

  set(id: string, data: session.SessionData, callback?: Done): void {
    const maxAge: number | undefined = data.cookie.maxAge
    this.records.set(this.prefix + id, JSON.stringify({ ...data, maxAge }))
    callback?.()
  }

  destroy(id: string, callback?: Done): void {
    this.records.delete(this.prefix + id)
    callback?.()
  }

  override touch(id: string, data: session.SessionData, callback?: () => void): void {
    this.set(id, data, callback)
  }

  override all(callback: (err: unknown, all?: session.SessionData[] | null) => void): void {
    callback(null, [])
  }
}

/** As connect-typeorm, connect-firestore and prisma-session-store are written. */
class Arrows extends session.Store {
  get = (_id: string, callback: (err: unknown, session?: session.SessionData | null) => void): void => callback(null)
  set = (_id: string, _data: session.SessionData, callback?: Done): void => callback?.()
  destroy = (_id: string, callback?: Done): void => callback?.()
  override touch = (_id: string, _data: session.SessionData, callback?: Done): void => callback?.()
}

/** Promises and callbacks at the same time, as connect-redis 9. */
class Promises extends session.Store {
  async get(_id: string, callback?: Found): Promise<void> {
    callback?.(null, null)
  }
  async set(_id: string, _data: session.SessionData, callback?: Done): Promise<void> {
    callback?.()
  }
  async destroy(_id: string, callback?: Done): Promise<void> {
    callback?.()
  }
}

class Kept extends session.MemoryStore {
  override get(id: string, callback: Found): void {
    super.get(id, callback)
  }
  override set = (id: string, data: session.SessionData, callback?: Done): void => this.destroy(id, () => callback?.(data))
}

// @ts-expect-error: it cannot destroy
class Incomplete extends session.Store {
  get(_id: string, callback: Found): void {
    callback()
  }
  set(_id: string, _data: session.SessionData, callback?: Done): void {
    callback?.()
  }
}

class Mistyped extends session.Store {
  // @ts-expect-error: ids are strings
  get(_id: number, callback: Found): void {
    callback()
  }
  set(): void {}
  destroy(): void {}
}

for (const store of [new Methods('sess:'), new Arrows(), new Promises(), new Kept({ max: 10 }), new session.MemoryStore()]) {
  const known: session.Store = store
  session({ secret: 'x', store: known })
}
session({ secret: 'x', store: { get: async () => null, set: async () => {}, destroy: async () => {} } })
// @ts-expect-error: it has to destroy, too
session({ secret: 'x', store: { get: async () => null, set: async () => {} } })

export { Incomplete, Mistyped }
