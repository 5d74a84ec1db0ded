import { EMPTY, newId } from './manual-site'
import { entered } from './enter'
import { newKoa } from './koa-site'
import { type Data } from './record'
import type { Site } from './site'
import { DAY, type Visit } from './visits'

const NAME = 'koa.sid'

/** The manual session on Koa, whose `ctx.cookies` signs and verifies. */
export function koaManualSite(visit: Visit): Promise<Site> {
  const { rolling = false } = visit.options ?? {}
  return entered(visit, async app => {
    const rows = new Map<string, string>()
    const koa = newKoa()
    koa.use((ctx: Ctx) => {
      const sent = ctx.cookies.get(NAME, { signed: true })
      const before = (sent === undefined ? undefined : rows.get(sent)) ?? EMPTY
      const data = JSON.parse(before) as Data
      ctx.type = 'text/plain; charset=utf-8'
      ctx.body = app.act(data)
      const after = JSON.stringify(data)
      if (after === before && !(rolling && before !== EMPTY)) return
      const id = sent ?? newId()
      rows.set(id, after)
      ctx.cookies.set(NAME, id, { signed: true, maxAge: DAY, overwrite: true })
    })
    return {
      listener: koa.callback(),
      records: async () => Object.fromEntries(Array.from(rows, ([id, data]) => [id, JSON.parse(data) as object])),
    }
  })
}

interface Ctx {
  type: string
  body: string
  readonly cookies: {
    get(name: string, options: object): string | undefined
    set(name: string, value: string, options: object): void
  }
}
