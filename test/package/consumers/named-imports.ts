import type { IncomingMessage } from 'node:http'
import { Cookie, MemoryStore, Session, Store, update } from 'PACKAGE'
import type { CookieOptions, SessionData, SessionOptions } from 'PACKAGE'

declare module 'PACKAGE' {
  interface SessionData {
    views: number
    user: { name: string }
  }
}

const attributes: CookieOptions = { maxAge: 1000, path: '/' }
const options: SessionOptions = { secret: 'x', store: new MemoryStore(), cookie: attributes }
// @ts-expect-error: no such option
options.nothing = true

class Own extends Store {
  get(_id: string, callback: (err?: unknown, data?: SessionData | null) => void): void {
    callback(null, { cookie: new Cookie(attributes), views: 1, user: { name: 'Ada' } })
  }
  set(_id: string, _data: SessionData, callback?: (err?: unknown) => void): void {
    callback?.()
  }
  destroy(_id: string, callback?: (err?: unknown) => void): void {
    callback?.()
  }
}

const live = new Session({ sessionID: 'id' })
const kept: Store = new Own()
export const visit = async (req: IncomingMessage): Promise<void> =>
  update(req, draft => {
    draft.views = (draft.views ?? 0) + 1
    // @ts-expect-error: it is not declared
    draft.nothing = true
  })
// @ts-expect-error: it takes the request, and not its session
void update(live, () => {})
// @ts-expect-error: there is no such export
import { Unknown } from 'PACKAGE'

export { kept, live, options, Unknown }
export const isSession = (value: unknown): value is Session => value instanceof Session
