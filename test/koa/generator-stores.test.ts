import { expect } from 'chai'
import { JsonStore } from './lineages/traced-stores'
import { LINEAGES, type Lineage } from './lineages/lineages'
import { Koa2, type KoaContext } from './lineages/koa-app'
import { serve } from './lineages/serve'

type Thunk = (done: (err: unknown, value: unknown) => void) => void

const thunk =
  (value: unknown): Thunk =>
  done =>
    setImmediate(done, null, value)

/** The ways in which a store of 2014 waits, with co. */
const WAYS: Record<string, (text: unknown) => Generator> = {
  *'an array of promises and thunks'(text) {
    const [value, length] = (yield [thunk(text), Promise.resolve(1)]) as [unknown, number]
    return length === 1 ? value : undefined
  },
  *'an object of promises and thunks'(text) {
    const { value, length, plain } = (yield { value: Promise.resolve(text), length: thunk(1), plain: 2 }) as Record<string, unknown>
    return length === 1 && plain === 2 ? value : undefined
  },
  *'a generator function'(text) {
    return (yield function* () {
      return (yield [thunk(text)] as unknown) as unknown
    }) as unknown
  },
}

/** A store whose generators yield in one way. */
const storeOf = (way: (text: unknown) => Generator): object => {
  const records = new Map<string, string>()
  return {
    *load(id: string): Generator {
      const [text] = [yield* way(records.get(id))]
      return Array.isArray(text) ? text[0] : text
    },
    *save(id: string, json: string): Generator {
      const text = yield* way(json)
      records.set(id, (Array.isArray(text) ? text[0] : text) as string)
    },
    remove: (id: string) => void records.delete(id),
  }
}

class BufferStore extends JsonStore {
  override load(id: string): Promise<string | undefined> {
    return super.load(id).then(text => (text === undefined ? text : (Buffer.from(text) as never)))
  }
}

async function counts(create: Lineage['original'], store: object): Promise<string[]> {
  const app = Object.assign(new Koa2(), { keys: ['a key'], silent: true })
  app.use(create({ store } as never, app)).use((ctx: KoaContext) => {
    const session = ctx.session as { a?: number }
    session.a = (session.a ?? 0) + 1
    ctx.body = String(session.a)
  })
  return (await serve(app, [{}, {}, {}])).map(({ body }) => body)
}

describe('koa: stores of koa-session-store', () => {
  const lineage = LINEAGES.find(({ name }) => name === 'koa-session-store 2, store') as Lineage

  for (const subject of ['original', 'preset'] as const) {
    for (const [what, way] of Object.entries(WAYS)) {
      it(`may yield ${what}, in the ${subject}`, async () => {
        expect(await counts(lineage[subject], storeOf(way))).to.deep.equal(['1', '2', '3'])
      })
    }

    it(`may load a Buffer, in the ${subject}`, async () => {
      expect(await counts(lineage[subject], new BufferStore())).to.deep.equal(['1', '2', '3'])
    })
  }
})
