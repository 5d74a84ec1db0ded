import { request } from 'node:http'
import { once } from 'node:events'
import { connect } from '../support/connect-host'
import type { Host } from '../support/host'
import { onEachHost as describeHosts } from '../support/hosts'
import { Site, type Handler } from '../support/site'
import type { ShufflingStore } from '../support/shuffling-store'
import type { SessionData, SessionOptions } from '../support/subject'
import { portOf } from '../support/wire'

/** The ID of the session of all requests of a test. */
export const ID = 'ada'

export function record(fields: Record<string, unknown> = {}, maxAge: number | null = null): SessionData {
  const expires = maxAge === null ? null : new Date(Date.now() + maxAge)
  return { cookie: { originalMaxAge: maxAge, expires, path: '/', httpOnly: true }, ...fields } as SessionData
}

/** A site on a store with random order, with one session that many requests share. */
export class Meeting {
  readonly site: Site

  readonly cookie: string

  constructor(
    readonly store: ShufflingStore,
    handler: Handler,
    options: Partial<SessionOptions> = {},
    known: SessionData = record({ known: true }),
  ) {
    store.sessions = { [ID]: JSON.stringify(known) }
    this.site = new Site({ store, ...options }, handler, undefined, this.host)
    this.cookie = this.host.cookie(ID)
  }

  /** The host that serves it. */
  get host(): Host {
    return connect
  }

  /** @returns the Set-Cookie line, if there was one */
  async ask(path: string): Promise<string | undefined> {
    const port = await portOf(this.site.server)
    const headers = { cookie: this.cookie }
    const [res] = await once(request({ port, path, headers, agent: false }).end(), 'response')
    res.resume()
    await once(res, 'end')
    return res.headers['set-cookie']?.[0]
  }

  async askAll(paths: readonly string[]): Promise<void> {
    await Promise.all(paths.map(async path => this.ask(path)))
  }

  get stored(): Record<string, unknown> | undefined {
    const text = this.store.sessions[ID]
    return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>)
  }
}

/** Runs a suite on each host: the results of concurrent requests must not depend on the framework. */
export function onEachHost(title: string, suite: (Meetings: typeof Meeting, host: Host) => void): void {
  describeHosts(title, host => {
    class Meetings extends Meeting {
      override get host(): Host {
        return host
      }
    }
    suite(Meetings, host)
  })
}
