import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ask } from '../measured/answer'
import type { RedisClient } from '../redis'
import type { Subject } from './subjects'

export interface Session {
  user?: object
  views?: number
  regenerate(done: (err?: unknown) => void): unknown
  destroy(done: (err?: unknown) => void): unknown
}

/** The handler's use of the session. */
export type Act = (req: { session: Session }) => unknown

const DAY = 24 * 60 * 60 * 1000
const OPTIONS = { secret: 'keyboard cat, keyboard cat', resave: false, saveUninitialized: false, cookie: { maxAge: DAY } }

/** A server with a store of its own; several act as several processes. */
export class Place {
  readonly #server: Server
  /** The handler of the pending request. */
  #act: Act = () => {}

  private constructor(subject: Subject, client: RedisClient, prefix: string, options: object) {
    const store = subject.store(client, prefix)
    const middleware = subject.middleware({ ...OPTIONS, ...subject.options, ...options, store } as never)
    this.#server = createServer((req, res) => {
      const act = this.#act
      middleware(req as never, res as never, err => {
        if (err) return res.writeHead(500).end(String(err))
        Promise.resolve(act(req as never)).then(
          () => res.end(),
          err => res.writeHead(500).end(String(err)),
        )
      })
    })
  }

  static async open(subject: Subject, client: RedisClient, prefix: string, options: object): Promise<Place> {
    const place = new Place(subject, client, prefix, options)
    await new Promise<void>(listening => place.#server.listen(0, '127.0.0.1', listening))
    return place
  }

  /**
   * @returns the cookie afterwards
   * @throws Error if the request fails
   */
  async visit(cookie: string, act: Act): Promise<string> {
    this.#act = act
    const { status, setCookie, body } = await ask((this.#server.address() as AddressInfo).port, cookie)
    if (status !== 200) throw new Error(`a request was answered ${status}: ${body}`)
    return setCookie[0]?.split(';')[0] ?? cookie
  }

  close(): void {
    this.#server.close()
  }
}
