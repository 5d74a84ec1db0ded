import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'
import type { KoaApp, KoaContext, Middleware } from './koa-app'
import type { Lineage } from './lineages'
import { serve, type Answer } from './serve'
import { silenced } from './silenced'

/** Handlers by path; their results are compared as JSON. */
export type Looks = Readonly<Record<string, (ctx: KoaContext) => unknown>>

export interface Sides {
  readonly original: readonly Answer[]
  readonly preset: readonly Answer[]
}

interface Setting {
  readonly options?: AnySpelling
  /** Runs before the session. */
  readonly before?: (ctx: KoaContext, next: () => Promise<void>) => unknown
  /** The requests for which the middleware runs. Default: all. */
  readonly only?: (ctx: KoaContext) => boolean
  /** Errors of a handler go to Koa; otherwise, the name of the error is the result. */
  readonly throws?: boolean
}

/** The same requests of one browser to an app with the older middleware, and of another to one with the preset. */
export async function sideBySide(lineage: Lineage, looks: Looks, paths: readonly string[], setting: Setting = {}): Promise<Sides> {
  const silence = silenced()
  try {
    const [original, preset] = [lineage.original, lineage.preset].map(async create => {
      return serve(
        appOf(lineage, create, looks, setting),
        paths.map(path => ({ path })),
      )
    })
    return { original: (await original) as Answer[], preset: (await preset) as Answer[] }
  } finally {
    silence.end()
  }
}

function appOf({ Koa, Store }: Lineage, create: Middleware, looks: Looks, { options, before, only, throws }: Setting): KoaApp {
  const app = new Koa()
  Object.assign(app, { silent: true, keys: ['a key'] })
  if (before) app.use(before)
  const session = create({ ...options, ...(Store && { store: new Store() as never }) }, app) as (
    ctx: KoaContext,
    next: () => Promise<void>,
  ) => Promise<void>
  app.use(only ? async (ctx: KoaContext, next: () => Promise<void>) => (only(ctx) ? session(ctx, next) : next()) : session)
  return app.use(async (ctx: KoaContext) => {
    const look = async (): Promise<unknown> => looks[ctx.path.slice(1)]?.(ctx)
    const found = throws ? await look() : await attempt(look)
    ctx.body = JSON.stringify(found) ?? 'undefined'
  })
}

async function attempt(look: () => Promise<unknown>): Promise<unknown> {
  try {
    return await look()
  } catch (err) {
    return (err as Error).name
  }
}

/** The results with the older middleware and with the preset. */
export function bodies({ original, preset }: Sides): { original: unknown; preset: unknown } {
  const read = (answers: readonly Answer[]): unknown[] => answers.map(({ status, body }) => (status === 200 ? body : `${status} ${body}`))
  return { original: read(original), preset: read(preset) }
}
