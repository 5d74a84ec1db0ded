import { Cookie, isAlike, type CookieData } from '../../core/record/cookie'
import type { SessionData } from '../../core/record/session-data'

/** A cookie without its expiry, shared by all sessions with equal attributes. */
export interface SharedCookie {
  /** Its JSON. */
  readonly head: string
  /** The JSON after the expiry, if there is one. */
  readonly tail?: string
  /** The parsed JSON. A cookie with an expiry has `null` there. */
  readonly attributes: object
  /** The cookie data it was made of, if it has only the usual attributes. */
  of: CookieData | undefined
  /** Whether an attribute is an object, which must be copied for each reader. */
  readonly isNested: boolean
}

/** A store has one or two forms of cookies. An app with a form per client must not fill the cache. */
const MOST_FORMS = 100

/** The forms of cookies in a store. */
export class SharedCookies {
  readonly #forms = new Map<string, SharedCookie>()
  /** The most recently used one: most stores have only one. */
  #last: SharedCookie | undefined

  /** @param expires in milliseconds since 1970 */
  of(cookie: SessionData['cookie'], expires: number | undefined): SharedCookie {
    const last = this.#last
    return last && isOf(last, cookie, expires) ? last : (this.#last = this.#shared(newForm(cookie, expires)))
  }

  #shared(form: SharedCookie): SharedCookie {
    const key = `${form.head}|${form.tail ?? ''}`
    const shared = this.#forms.get(key)
    if (shared) {
      shared.of ??= form.of
      return shared
    }
    if (this.#forms.size >= MOST_FORMS) this.#forms.clear()
    this.#forms.set(key, form)
    return form
  }
}

function newForm(cookie: SessionData['cookie'], expires: number | undefined): SharedCookie {
  const text = JSON.stringify(cookie)
  const attributes = JSON.parse(text) as Partial<CookieData>
  const of = cookie instanceof Cookie && cookie.toJSON === Cookie.prototype.toJSON ? cookie.data : undefined
  const date = expires === undefined ? '' : new Date(expires).toISOString()
  const at = date ? text.indexOf(date) : -1
  const isNested = Object.values(attributes).some(value => typeof value === 'object' && value !== null)
  if (at === -1) return { head: text, attributes, of, isNested }
  // Not deleted: V8 reads an object without a deleted property several times as fast
  attributes.expires = null
  return { head: text.slice(0, at), tail: text.slice(at + date.length), attributes, of, isNested }
}

/** Whether a cookie has this form, as far as that is known without serializing it. */
function isOf({ of, tail }: SharedCookie, cookie: SessionData['cookie'], expires: number | undefined): boolean {
  if (!of || !(cookie instanceof Cookie) || cookie.toJSON !== Cookie.prototype.toJSON) return false
  const endsAlike = tail === undefined ? cookie.expires === of.expires : expires !== undefined && cookie.expires instanceof Date
  return endsAlike && isAlike(of, cookie)
}
