import type { ServerResponse } from 'node:http'
import { whenClosed } from '../primitives/http'
import { diagnoseOptions } from '../core/diagnostics/diagnose'
import { Exchange } from '../core/request/exchange'
import { freshness } from '../core/users/freshness'
import { noStore, sessionsOf, type Sessions } from '../core/users/sessions'
import { installGenerate } from './install-generate'
import { open } from '../core/request/open'
import { attributeWarnings } from '../core/settings/option-warnings'
import { shareSettings } from '../core/lifetime/shared-store'
import { nameOf, settle, type Settings } from '../core/settings/settings'
import { reportMistakes, secretWarnings } from '../core/settings/strict'
import type { CookieOptions } from '../core/record/cookie'
import type { Options } from '../core/settings/options'
import { adviseOnStore } from '../core/store/store-advice'
import type { SessionStore } from '../core/store/contract'
import { settleCookieStore } from '../cookie-store/settings'
import { ResponseGate } from './response-gate'
import type { Next } from './response/gate'
import { patchResponse } from './response/patch-response'
import { OPTION_NAMES } from './option-names'
import { connectionOf, isSecure, originalPath, type Request } from './request'
import type { Transport } from '../core/settings/transport'
import { signedCookieValue } from './signature-cache'
import { SessionCookie } from './session-cookie'

type Handler = (req: Request, res: ServerResponse, next: Next) => void

/** The function for `app.use`, with the methods for sessions of other requests. */
export type Middleware = Sessions<Handler> & Handler

/**
 * The Connect middleware: one exchange per request. The response is deferred until the exchange has committed.
 *
 * @param store the store, or 'cookie'
 * @param deprecate receives the deprecation messages of express-session
 * @throws TypeError for an option that can never work
 */
export function middleware(
  options: Partial<Options<Request>>,
  store: SessionStore | 'cookie',
  deprecate: (message: string) => void,
): Middleware {
  const { settings, cookieStore } = settleStore(options, store, deprecate)
  const { secret, seal, proxy } = options
  reportMistakes(options, settings, OPTION_NAMES, [...secretWarnings('secret', secret), ...secretWarnings('seal', seal)])
  const cookie = new SessionCookie(settings.name, settings.diagnostics)
  const transport: Transport<Request> = {
    path: originalPath,
    isSecure: req => isSecure(req, proxy),
    connection: req => connectionOf(req, proxy),
    sentId(req, secrets) {
      const id = cookieStore ? cookie.readHeader(req, secrets) : cookie.read(req, secrets)
      if (id === undefined) cookie.reportRejected(req)
      return id
    },
    otherId: (req, secrets, after) => cookie.readHeader(req, secrets, after),
    isOutdated: (req, secrets, sent) => cookie.isOutdated(req, secrets, sent),
  }
  if (!cookieStore) installGenerate(settings, transport)
  adviseOnStore(settings.store, settings)

  return Object.assign(session, methodsOf(settings, cookieStore !== undefined))

  function session(req: Request, res: ServerResponse, next: Next): void {
    if (!res) throw new TypeError('argument res is required')
    if (!next) throw new TypeError("argument next is required: on Koa, write require('resession/koa')")
    const exchange = new Exchange(cookieStore ? cookieStore.of(req) : settings, transport, req)
    open(exchange, err => {
      // After an error too, because the app may continue with a session that it makes itself
      if (exchange.entered) patchResponse(res, new ResponseGate(exchange, res, cookie, next))
      try {
        if (err) next(err)
        else next()
      } finally {
        // By now most handlers that respond synchronously have ended
        exchange.requestLifetime.watch(whenClosed, res)
      }
    })
  }
}

/** @returns the settings, and those of requests whose session is in the cookie */
function settleStore(options: Partial<Options<Request>>, store: SessionStore | 'cookie', deprecate: (message: string) => void) {
  const reportCookie = cookieReporter(options)
  if (store === 'cookie') {
    const cookieStore = settleCookieStore(options, encoded, deprecate, reportCookie)
    return { settings: cookieStore.settings, cookieStore }
  }
  const settings = settle(options, store, deprecate, reportCookie)
  shareSettings(options, settings, { renews: settings.family.keepsAlive })
  return { settings, cookieStore: undefined }
}

function methodsOf(settings: Settings, isInCookie: boolean): Sessions<Handler> {
  return {
    ...sessionsOf(isInCookie ? noStore : () => settings.storeClient, settings),
    requireFresh(ms: number): Handler {
      const check = freshness(settings, ms)
      return (req, _res, next) => next(check(req))
    },
  }
}

/** Reports mistakes in what a function for the option `cookie` returns. */
function cookieReporter(options: Partial<Options<Request>>): (cookie: CookieOptions) => void {
  const about = { name: nameOf(options), diagnostics: options.diagnostics !== false }
  return cookie => diagnoseOptions(about, attributeWarnings(cookie, OPTION_NAMES))
}

/** The payload as the cookie carries it. */
const encoded: typeof signedCookieValue = (payload, secrets) => encodeURIComponent(signedCookieValue(payload, secrets))
