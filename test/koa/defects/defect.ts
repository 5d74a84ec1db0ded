import { koaGenericSession, koaSession, koaSessionStore, koaSessionTs } from '../../../lib/koa-presets'
import { ORIGINALS, type Middleware } from '../lineages/koa-app'
import { JsonStore, PromiseStore, type TracedStore } from '../lineages/traced-stores'
import { KoaSite, KOAS, type Bag, type Ctx, type Handler } from '../site'

export type Subject = 'original' | 'preset'

interface Older extends Record<Subject, Middleware> {
  /** Whether it is a generator function, which Koa 3 refuses. */
  readonly isGenerator?: true
  readonly Store: new () => TracedStore
}

const { koaSession7, koaSession6, koaSess, koaGenericSession: generic, koaSessionStore: store, koaSessionTs: ts } = ORIGINALS
const presets = { koaSession, koaGenericSession, koaSessionStore, koaSessionTs } as unknown as Record<string, Middleware>

/** The published older middlewares, and our presets. */
const OLDER = {
  'koa-session 7': { original: koaSession7.create, preset: presets.koaSession, Store: PromiseStore },
  'koa-session 6': { original: koaSession6.create, preset: presets.koaSession, Store: PromiseStore },
  'koa-sess': { original: koaSess.create, preset: presets.koaGenericSession, Store: PromiseStore, isGenerator: true },
  'koa-generic-session': { original: generic.create, preset: presets.koaGenericSession, Store: PromiseStore },
  'koa-session-store': { original: store.create, preset: presets.koaSessionStore, Store: JsonStore, isGenerator: true },
  'koa-session-ts': { original: ts.create, preset: presets.koaSessionTs, Store: PromiseStore },
} as Record<Name, Older>

export type Name = 'koa-session 7' | 'koa-session 6' | 'koa-sess' | 'koa-generic-session' | 'koa-session-store' | 'koa-session-ts'

export const KOA_SESSION = ['koa-session 7', 'koa-session 6'] as const

/** A defect of older middlewares that our preset does not have. */
export interface Defect {
  /** The number in docs/compatibility.md, where several may have one number. */
  readonly number: number
  readonly what: string
  readonly whose: readonly Name[]
  /** The options of both. Default: the store. */
  readonly options?: (store: TracedStore, name: Name) => object
  readonly keys?: null
  readonly handlers?: Record<string, Handler>
  readonly visits: (world: World) => Promise<unknown>
  /** The result with our preset, and with the older middleware. */
  readonly good: unknown
  readonly bad: unknown
}

/** An app with a store of its own, on one of the two. */
export class World {
  readonly store: TracedStore
  readonly site: KoaSite

  constructor(
    defect: Defect,
    readonly name: Name,
    readonly subject: Subject,
  ) {
    const { [subject]: create, Store, isGenerator } = OLDER[name]
    this.store = new Store()
    const options = defect.options?.(this.store, name) ?? { store: this.store }
    const koa = KOAS[isGenerator ? 'Koa 2' : 'Koa 3']
    this.site = new KoaSite(
      {},
      { ...HANDLERS, ...defect.handlers },
      { koa, keys: defect.keys, instead: app => create(options, app as never) },
    )
  }

  /** The store calls. */
  get calls(): string[] {
    return this.store.calls.map(({ call }) => call)
  }
}

/** Options of the cookie, in the spelling of each package. */
export const withCookie =
  (cookie: object): Defect['options'] =>
  (store, name) => ({ store, [name === 'koa-session-ts' ? 'cookieOptions' : 'cookie']: cookie })

/** The data of a session; some packages store their cookie options among it. */
export function dataOf(session: unknown): object {
  const { cookie: _, ...data } = JSON.parse(JSON.stringify(session)) as Record<string, unknown>
  return data
}

const HANDLERS: Record<string, Handler> = {
  '/set': ctx => void (((ctx.session as Bag).a = 1), (ctx.body = 'set')),
  '/replace': ctx => void ((ctx.session = { a: 1 } as never), (ctx.body = 'replaced')),
  '/read': ctx => void (ctx.body = dataOf(ctx.session)),
  '/end': ctx => void ((ctx.session = null), (ctx.body = 'ended')),
}

/** The session if `ctx.session` is a promise. */
export const later = (ctx: Ctx): Promise<Bag> => ctx.session as unknown as Promise<Bag>
