import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import type { DoctorJar } from './cookie-jar'
import type { ReceivedResponse, Visit } from './observations'

/** Browsers give up after about 20. */
const MOST_REDIRECTS = 20

/** How long to read a body, in milliseconds. A response may be an endless stream. */
const LONGEST_BODY = 2000

/** How the doctor makes its requests. */
export interface VisitorOptions {
  /** For requests to this origin only, because they may be secret. */
  readonly origin: string
  readonly headers: Readonly<Record<string, string>>
  /** In milliseconds. */
  readonly timeout: number
}

interface Page {
  readonly url: URL
  /** A form, sent with POST. */
  readonly form?: string | undefined
}

/** One client of a site. Each request has a connection of its own, so that a load balancer may choose another server. */
export class Visitor {
  constructor(
    private readonly jar: DoctorJar,
    private readonly options: VisitorOptions,
  ) {}

  /** Opens a page, and follows its redirects. */
  async open(url: URL, form?: string): Promise<Visit> {
    const responses: ReceivedResponse[] = []
    let page: Page | undefined = { url, form }
    try {
      while (page) {
        if (responses.length > MOST_REDIRECTS) return { responses, error: `there were more than ${MOST_REDIRECTS} redirects` }
        const response = await this.#request(page)
        responses.push(response)
        page = redirectOf(response, page)
      }
      return { responses, error: undefined }
    } catch (err) {
      return { responses, error: describeError(err as NodeJS.ErrnoException, this.options.timeout) }
    }
  }

  async #request({ url, form }: Page): Promise<ReceivedResponse> {
    const sent = await this.jar.cookiesFor(url)
    const res = await this.#send(url, form, this.#headers(url, sent, form))
    const cookies = await this.jar.receive(res.headers['set-cookie'] ?? [], url)
    const response = { url, status: res.statusCode as number, headers: res.headers, sent, cookies, arrived: Date.now() }
    await readBody(res)
    return response
  }

  #headers(url: URL, cookies: Readonly<Record<string, string>>, form: string | undefined): Record<string, string> {
    const { origin, headers } = this.options
    const given = url.origin === origin ? headers : {}
    const pairs = Object.entries(cookies).map(([name, value]) => `${name}=${value}`)
    const cookie = [given.cookie, ...pairs].filter(Boolean).join('; ')
    return {
      accept: 'text/html,*/*;q=0.8',
      'user-agent': 'resession-doctor',
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...given,
      ...(cookie ? { cookie } : {}),
    }
  }

  #send(url: URL, form: string | undefined, headers: Record<string, string>): Promise<IncomingMessage> {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest
    const signal = AbortSignal.timeout(this.options.timeout)
    return new Promise((resolve, reject) => {
      const method = form === undefined ? 'GET' : 'POST'
      request(url, { method, headers, agent: false, signal }, resolve).on('error', reject).end(form)
    })
  }
}

async function readBody(res: IncomingMessage): Promise<void> {
  const over = new Promise<void>(resolve => res.on('close', resolve).on('error', () => resolve()))
  res.resume()
  const timer = new AbortController()
  await Promise.race([over, wait(LONGEST_BODY, undefined, { signal: timer.signal }).catch(() => {})])
  timer.abort()
  res.destroy()
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])

function redirectOf({ status, headers }: ReceivedResponse, { url, form }: Page): Page | undefined {
  const { location } = headers
  if (!REDIRECTS.has(status) || location === undefined || !URL.canParse(location, url.href)) return undefined
  // RFC 9110 section 15.4: browsers follow 301, 302 and 303 with GET
  return { url: new URL(location, url), form: status === 307 || status === 308 ? form : undefined }
}

function describeError(err: NodeJS.ErrnoException & { errors?: readonly Error[] }, timeout: number): string {
  if (err.name === 'TimeoutError' || err.name === 'AbortError') return `there was no response in ${timeout} ms`
  // A host with several addresses fails with one error for each
  const { code = '', message } = (err.errors?.[0] ?? err) as NodeJS.ErrnoException
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code)) {
    return `the TLS certificate is not valid (${message}); for a certificate of your own, set NODE_EXTRA_CA_CERTS`
  }
  return message || code
}
