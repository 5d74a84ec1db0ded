import type { Request } from 'express'
import { MemoryStore, Store, type Session, type SessionData } from 'PACKAGE'

// Compiles against @types/express-session too: callbacks with a second parameter, as those of Node are typed

type Callback<Result> = (err?: Error | null, result?: Result) => void

declare const data: SessionData

export function ofRequest(req: Request, done: Callback<string>): void {
  req.session.save(done)
  req.session.reload(done)
  req.session.destroy(done)
  req.session.regenerate(done)
}

/** The `req.session` of Express has the types of @types/express-session, if they are installed. */
export function ofSession(live: Session, done: Callback<string>): void {
  live.save(done).reload(done).destroy(done).regenerate(done)
}

export function ofStore(store: Store, req: Request, done: Callback<string>): void {
  store.set('id', data, done)
  store.destroy('id', done)
  store.touch?.('id', data, done)
  store.clear?.(done)
  store.regenerate(req, done)
  store.get('id', (err: Error, found?: SessionData | null) => [err, found])
  store.load('id', (err: Error, found?: SessionData) => [err, found])
  store.length?.((err: Error, count?: number) => [err, count])
}

export function ofMemoryStore(store: MemoryStore, req: Request, done: Callback<string>): void {
  store.set('id', data, done)
  store.destroy('id', done)
  store.touch('id', data, done)
  store.clear(done)
  store.regenerate(req, done)
}

/** A callback that may be missing. */
export const saved = (live: Session, done?: Callback<string>): Session => live.save(done).touch()

/** One type of callback for all methods, as in many stores. */
type Reply = (err?: unknown, found?: SessionData | null) => void

export class OneCallback extends Store {
  async get(_id: string, callback: Reply): Promise<void> {
    callback(null, null)
  }
  async set(_id: string, _data: SessionData, callback?: Reply): Promise<void> {
    callback?.(null, data)
  }
  async destroy(_id: string, callback?: Reply): Promise<void> {
    callback?.(null, null)
  }
  override async touch(_id: string, _data: SessionData, callback?: Reply): Promise<void> {
    callback?.(null, data)
  }
  override async clear(callback?: Reply): Promise<void> {
    callback?.()
  }
}

export class Arrows extends Store {
  get = (_id: string, callback: Reply): void => callback(null, null)
  set = (_id: string, _data: SessionData, callback?: Reply): void => callback?.(null, data)
  destroy = (_id: string, callback?: Reply): void => callback?.()
}

export class Inner extends MemoryStore {
  override set(id: string, given: SessionData, callback?: Callback<SessionData>): void {
    super.set(id, given, callback)
  }
  override destroy(id: string, callback?: Callback<number>): void {
    super.destroy(id, callback)
  }
  override clear = (callback?: Callback<number>): void => super.clear(callback)
}

export class Outer extends Store {
  constructor(readonly inner: Store) {
    super()
  }
  get(id: string, callback: (err: unknown, found?: SessionData | null) => void): void {
    this.inner.get(id, callback)
  }
  set(id: string, given: SessionData, callback?: Callback<string>): void {
    this.inner.set(id, given, callback)
  }
  destroy(id: string, callback?: Callback<number>): void {
    this.inner.destroy(id, callback)
  }
  override touch(id: string, given: SessionData, callback?: Callback<number>): void {
    this.inner.touch?.(id, given, callback)
  }
}

export class Methods implements Pick<Store, 'get' | 'set' | 'destroy' | 'touch' | 'clear'> {
  get(_id: string, callback: Reply): void {
    callback(null)
  }
  set(_id: string, given: SessionData, callback?: Callback<SessionData>): void {
    callback?.(null, given)
  }
  destroy(_id: string, callback?: Callback<SessionData>): void {
    callback?.()
  }
  touch(_id: string, given: SessionData, callback?: Callback<SessionData>): void {
    callback?.(null, given)
  }
  clear(callback?: Callback<number>): void {
    callback?.(null, 0)
  }
}
