import { EventEmitter } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sign } from 'cookie-signature'
import type resession = require('../../lib')
import { Clock } from '../support/clock'
import type { Req } from '../support/site'
import type { Action, Scenario, Visit } from './scenario'

/** The results of one visit that are visible from outside. */
export interface Observation {
  readonly status: number | undefined
  readonly headers: string[]
  readonly framing: string
  readonly body: string
  /** The store calls, in order, with their arguments. */
  readonly store: string[]
  readonly contents: Record<string, string>
  /** The errors for `next`, and those that were thrown in the handler. */
  readonly errors: string[]
}

type Session = typeof resession

/** One package with a store and a clock. It plays visits, and observes their results from outside. */
export class World {
  readonly #scenario: Scenario
  readonly #store: RecordingStore
  readonly #server: Server
  readonly #agent = new Agent({ keepAlive: true })
  readonly #cookies: string[] = []
  #errors: string[] = []
  #visit!: Visit
  #settled!: () => void

  constructor(session: Session, scenario: Scenario) {
    this.#scenario = scenario
    this.#store = storeFor(session, scenario)
    let ids = 0
    const { secrets, ...options } = scenario.options
    const middleware = session({ ...options, secret: secrets, store: this.#store as never, genid: () => `id-${++ids}` })
    this.#server = createServer((incoming, res) => this.#serve(middleware, incoming as Req, res))
  }

  static async observe(session: Session, scenario: Scenario): Promise<Observation[]> {
    const clock = new Clock()
    const world = new World(session, scenario)
    await new Promise<void>(resolve => world.#server.listen(0, '127.0.0.1', resolve))
    try {
      const seen: Observation[] = []
      for (const visit of scenario.visits) {
        clock.turn(visit.elapsed)
        seen.push(await world.#observe(visit))
      }
      return seen
    } finally {
      Clock.restore()
      world.#agent.destroy()
      world.#server.close()
    }
  }

  async #observe(visit: Visit): Promise<Observation> {
    this.#visit = visit
    this.#errors = []
    this.#store.log = []
    this.#store.visit++
    const settled = new Promise<void>(resolve => (this.#settled = resolve))
    const { res, body } = await this.#send(visit)
    await settled
    // Errors after the response reach next() within a turn of the loop
    await new Promise(resolve => setImmediate(() => setImmediate(resolve)))
    const line = res.headers['set-cookie']?.find(line => line.startsWith(`${this.#scenario.options.name ?? 'connect.sid'}=`))
    if (line) this.#cookies.push(line.split(';')[0] as string)
    return {
      status: res.statusCode,
      headers: visible(res),
      framing: String(res.headers['content-length'] ?? res.headers['transfer-encoding']),
      body,
      store: this.#store.log,
      contents: Object.fromEntries(this.#store.records),
      errors: this.#errors,
    }
  }

  #send(visit: Visit): Promise<{ res: IncomingMessage; body: string }> {
    const { port } = this.#server.address() as AddressInfo
    const cookie = this.#cookieOf(visit)
    const headers = { ...(cookie && { cookie }), ...(visit.secure && { 'x-forwarded-proto': 'HTTPS, http' }) }
    return new Promise((resolve, reject) => {
      const req = request({ port, host: '127.0.0.1', path: visit.path, method: visit.method, agent: this.#agent, headers }, res => {
        let body = ''
        res.setEncoding('utf8')
        res.on('data', (chunk: string) => (body += chunk))
        res.on('end', () => resolve({ res, body }))
        res.on('error', reject)
      })
      req.setTimeout(2000, () => req.destroy(new Error('hang')))
      req.on('error', reject)
      req.end()
    })
  }

  #cookieOf({ cookie }: Visit): string | undefined {
    const name = this.#scenario.options.name ?? 'connect.sid'
    const signed = (id: string, secret: string): string => `other=1; ${name}=${encodeURIComponent(`s:${sign(id, secret)}`)}`
    const last = this.#cookies.at(-1)
    if (cookie === 'none') return undefined
    if (cookie === 'last') return last
    if (cookie === 'first') return this.#cookies[0] && `a=b; ${this.#cookies[0]}`
    const forged = last?.replace(/..$/, 'xx')
    if (cookie === 'twice') return last && `${last}; ${last}`
    if (cookie === 'forged') return forged
    if (cookie === 'forged, then last') return last && `${forged}; ${last}`
    if (cookie === 'unsigned') return `${name}=id-1`
    if (cookie === 'garbage') return `=; ;%; ${name}=%E0%A4%A; ="${name}"`
    if (cookie === 'unknown') return signed('never-seen', this.#scenario.options.secrets[0] as string)
    return signed('id-1', 'keyboard cat')
  }

  #serve(middleware: resession.RequestHandler, req: Req, res: ServerResponse): void {
    const visit = this.#visit
    res.on('close', () => this.#settled())
    // As Express sets it with "trust proxy"
    Object.assign(req, { secure: visit.secure })
    if (visit.setCookie === 'one') res.setHeader('Set-Cookie', 'app=1')
    if (visit.setCookie === 'two') res.setHeader('Set-Cookie', ['app=1', 'app=2'])
    middleware(req, res, err => {
      if (err) this.#errors.push(`next: ${String(err)}`)
      if (res.writableEnded) return
      if (err) return this.#fail(res, err)
      this.#handle(visit, req, res).catch(err => {
        this.#errors.push(`handler: ${String(err)}`)
        this.#fail(res, err)
      })
    })
  }

  #fail(res: ServerResponse, err: unknown): void {
    if (!res.headersSent) res.statusCode = 500
    res.end(`failed: ${String(err)}`)
  }

  async #handle(visit: Visit, req: Req, res: ServerResponse): Promise<void> {
    res.statusCode = visit.status
    for (const action of visit.actions) await act(req, action)
    const { finish } = visit
    if (finish.as === 'end') return end(res, finish)
    if (finish.as === 'writeHead') {
      writeHead(res, visit.status, finish.form)
      if (finish.after) await act(req, finish.after)
      res.end(finish.chunk)
      return
    }
    finish.chunks.forEach((chunk, i) => void (i === finish.chunks.length - 1 || res.write(chunk)))
    if (finish.after) await act(req, finish.after)
    res.end(finish.chunks.at(-1))
  }
}

function end(res: ServerResponse, { chunk, encoding, buffer }: { chunk?: string; encoding?: BufferEncoding; buffer?: boolean }): void {
  if (chunk === undefined) res.end()
  else if (encoding) res.end(chunk, encoding)
  else res.end(buffer ? Buffer.from(chunk) : chunk)
}

function writeHead(res: ServerResponse, status: number, form: string): void {
  if (form === 'plain') res.writeHead(status)
  else if (form === 'message') res.writeHead(status, 'Fine', { 'X-App': '1' })
  else if (form === 'object') res.writeHead(status, { 'X-App': '1', 'Set-Cookie': 'head=1' })
  else if (form === 'flat') res.writeHead(status, ['X-App', '1', 'Set-Cookie', 'head=1', 'Set-Cookie', 'head=2'])
  else res.writeHead(status, { 'set-cookie': ['head=1'] })
}

async function act(req: Req, action: Action): Promise<void> {
  if (action.do === 'throw') throw new Error('thrown by the app')
  if (action.do === 'null') return void (req.session = null as never)
  if (action.do === 'unset') return void Reflect.deleteProperty(req, 'session')
  if (action.do === 'generate') return void (req.sessionStore as { generate?: (req: Req) => void } | undefined)?.generate?.(req)
  // The rest needs a session
  const session = req.session as (typeof req.session & Record<string, unknown>) | null | undefined
  if (!session) return
  if (action.do === 'set') session[action.key as 'cookie'] = structuredClone(action.value) as never
  else if (action.do === 'delete') Reflect.deleteProperty(session, action.key)
  else if (action.do === 'nest') Object.assign(((session as { nest?: object }).nest ??= {}), { value: action.value })
  else if (action.do === 'touch') session.touch()
  else if (action.do === 'cookie') editCookie(session.cookie, action)
  else
    await new Promise<void>(resolve =>
      session[action.do as 'save']((err: unknown) => resolve(void (err && noteFailure(req, action.do, err)))),
    )
}

function noteFailure(req: Req, method: string, err: unknown): void {
  // Sent in a header, so that the failure is visible in the response
  const failures = ((req as { failures?: string[] }).failures ??= [])
  failures.push(`${method}: ${String(err)}`)
}

function editCookie(cookie: resession.Cookie, { attribute, value }: Extract<Action, { do: 'cookie' }>): void {
  const edited = attribute === 'expires' && typeof value === 'number' ? new Date(value) : value
  Object.assign(cookie, { [attribute]: edited })
}

/** Headers that do not depend on the timing and framing of the bytes. */
function visible(res: IncomingMessage): string[] {
  const lines: string[] = []
  for (let i = 0; i < res.rawHeaders.length; i += 2) lines.push(`${res.rawHeaders[i]}: ${res.rawHeaders[i + 1]}`)
  return lines.filter(line => !/^(date|connection|keep-alive|content-length|transfer-encoding):/i.test(line)).sort()
}

type RecordingStore = EventEmitter & { visit: number; log: string[]; records: Map<string, string> }

function storeFor(session: Session, { store }: Scenario): RecordingStore {
  class Store extends session.Store {
    visit = -1
    log: string[] = []
    records = new Map<string, string>()

    answer(call: string, carried: string, callback: (err?: unknown, value?: unknown) => void, work: () => unknown): void {
      this.log.push(`${call} ${carried}`)
      const fails = store.fails?.method === call && store.fails.visit === this.visit
      const value = fails ? undefined : work()
      const reply = (): void => callback(fails ? new Error(`${call} failed`) : null, value)
      if (store.answers === 'at once') reply()
      else setImmediate(reply)
    }

    override get(id: string, callback: never): void {
      this.answer('get', id, callback, () => {
        const record = JSON.parse(this.records.get(id) ?? 'null') as { cookie: { expires?: string } } | null
        const expires = record?.cookie.expires
        return expires && Date.parse(expires) <= Date.now() ? undefined : record
      })
    }

    override set(id: string, data: unknown, callback: never): void {
      const text = JSON.stringify(data)
      this.answer('set', `${id} ${text}`, callback, () => void this.records.set(id, text))
    }

    override destroy(id: string, callback: never): void {
      this.answer('destroy', id, callback, () => void this.records.delete(id))
    }
  }
  if (store.touches) {
    Object.assign(Store.prototype, {
      touch(this: Store, id: string, data: { cookie: unknown }, callback: never) {
        this.answer('touch', `${id} ${JSON.stringify(data.cookie)}`, callback, () => {
          const text = this.records.get(id)
          if (text) this.records.set(id, JSON.stringify({ ...(JSON.parse(text) as object), cookie: data.cookie }))
        })
      },
    })
  }
  return new Store()
}
