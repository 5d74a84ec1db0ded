import { FaultyStore } from './faulty-store'
import { data, endWith, routes } from './handlers'
import type { Host, Storage } from './host'
import { siteOn, type Site } from './site'
import type { SessionOptions } from './subject'
import { Wire } from './wire'

const HANDLERS = routes({
  '/put': (req, res) => ((data(req).n = Number(data(req).n ?? 0) + 1), res.end('put')),
  '/read': (_, res) => res.end('read'),
  '/leave': (req, res) => ((req.session = null as never), res.end('left')),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
})

/** A client with a session, on a store that can stop responding. */
export class TimedSite {
  readonly store = new FaultyStore()
  readonly site: Site
  #cookie = ''

  constructor(host: Host, storage: Storage, options: Partial<SessionOptions>) {
    this.site = siteOn(host, { ...host.keepsAlive, awaitTouch: true, ...storage.options(this.store), ...options }, HANDLERS)
  }

  async enter(): Promise<this> {
    const client = this.site.visitor()
    await client.get('/put')
    this.#cookie = client.cookie
    this.store.asked.splice(0)
    return this
  }

  async ask(path: string): Promise<Wire> {
    return (await Wire.to(this.site.server)).get(path, `Cookie: ${this.#cookie}`)
  }

  /** @returns the status and the body of a response */
  async visit(path: string): Promise<readonly [status: number, body: string]> {
    return replyOf(await this.ask(path))
  }

  /** A request with a pending store call. */
  async hang(path: string, method: 'get' | 'set' | 'touch' | 'destroy'): Promise<Wire> {
    this.store.fail(method, 'silence')
    const wire = await this.ask(path)
    await this.store.silent()
    return wire
  }
}

/** The status and the body of a response. */
export async function replyOf(wire: Wire): Promise<readonly [status: number, body: string]> {
  const { line, body } = await wire.answer()
  return [Number(line.split(' ')[1]), body]
}
