import type { RequestListener } from 'node:http'
import { join, sep } from 'node:path'
import { expect } from 'chai'
import session = require('../../lib')
import koaSession = require('../../lib/koa')
import { Connection } from '../../benchmarks/measured/connection'
import { KOAS, type KoaClass } from '../koa/koas'
import type { Ctx } from '../koa/site'
import { QUIET } from '../support/connect-host'
import type { Req } from '../support/host'

const LIB = join(__dirname, '../../lib') + sep
const HERE = __filename

/** The most frames of lib between the call of an app, or of Koa, and the method of the store. */
const MOST = {
  Connect: { 'a first write': 15, 'a resumed write': 15, 'a touch': 12 },
  Koa: { 'a first write': 21, 'a resumed write': 19, 'a touch': 17 },
} as const

type Visit = keyof (typeof MOST)['Connect']
type Data = Record<string, unknown>

/** A store of JSON that calls back in a later turn, and notes the frames that lead to its writes. */
class FrameStore extends session.Store {
  readonly #records = new Map<string, string>()
  /** The frames of lib at the last write, the innermost first. */
  frames: string[] = []

  override get(id: string, callback: (err?: unknown, record?: never) => void): void {
    const text = this.#records.get(id)
    setImmediate(() => callback(null, text === undefined ? undefined : (JSON.parse(text) as never)))
  }

  override set(id: string, record: object, callback?: (err?: unknown) => void): void {
    this.frames = framesOfLib()
    this.#records.set(id, JSON.stringify(record))
    setImmediate(() => callback?.())
  }

  override touch(_id: string, _record: object, callback?: (err?: unknown) => void): void {
    this.frames = framesOfLib()
    setImmediate(() => callback?.())
  }

  override destroy(id: string, callback?: (err?: unknown) => void): void {
    this.#records.delete(id)
    setImmediate(() => callback?.())
  }
}

/** The frames of lib below the method of the store, as far as the handler of this file. */
function framesOfLib(): string[] {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 200
  const lines = String(new Error().stack).split('\n').slice(1)
  Error.stackTraceLimit = stackTraceLimit
  const begin = lines.findIndex(line => line.includes(LIB))
  const end = lines.findIndex((line, at) => at > begin && line.includes(HERE))
  return lines
    .slice(begin, end === -1 ? undefined : end)
    .filter(line => line.includes(LIB) && !line.trimStart().startsWith('at async '))
    .map(line => line.trim().replace(LIB, ''))
}

/** Visits a site, and returns the frames at its last write. */
type Site = (handler: (data: Data) => string, store: FrameStore) => RequestListener

const connect: Site = (handler, store) => {
  const middleware = session({ ...QUIET, store })
  return (req, res) => middleware(req as never, res as never, () => res.end(handler((req as Req).session as never)))
}

const onKoa =
  (Koa: KoaClass): Site =>
  (handler, store) => {
    const app = new Koa()
    app.keys = [QUIET.secret]
    app.use(koaSession({ store, rolling: true }))
    app.use((ctx: Ctx) => void (ctx.body = handler(ctx.session as never)))
    const listener = app.callback()
    return (req, res) => void listener(req, res)
  }

const write = (data: Data): string => String((data.views = Number(data.views ?? 0) + 1))
const read = (data: Data): string => String(data.views)

async function framesOf(visit: Visit, site: Site): Promise<string[]> {
  const store = new FrameStore()
  const { setCookie } = await new Connection(site(write, store), ['']).ask()
  if (visit === 'a first write') return store.frames
  store.frames = []
  const cookie = setCookie.map(line => line.split(';')[0]).join('; ')
  const { body } = await new Connection(site(visit === 'a touch' ? read : write, store), [cookie]).ask()
  expect(body).to.equal(visit === 'a touch' ? '1' : '2')
  return store.frames
}

const SITES: readonly (readonly [name: string, most: Readonly<Record<Visit, number>>, site: Site])[] = [
  ['Connect', MOST.Connect, connect],
  ...Object.entries(KOAS).map(([name, Koa]) => [name, MOST.Koa, onKoa(Koa)] as const),
]

describe('architecture: the frames of lib on the stack of a call to the store', () => {
  for (const [name, most, site] of SITES) {
    for (const visit of Object.keys(most) as Visit[]) {
      it(`are at most ${most[visit]} for ${visit} on ${name}`, async () => {
        const frames = await framesOf(visit, site)
        expect(frames).to.not.deep.equal([])
        expect(frames.length, `\n${frames.join('\n')}\n`).to.be.at.most(most[visit])
      })
    }
  }
})
