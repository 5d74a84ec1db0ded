import type { Gate, Next, Verdict } from './response/gate'
import type { ServerResponse } from 'node:http'
import { forbidCaching } from '../primitives/http'
import { checkLate, commit, cookieDue } from '../core/request/commit'
import type { Exchange } from '../core/request/exchange'
import { passOnLate } from './response/late-error'
import type { Request } from './request'
import type { SessionCookie } from './session-cookie'

/** The gate of an exchange: bytes leave when it has committed. */
export class ResponseGate implements Gate {
  #hasWritten = false
  /** What the cookie carries that was sent. */
  #sent: string | undefined

  constructor(
    private readonly exchange: Exchange<Request>,
    private readonly res: ServerResponse,
    private readonly cookie: SessionCookie,
    private readonly next: Next,
  ) {
    // A socket's, on which no header is ever sent
    if (exchange.settings.kept && typeof res.setHeader !== 'function') exchange.settings.kept.close()
  }

  get strict(): boolean {
    const { saveErrors, kept } = this.exchange.settings
    return saveErrors === 'fail' || kept !== undefined
  }

  get longestWait(): number {
    return this.exchange.settings.port.timeout
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
      this.exchange.settings.kept?.close()
    }
  }

  bytes(last: boolean, answer: (verdict: Verdict) => void): void {
    const isLate = last && this.#hasWritten
    commit(this.exchange, last, (err, withhold) => {
      if (withhold) return answer(() => this.failed(err))
      if (err) passOnLate(this.res, this.next, err)
      else if (isLate) checkLate(this.exchange, this.#sent)
      answer('pass')
    })
  }

  /** What fails here, fails after the handler has answered. An error handler that finds headers sent ends the connection, and the answer on it. */
  failed(err: unknown): void {
    if (this.res.headersSent) passOnLate(this.res, this.next, err)
    else this.next(err)
  }
}

/** Behind those that are there: `res.appendHeader` is younger than some responses of HTTP/2 and of socket libraries. */
function appendHeader(res: ServerResponse, name: string, line: string): void {
  const before = res.getHeader(name) ?? []
  res.setHeader(name, Array.isArray(before) ? [...before, line] : [String(before), line])
}
