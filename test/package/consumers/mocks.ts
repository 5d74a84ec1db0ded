import type { Request } from 'express'
import session from 'PACKAGE'
import type { Cookie, CookieOptions, MemoryStore, Session, SessionData, Store } from 'PACKAGE'

// Mocks in tests: code that compiles with @types/express-session compiles here

export const partial: Partial<Session> = {
  id: 'id',
  save(cb) {
    cb?.(null)
    return this as Session
  },
  destroy(cb) {
    cb(null)
    return this as Session
  },
  reload: function (cb) {
    cb(null)
    return this as Session
  },
  regenerate(callback) {
    callback(new Error('no store'))
    return {} as Session
  },
  touch() {
    return this as Session
  },
  resetMaxAge() {
    return this as Session
  },
}

export const data = { cookie: { originalMaxAge: 1000 } } as SessionData
export const cookie: Cookie = { originalMaxAge: null, secure: true, sameSite: 'lax' }
export const attributes: CookieOptions = { ...cookie }
export const asRequest = { session: { ...data, ...partial }, sessionID: 'id' } as unknown as Request
export const asSession = { cookie, save: (cb: () => void) => cb() } as unknown as Session & Partial<SessionData>
export const request: Partial<Request> = { sessionID: 'id', session: asSession }
export const live = { ...partial, cookie: new session.Cookie() } as Session

/** All members that @types/express-session has, and no others: `extra` is declared in public-names.ts. */
export const complete: Session & Partial<SessionData> = {
  extra: 1,
  id: 'id',
  cookie: { originalMaxAge: null },
  save(callback) {
    callback?.(null)
    return this
  },
  destroy(callback) {
    callback(null)
    return this
  },
  reload(callback) {
    callback(null)
    return this
  },
  regenerate(callback) {
    callback(null)
    return this
  },
  touch() {
    return this
  },
  resetMaxAge() {
    return this
  },
}

export class FakeSession implements Session {
  extra = 1
  id = 'id'
  cookie: Cookie = { originalMaxAge: null }
  save(callback?: (err: unknown) => void): this {
    callback?.(null)
    return this
  }
  destroy(callback: (err: unknown) => void): this {
    callback(null)
    return this
  }
  reload(callback: (err: unknown) => void): this {
    callback(null)
    return this
  }
  regenerate(callback: (err: unknown) => void): this {
    callback(null)
    return this
  }
  touch(): this {
    return this
  }
  resetMaxAge(): this {
    return this
  }
}
export const faked: Session = new FakeSession()
faked.id = 'abc'

declare module 'PACKAGE' {
  interface Cookie {
    tenant?: string
  }
}
export const changed = new session.Cookie()
changed.secure = 'auto'
changed.tenant = 'ada'
export const tenant: string | undefined = new session.Cookie().tenant

class Fake implements Pick<Store, 'get' | 'set' | 'destroy'> {
  get(_id: string, callback: (err: unknown, data?: SessionData | null) => void): void {
    callback(null, data)
  }
  set(_id: string, _data: SessionData, callback?: (err?: unknown) => void): void {
    callback?.()
  }
  destroy(_id: string, callback?: (err?: unknown) => void): void {
    callback?.()
  }
}
export const store: Partial<Store> = new Fake()
export const memory: Partial<MemoryStore> = { get: (_id, callback) => callback(null, data), destroy: (_id, callback) => callback?.() }

/** The mock types of jest and vitest: they use the parameters and the value of the last signature. */
type Mock<Method extends (...args: never[]) => unknown> = (...args: Parameters<Method>) => ReturnType<Method>
export const save: Mock<Session['save']> = callback => {
  callback?.(null)
  return asSession
}
export const destroy: Mock<Session['destroy']> = callback => {
  callback(null)
  return asSession
}

/** As sinon.stub and sinon.fake: their types come from the last signature that is expected. */
declare function stub<Given extends unknown[], Result>(): (...given: Given) => Result
export const stubbed: Partial<Session> = { save: stub(), destroy: stub(), reload: stub(), regenerate: stub(), touch: stub() }

/** As sinon.createStubInstance and jest.spyOn, which take the types of a class from its prototype. */
declare function stubOf<Instance>(constructor: object & { prototype: Instance }): Instance
// @ts-expect-error: it is a MemoryStore, and not any
export const stubbedStore: string = stubOf(session.MemoryStore)
export const stubbedBase: Store = stubOf(session.Store)
// @ts-expect-error: it is a Cookie
export const stubbedCookie: string = stubOf(session.Cookie)
