import { Agent, get } from 'node:http'
import { PATIENCE } from './answer'

export interface AskJob {
  readonly do: 'ask'
  readonly port: number
  /** The cookies, used in turn. */
  readonly cookies: readonly string[]
  /** Requests before the first timed one. */
  readonly warmUp: number
  readonly timed: number
}

export interface Latencies {
  /** The median of whole requests, in microseconds. */
  readonly half: number
  /** The 99th percentile. */
  readonly most: number
}

/**
 * Sends requests one at a time on one connection.
 *
 * @throws Error for a status other than 200
 */
export async function askInTurn({ port, cookies, warmUp, timed }: AskJob): Promise<Latencies> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  for (let request = 0; request < warmUp + timed; request++) {
    const start = process.hrtime.bigint()
    await ask(agent, port, cookies[request % cookies.length] as string)
    if (request >= warmUp) times.push(Number(process.hrtime.bigint() - start) / 1000)
  }
  agent.destroy()
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.ceil(times.length * share) - 1] as number
  return { half: at(0.5), most: at(0.99) }
}

function ask(agent: Agent, port: number, cookie: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const req = get({ host: '127.0.0.1', port, agent, timeout: PATIENCE, headers: { cookie } }, res => {
      res.on('error', reject)
      res.on('end', () => (res.statusCode === 200 ? resolve() : reject(new Error(`the server answered ${res.statusCode}`))))
      res.resume()
    })
    req.on('timeout', () => req.destroy(new Error('no answer came')))
    req.on('error', reject)
  })
}
