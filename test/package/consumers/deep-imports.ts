import Cookie from 'PACKAGE/session/cookie'
import MemoryStore from 'PACKAGE/session/memory'
import Session from 'PACKAGE/session/session'
import Store from 'PACKAGE/session/store'
import CookieToo from 'PACKAGE/session/cookie.js'
import MemoryStoreToo from 'PACKAGE/session/memory.js'
import SessionToo from 'PACKAGE/session/session.js'
import StoreToo from 'PACKAGE/session/store.js'

new Cookie({ maxAge: 1 }).serialize('name', 'value').trim()
new MemoryStore({ max: 1 }).length((_err, count) => count?.toFixed())
new Session({ sessionID: 'id' }).touch()
export const same: [typeof Cookie, typeof MemoryStore, typeof Session, typeof Store] = [CookieToo, MemoryStoreToo, SessionToo, StoreToo]
// @ts-expect-error: no such attribute
new Cookie({ flavour: 'oat' })
