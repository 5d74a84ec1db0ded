import { expect } from 'chai'
import { TracingStore } from '../support/tracing-store'
import { count, KoaSite, leave, lines, show, type Bag, type Ctx, type Handler } from './site'

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/read': show,
  '/leave': leave,
  '/force': ctx => (ctx.sessionSave = true),
  '/save': ctx => (ctx.session as Bag).save(),
  async '/count-and-save'(ctx) {
    await count(ctx)
    await ctx.saveSession()
  },
  '/commit': ctx => (count(ctx), ctx.saveSession()),
  async '/regenerate'(ctx) {
    await ctx.regenerateSession({ keep: true })
  },
}

/** A site with a transport that uses headers of the app and records its calls. */
function site(options: object = {}): { visit: (path: string, key?: string) => Promise<string>; told: string[]; last: () => string } {
  const told: string[] = []
  let id = ''
  const transport = {
    get: (ctx: Ctx) => ctx.req.headers['x-key'] as string | undefined,
    set: (ctx: Ctx, value: string) => void (told.push('set'), ctx.set('X-Key', (id = value))),
    clear: () => void told.push('clear'),
  }
  const app = new KoaSite({ store: new TracingStore(), transport: transport as never, ...options }, HANDLERS)
  const visit = async (path: string, key?: string): Promise<string> => {
    const res = await app.get(path).set(key === undefined ? {} : { 'X-Key': key })
    expect(lines(res)).to.deep.equal([])
    return res.text
  }
  return { visit, told, last: () => id }
}

describe('koa: the session ID', () => {
  for (const path of ['/', '/force', '/save', '/count-and-save', '/regenerate']) {
    it(`is sent once per request that stores: ${path}`, async () => {
      const { visit, told, last } = site()
      await visit('/')
      told.splice(0)
      await visit(path, last())
      expect(told).to.deep.equal(['set'])
    })
  }

  it('is sent once after saveSession with autoCommit: false', async () => {
    const { visit, told } = site({ autoCommit: false })
    await visit('/commit')
    expect(told).to.deep.equal(['set'])
  })

  it('is not sent if nothing is stored', async () => {
    const { visit, told, last } = site()
    await visit('/')
    told.splice(0)
    await visit('/read', last())
    expect(told).to.deep.equal([])
  })

  it('is cleared once if the session has ended or does not exist', async () => {
    const { visit, told, last } = site()
    await visit('/')
    await visit('/leave', last())
    await visit('/read', last())
    expect(told).to.deep.equal(['set', 'clear', 'clear'])
  })

  it('is sent in one cookie with overwrite: false', async () => {
    const app = new KoaSite({ store: new TracingStore(), cookie: { overwrite: false } }, HANDLERS)
    expect(lines(await app.get()).map(line => line.split('=')[0])).to.deep.equal(['koa.sid', 'koa.sid.sig'])
  })

  it('is sent again if the cookie was removed from the response', async () => {
    const handler: Handler = async ctx => {
      await count(ctx)
      await ctx.saveSession()
      ctx.res.removeHeader('Set-Cookie')
    }
    const app = new KoaSite({ store: new TracingStore() }, { '/': handler })
    expect(lines(await app.get()).map(line => line.split('=')[0])).to.deep.equal(['koa.sid', 'koa.sid.sig'])
  })
})
