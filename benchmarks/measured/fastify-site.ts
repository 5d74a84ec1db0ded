import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { entered } from './enter'
import { type Data } from './record'
import { cookiesFor, knownData, SECRET, type Site } from './site'
import type { Subject } from './subjects'
import type { Visit } from './visits'

/** The part of Fastify that is used here; its types need more compiler features than the rest of the benchmark. */
interface Fastify {
  register(plugin: unknown, options?: object): PromiseLike<unknown>
  get(path: string, handler: (request: Request, reply: Reply) => unknown): void
  ready(): PromiseLike<unknown>
  readonly routing: RequestListener
}

interface Request {
  readonly session: Data
}

interface Reply {
  type(type: string): Reply
  send(body: string): Reply
}

type MemoryStore = new (sessions: Map<string, object>) => object

/** The minimum length for @fastify/session. */

/** Fastify alone if the subject has no floor, else Fastify with its session plugin. */
export async function fastifySite({ module = '', floor }: Subject, visit: Visit): Promise<Site> {
  if (floor === undefined) return bareFastify(visit)
  const require = createRequire(__filename)
  const plugin = require(module) as { readonly MemoryStore: MemoryStore }
  const sessions = new Map<string, object>()
  const { rolling = false, cookie = {} } = visit.options ?? {}
  return entered(visit, async app => {
    const fastify = newFastify()
    await fastify.register(require('@fastify/cookie'))
    const options = { secret: SECRET, saveUninitialized: false, rolling, cookie: { secure: false, ...cookie } }
    await fastify.register(plugin, { ...options, store: new plugin.MemoryStore(sessions) })
    const listener = await listening(fastify, ({ session }) => app.act(session))
    return { listener, records: async () => Object.fromEntries(JSON.parse(JSON.stringify(Array.from(sessions))) as [string, object][]) }
  })
}

/** The floor. */
async function bareFastify(visit: Visit): Promise<Site> {
  const data = knownData(visit)
  const listener = await listening(newFastify(), () => visit.act(data()))
  return { listener, cookies: cookiesFor(visit), records: () => Promise.resolve({}) }
}

function newFastify(): Fastify {
  return (createRequire(__filename)('fastify') as () => Fastify)()
}

async function listening(fastify: Fastify, bodyOf: (request: Request) => string): Promise<RequestListener> {
  fastify.get('/', (request, reply) => reply.type('text/plain; charset=utf-8').send(bodyOf(request)))
  await fastify.ready()
  return (req, res) => fastify.routing(req, res)
}
