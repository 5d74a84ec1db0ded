import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { entered } from './enter'
import { dataOf, type Data } from './record'
import { PromiseStore } from './promise-store'
import { allOf, cookiesFor, knownData, load, SECRET, type Site } from './site'
import type { Subject } from './subjects'
import { DAY, type Visit } from './visits'

/** The part of Koa that is used here; it has no types. */
interface Koa {
  keys: string[]
  use(middleware: unknown): void
  callback(): RequestListener
}

interface Ctx {
  type: string
  body: string
  readonly session: Data
}

type KoaSession = (options: object, app: Koa) => unknown

/** Koa alone if the subject has no floor, else Koa with its session middleware. */
export async function koaSite(subject: Subject, visit: Visit): Promise<Site> {
  if (subject.floor === undefined) return bareKoa(visit)
  const { module = '' } = subject
  const kept = keptBy(subject)
  return entered(visit, async app => {
    const required = createRequire(__filename)(module) as KoaSession & { default?: KoaSession }
    const session = required.default ?? required
    const koa = newKoa()
    koa.use(session({ ...optionsOf(visit), ...('store' in kept && { store: kept.store }) }, koa))
    koa.use(answering(ctx => app.act(ctx.session)))
    const { records, carried } = kept
    return { listener: koa.callback(), records, ...(carried && { carried }) }
  })
}

/** The floor. */
function bareKoa(visit: Visit): Site {
  const data = knownData(visit)
  const koa = newKoa()
  koa.use(answering(() => visit.act(data())))
  return { listener: koa.callback(), cookies: cookiesFor(visit), records: () => Promise.resolve({}) }
}

export function newKoa(): Koa {
  const Koa = createRequire(__filename)('koa') as new () => Koa
  return Object.assign(new Koa(), { keys: [SECRET] })
}

/** Koa sets the same headers as Express's `res.send`. */
function answering(bodyOf: (ctx: Ctx) => string): (ctx: Ctx) => void {
  return ctx => {
    ctx.type = 'text/plain; charset=utf-8'
    ctx.body = bodyOf(ctx)
  }
}

/**
 * One day on every visit: without an explicit lifetime, koa-session gives one to each cookie but the first. The object has the option names of all
 * three packages; each ignores those of the others.
 */
function optionsOf({ options }: Visit): object {
  const cookie = { maxAge: DAY }
  return { key: 'koa.sid', prefix: '', rolling: options?.rolling ?? false, ...cookie, cookie }
}

interface Kept extends Pick<Site, 'records' | 'carried'> {
  readonly store?: object
}

function keptBy({ inCookie, storeModule }: Subject): Kept {
  if (inCookie) return IN_COOKIE
  return storeModule === undefined ? inPromises() : inMemoryStore(storeModule)
}

const IN_COOKIE: Kept = {
  records: () => Promise.resolve({}),
  carried: async value => JSON.parse(Buffer.from(value, 'base64').toString()) as object,
}

function inPromises(): Kept {
  const store = new PromiseStore()
  return { store, records: async () => dataOnly(store.records()) }
}

function inMemoryStore(module: string): Kept {
  const store = new (load(module).MemoryStore)()
  return { store, records: async () => dataOnly(await allOf(store)) }
}

/** Each package keeps the expiry in another form, and the cookie shows it anyway. */
function dataOnly(records: Readonly<Record<string, object>>): Record<string, object> {
  return Object.fromEntries(Object.entries(records).map(([id, record]) => [id, dataOf(record)]))
}
