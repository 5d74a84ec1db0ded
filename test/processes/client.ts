import { once } from 'node:events'
import { request, type Agent, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { HOSTS } from '../support/hosts'

/** The hosts that serve the sites. */
const HOST_NAMES = ['Connect', 'Koa 3'] as const

/** How long a client waits for a response, in milliseconds. */
const PATIENCE = 10_000

interface Client {
  readonly agent: Agent
  /** In milliseconds. */
  readonly patience?: number | undefined
}

/**
 * @param begun called when the server reports that it has begun
 * @returns the parsed JSON of the response
 * @throws if the response is incomplete, late, or its status is not 200
 */
export async function ask({ agent, patience = PATIENCE }: Client, url: string, id: string, begun: () => void = () => {}): Promise<unknown> {
  const cookie = HOST_NAMES.map(name => HOSTS[name]?.cookie(id)).join('; ')
  const req = request(url, { agent, headers: { cookie }, signal: AbortSignal.timeout(patience) })
  // A connection that is lost during the body is reported here too
  req.on('error', () => {}).on('information', begun)
  const [res] = (await once(req.end(), 'response')) as [IncomingMessage]
  const body = await text(res)
  if (res.statusCode !== 200) throw new Error(`${url} answered ${res.statusCode}: ${body}`)
  return JSON.parse(body)
}

/**
 * Runs `count` acts, a few at a time.
 *
 * @throws the first error; no more acts begin then, and none is pending
 */
export async function inLanes(count: number, lanes: number, act: (number: number) => Promise<void>): Promise<void> {
  const failures: unknown[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count && failures.length === 0) await act(next++).catch((err: unknown) => failures.push(err))
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  if (failures.length > 0) throw failures[0]
}
