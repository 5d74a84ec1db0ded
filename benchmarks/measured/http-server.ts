import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ask } from './answer'
import type { StorePlace } from './distant-store'
import { observe, type Observed } from './observe'
import { openSite } from './open-site'
import type { Subject } from './subjects'
import { visitNamed } from './visits'

export interface ServeJob {
  readonly do: 'serve'
  readonly subject: Subject
  readonly visit: string
  /** Requests that are observed before any are counted. */
  readonly observed: number
  /** The place of the sessions; in memory by default. */
  readonly place?: StorePlace
}

export interface Serving {
  readonly port: number
  readonly cookies: readonly string[]
  readonly before: readonly Observed[]
}

/** Serves a site on the loopback, until the process ends. */
export async function serve(job: ServeJob): Promise<Serving & { readonly server: Server }> {
  const site = await openSite(job.subject, visitNamed(job.visit), job.place)
  const server = createServer(site.listener)
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const before: Observed[] = []
  for (let visit = 0; visit < job.observed; visit++) {
    const cookie = site.cookies[visit % site.cookies.length] as string
    before.push(await observe(site, cookie, cookie => ask(port, cookie)))
  }
  return { port, cookies: site.cookies, before, server }
}
