import type { Gate, Next, Verdict } from './response/gate'
import type { ServerResponse } from 'node:http'
import { forbidCaching } from '../primitives/http'
import { checkLate, commit, cookieDue } from '../core/request/commit'
import type { Exchange } from '../core/request/exchange'
import { passOnLate } from './response/late-error'
import type { SessionCookie } from './session-cookie'

/** RFC 9110 section 15.6: from this status on, the server says that it has failed. */
const SERVER_ERROR = 500

/** Lets bytes pass when the exchange has committed. */
export class ResponseGate implements Gate {
  #hasWritten = false
  /** The value of the cookie that was sent. */
  #sent: string | undefined

  constructor(
    private readonly exchange: Exchange,
    private readonly res: ServerResponse,
    private readonly cookie: SessionCookie,
    private readonly next: Next,
  ) {
    // The response of a socket, which never sends headers
    if (exchange.settings.cookieStore && typeof res.setHeader !== 'function') exchange.settings.cookieStore.close()
  }

  get strict(): boolean {
    const { saveErrors, cookieStore } = this.exchange.settings
    return saveErrors === 'fail' || cookieStore !== undefined
  }

  get longestWait(): number {
    return this.exchange.settings.storeClient.timeout
  }

  headers(): void {
    try {
      const due = cookieDue(this.exchange)
      if (!due) return
      const { exchange, cookie } = this
      appendHeader(this.res, 'Set-Cookie', cookie.write(due, exchange.secrets))
      this.#sent = due.value
      if (exchange.settings.forbidsCaching) forbidCaching(this.res)
      if (due.plan === 'set' && exchange.sentId !== exchange.host.sessionID) cookie.reportRepeated(exchange.host)
    } catch (err) {
      passOnLate(this.res, this.next, err)
    } finally {
      this.#hasWritten = true
      this.exchange.settings.cookieStore?.close()
    }
  }

  bytes(last: boolean, answer: (verdict: Verdict) => void): void {
    const isLate = last && this.#hasWritten
    if (last) this.exchange.sendsCookie = !isLate && !this.res.destroyed
    commit(this.exchange, last, (err, withhold) => {
      // An error page of the app is not replaced: a client cannot take it for a success
      if (withhold && !(this.res.statusCode >= SERVER_ERROR)) return answer(isSent => this.failed(err, isSent))
      if (err) passOnLate(this.res, this.next, err)
      else if (isLate) checkLate(this.exchange, this.#sent)
      answer('pass')
    })
  }

  /**
   * An error here comes after the handler has responded. An error handler that finds headers sent would close the connection, and with it the
   * response.
   */
  failed(err: unknown, isSent: boolean): void {
    if (isSent) passOnLate(this.res, this.next, err)
    else this.next(err)
  }
}

/** Appends a header line. Some HTTP/2 responses and socket libraries have no `res.appendHeader`. */
function appendHeader(res: ServerResponse, name: string, line: string): void {
  const before = res.getHeader(name) ?? []
  res.setHeader(name, Array.isArray(before) ? [...before, line] : [String(before), line])
}
