import { createRequire } from 'node:module'

export interface LoadJob {
  readonly do: 'load'
  readonly port: number
  /** One connection per cookie, so that no two requests of one session overlap. */
  readonly cookies: readonly string[]
  readonly seconds: number
}

export interface Load {
  readonly requests: number
  readonly seconds: number
  /** Responses other than 2xx, and requests without a response. */
  readonly failures: number
  /** The processor time of this client, in microseconds. */
  readonly processor: number
}

/** The part of autocannon that is used here; it has no types. */
type Autocannon = (options: object) => Promise<{ '2xx': number; non2xx: number; errors: number; timeouts: number; duration: number }>

/** Sends requests to a server as fast as it responds. */
export async function load({ port, cookies, seconds }: LoadJob): Promise<Load> {
  const autocannon = createRequire(__filename)('autocannon') as Autocannon
  let connected = 0
  const start = process.cpuUsage()
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: cookies.length,
    duration: seconds,
    setupClient(client: { setHeaders(headers: object): void }) {
      const cookie = cookies[connected++ % cookies.length]
      client.setHeaders(cookie ? { cookie } : {})
    },
  })
  const { user, system } = process.cpuUsage(start)
  const failures = result.non2xx + result.errors + result.timeouts
  return { requests: result['2xx'], seconds: result.duration, failures, processor: user + system }
}
