import { isPromise } from '../../primitives/callbacks'
import { newId } from '../../core/session/session-id'
import { isCookieValue } from '../cookies/cookie-transport'
import type { KoaHost } from '../session/carried-session'
import type { KoaOptions } from './koa-options'

/** @throws TypeError for an `idPrefix` that no cookie can carry */
export function genidOf({ genid, idPrefix = '', store, transport }: KoaOptions): (host: KoaHost) => string | PromiseLike<string> {
  // By another way than a cookie more than a cookie's characters may travel; and beside a session that is in the cookie no ID does
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

/** What is no ID at all is the core's to refuse. @throws TypeError before a record is stored that no client could ask for */
function checkSendableId(id: string): string {
  if (typeof id !== 'string' || id === '' || isCookieValue(id)) return id
  throw new TypeError(
    'genid and idPrefix must give an ID that a cookie can carry: no ";", no control characters, no letters beyond Latin-1, no quote or space at its ends',
  )
}
