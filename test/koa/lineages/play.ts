import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'
import { Clock } from '../../support/clock'
import { ACTS } from './acts'
import { Jar } from './jar'
import type { KoaApp, KoaContext } from './koa-app'
import type { Lineage } from './lineages'
import { Namer, type Seen } from './namer'
import { Outage } from './outage'
import type { Scenario, Visit } from './scenarios'
import { request } from './serve'
import { silenced } from './silenced'
import { contextStore, type TracedStore } from './traced-stores'

export type Subject = 'original' | 'preset'

/** One app with a store and a browser, whose requests go to either middleware. */
export class World {
  readonly store: TracedStore | undefined
  readonly jar = new Jar()
  readonly #namer: Namer
  #errors: Error[] = []

  constructor(
    private readonly lineage: Lineage,
    private readonly scenario: Scenario,
  ) {
    this.store = lineage.Store && new lineage.Store()
    this.#namer = new Namer(scenario.options?.name ?? lineage.cookie)
  }

  /** The results of one request, independent of IDs and clocks. */
  async visit(subject: Subject, visit: Visit): Promise<Seen> {
    const { store, jar } = this
    this.#errors = []
    if (store) Object.assign(store, { calls: [], fails: visit.fails })
    // Each request has an app of its own, without the listeners of the earlier ones; our middlewares add one listener per store
    const listeners = store?.eventNames().map(event => [event, store.rawListeners(event)] as const)
    const server = createServer(this.#app(subject).callback()).listen(0)
    await once(server, 'listening')
    try {
      const cookies = jar.header(visit.cookies, this.#namer.cookie)
      const outage = visit.outage && new Outage(store as TracedStore, this.lineage.outage as [string, string], visit.outage)
      const coming = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
      const answered = request(server, `/${encodeURIComponent(visit.act)}`, cookies)
      await outage?.end(coming)
      const { lines, ...answer } = await answered
      jar.take(lines)
      return this.#namer.seen({ ...answer, lines, store, errors: this.#errors })
    } finally {
      server.close()
      if (subject === 'original' && store) restore(store, listeners ?? [])
    }
  }

  #app(subject: Subject): KoaApp {
    const { lineage, scenario } = this
    const app = new lineage.Koa()
    if (!scenario.keyless) app.keys = ['a key']
    app.silent = true
    app.on('error', (err: Error) => this.#errors.push(err))
    if (scenario.catches) app.use(answerForErrors)
    const options = { ...lineage.words(scenario.options ?? {}), ...this.#where }
    app.use(lineage[subject](options, app))
    Object.assign(options, lineage.words(scenario.changes ?? {}))
    return app.use(handler)
  }

  /** The options for the place of sessions. */
  get #where(): AnySpelling {
    const { store, scenario } = this
    if (scenario.needs?.includes('ContextStore')) return { ContextStore: contextStore(store as TracedStore) as never }
    return { ...(store && { store: store as never }) }
  }
}

function restore(store: TracedStore, listeners: readonly (readonly [string | symbol, readonly unknown[]])[]): void {
  store.removeAllListeners()
  for (const [event, all] of listeners) for (const listener of all) store.on(event, listener as () => void)
}

async function answerForErrors(ctx: KoaContext, next: () => Promise<void>): Promise<void> {
  try {
    await next()
  } catch (err) {
    ctx.status = 500
    ctx.body = (err as Error).message
  }
}

async function handler(ctx: KoaContext): Promise<void> {
  const act = ACTS[decodeURIComponent(ctx.path.slice(1)) as keyof typeof ACTS]
  ctx.body = JSON.stringify(await (act as (ctx: KoaContext) => unknown)(ctx)) ?? 'undefined'
}

/** @param subjects which of the two handles each request; the last one handles the remaining requests */
export async function play(lineage: Lineage, scenario: Scenario, ...subjects: readonly Subject[]): Promise<Seen[]> {
  const clock = new Clock()
  const silence = silenced()
  try {
    const world = new World(lineage, scenario)
    const seen: Seen[] = []
    for (const [index, visit] of scenario.visits.entries()) {
      clock.turn(visit.after ?? 0)
      seen.push(await world.visit(subjects[index] ?? (subjects.at(-1) as Subject), visit))
    }
    return seen
  } finally {
    silence.end()
    Clock.restore()
  }
}
