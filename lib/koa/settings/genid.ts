import { isPromise } from '../../primitives/callbacks'
import { newId } from '../../core/session/session-id'
import { isCookieValue } from '../cookies/cookie-transport'
import type { KoaHost } from '../session/carried-session'
import type { KoaOptions } from './koa-options'

/** @throws TypeError for an `idPrefix` that a cookie cannot carry */
export function genidOf({ genid, idPrefix = '', store, transport }: KoaOptions): (host: KoaHost) => string | PromiseLike<string> {
  // A custom transport may carry other characters; a session in the cookie has no ID
  const check = store === 'cookie' || typeof transport === 'object' ? (id: string): string => id : checkSendableId
  if (!genid) {
    check(idPrefix)
    return () => idPrefix + newId()
  }
  return ({ ctx }) => {
    const id = genid.call(ctx, ctx, 24)
    return isPromise<string>(id) ? id.then(check) : check(id)
  }
}

/**
 * Checks that a client could send the ID. An invalid ID is refused by the core.
 *
 * @throws TypeError before a record is stored that no client could request
 */
function checkSendableId(id: string): string {
  if (typeof id !== 'string' || id === '' || isCookieValue(id)) return id
  throw new TypeError(
    'genid and idPrefix must give an ID that a cookie can carry: no ";", no control characters, no letters beyond Latin-1, no quote or space at its ends',
  )
}
