import { HOST } from '../core/session/update'
import type { SessionStore } from '../core/store/contract'

/** The part of a request's host that is shown at `ctx.req`. */
interface Shown {
  readonly settings: { readonly earlyStore: SessionStore | undefined }
  readonly sessionID?: string | undefined
  readonly sessionStore?: SessionStore
  readonly onRequest: object | null | undefined
  assign(value: unknown): void
  /** Opens the session if that was put off. */
  openPostponed(): void
}

interface Mirrored {
  [HOST]: Shown
  sessionStore?: SessionStore
}

/**
 * Sets the properties of `ctx.req`, for passport and other packages that only know requests. Defining an accessor takes a fifth of the time of a request
 * without a session: `sessionStore` is therefore a plain value if it is known, and otherwise defined when the session is opened.
 */
export function mirror(req: object, host: Shown): void {
  if (isOthers(req)) return
  const { earlyStore } = host.settings
  ;(req as Mirrored)[HOST] = host
  // With prepared descriptors: `defineProperties` takes twice as long, and a prototype of its own makes every request slow
  Object.defineProperty(req, 'session', SESSION)
  Object.defineProperty(req, 'sessionID', SESSION_ID)
  if (earlyStore) setStore(req as Mirrored, earlyStore)
}

/** Whether a middleware outside of the Koa app has put its session on the request. It reads the session there again at the end. */
function isOthers(req: object): boolean {
  return (Object.hasOwn(req, 'session') || Object.hasOwn(req, 'sessionID')) && !(HOST in req)
}

/** If an app passes its request to an app inside of it, the request may have the accessor of the outer one, which cannot be assigned. */
function setStore(req: Mirrored, value: SessionStore): void {
  if (!('sessionStore' in req)) req.sessionStore = value
  else Object.defineProperty(req, 'sessionStore', { value, configurable: true, writable: true, enumerable: true })
}

/** Called when the session is opened: some stores are made for each request. */
export function mirrorStore(req: object, { settings }: Shown): void {
  // A property cannot become an accessor without making the request slow
  if (!settings.earlyStore && !isOthers(req)) Object.defineProperty(req, 'sessionStore', SESSION_STORE)
}

const SESSION = {
  configurable: true,
  get(this: Mirrored) {
    return this[HOST].onRequest
  },
  set(this: Mirrored, value: unknown) {
    this[HOST].assign(value)
  },
}

const SESSION_ID = {
  configurable: true,
  get(this: Mirrored) {
    this[HOST].openPostponed()
    return this[HOST].sessionID
  },
}

const SESSION_STORE = {
  configurable: true,
  get(this: Mirrored) {
    return this[HOST].sessionStore
  },
}
