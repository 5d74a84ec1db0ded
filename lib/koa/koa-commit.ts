import { isPromise, fromCallbackUnlessSync, fromCallback } from '../primitives/callbacks'
import { forbidCaching } from '../primitives/http'
import { checkLate, commit, cookieDue, type CookieDue } from '../core/request/commit'
import type { Exchange } from '../core/request/exchange'
import { takesHeaders } from './context'
import { reportRepeated } from './cookies/cookie-reports'
import { SetCookieLines } from './cookies/set-cookie-lines'
import { type SentCookie, isSame } from './cookies/sent-cookie'
import type { CarriedSession, KoaHost } from './session/carried-session'
import type { Failure } from './settings/koa-options'
import type { KoaSettings } from './settings/koa-settings'

/** The part of a request that its commits use. */
interface Committed extends KoaHost {
  readonly settings: KoaSettings
  readonly exchange: Exchange
}

/** The commits of one Koa context: the calls of the store, and the cookie. */
export class KoaCommit {
  /** What the client was last sent. */
  #sent: SentCookie | undefined
  #kept: SetCookieLines | undefined
  /** The error comes from the app or from a check before the store, so `onError` is not called. */
  #isAppsError = false
  /** The store operation of the commit. */
  #asking: Failure = 'set'

  constructor(private readonly host: Committed) {}

  /**
   * Saves, touches or destroys the session as the request left it, and sets the cookie.
   *
   * @returns a promise if it is asynchronous
   */
  run(): Promise<void> | undefined {
    try {
      const committed = this.#commit()
      const sent = committed ? committed.then(() => this.sendCookie()) : this.sendCookie()
      return sent?.catch(err => this.#decide(err))
    } catch (err) {
      return this.#decide(err)
    }
  }

  /**
   * Passes an error to `onError`.
   *
   * @throws the error, unless the request goes on
   */
  async #decide(err: unknown): Promise<void> {
    const { exchange, settings, ctx } = this.host
    const { onError } = settings
    if (!onError || this.#isAppsError) throw err
    await onError(err, exchange.lastPlan === 'destroy' ? 'destroy' : this.#asking, ctx)
  }

  #commit(): Promise<void> | undefined {
    const { host } = this
    const { mustSave, ended } = host
    // Unless the app has called regenerate itself
    const isAfresh = ended !== undefined && ended === host.sessionID
    host.ended = undefined
    host.mustSave = this.#isAppsError = false
    this.#asking = isAfresh ? 'destroy' : 'set'
    return isAfresh || mustSave ? this.#commitAfter({ isAfresh, mustSave }) : this.#commitNow()
  }

  /** Commits after `beforeSave` and a replacement. */
  async #commitAfter({ isAfresh, mustSave }: { readonly isAfresh: boolean; readonly mustSave: boolean }): Promise<void> {
    if (isAfresh) await this.#session?.beginAnew()
    this.#asking = 'set'
    const session = this.#session
    const { exchange } = this.host
    if (mustSave && session) {
      await fromCallback(done => exchange.save(session, done))
      // The save has moved the expiry too
      exchange.lastPlan = 'save'
    }
    await this.#commitNow()
  }

  /** The session of the host at this moment. */
  get #session(): CarriedSession | null | undefined {
    return this.host.session
  }

  #commitNow(): Promise<void> | undefined {
    return fromCallbackUnlessSync(done =>
      commit(this.host.exchange, true, (err, withhold) => {
        this.#isAppsError ||= withhold === true
        done(err)
      }),
    )
  }

  /** @param act runs before the store is called. If it throws, the store is not to blame */
  refusing(act: () => unknown): unknown {
    this.#isAppsError = true
    const goOn = (): void => void (this.#isAppsError = false)
    const result = act()
    return isPromise(result) ? result.then(goOn) : goOn()
  }

  /**
   * Sets or clears the cookie, if that is due.
   *
   * @returns a promise if it is asynchronous
   */
  sendCookie(): Promise<void> | undefined {
    const { ctx, exchange } = this.host
    if (!takesHeaders(ctx)) return void checkLate(exchange, this.#sent?.value)
    const due = cookieDue(exchange)
    if (!due || (isSame(due, this.#sent) && this.#kept?.areStillSet)) return undefined
    this.#sent = { plan: due.plan, value: due.value, cookie: due.cookie.data }
    this.#kept ??= new SetCookieLines(ctx)
    return this.#kept.during(() => this.#send(due))
  }

  #send({ plan, cookie, value }: CookieDue): unknown {
    const { ctx, settings, exchange, sessionID } = this.host
    if (exchange.settings.forbidsCaching) forbidCaching(ctx.res)
    if (plan === 'clear') return settings.transport.clear(ctx, cookie)
    if (sessionID !== exchange.sentId) reportRepeated(settings, ctx)
    return settings.transport.set(ctx, value, cookie)
  }
}
