import { expect } from 'chai'
import { count, data, routes, show } from '../support/handlers'
import { readable } from '../support/payload'
import { setCookie, Site, type Handler, type Req, type Visitor } from '../support/site'
import { session } from '../support/subject'

interface Answer {
  readonly visitor: Visitor
  /** The result of the handler. */
  readonly said: unknown
  readonly line: string | undefined
  /** The data of the next request. */
  readonly next: Record<string, unknown>
}

/** Runs a handler for a client with one earlier request. */
async function visit(act: (req: Req) => unknown): Promise<Answer> {
  const handler: Handler = async (req, res) => {
    const said = await Promise.resolve(act(req)).catch((err: Error) => err.message)
    res.end(JSON.stringify(said ?? null))
  }
  const visitor = new Site({ store: 'cookie' }, routes({ '/': count, '/act': handler, '/read': show })).visitor()
  await visitor.get()
  const res = await visitor.get('/act')
  const { cookie: _, ...next } = JSON.parse((await visitor.get('/read')).text) as Record<string, unknown>
  return { visitor, said: JSON.parse(res.text), line: setCookie(res), next }
}

describe('session: in the cookie', () => {
  it('regenerate replaces it with an empty session under a new ID', async () => {
    const { said, visitor, next } = await visit(async req => {
      const { id } = req.session
      await req.session.regenerate()
      data(req).user = 'ada'
      return [id, req.session.id, req.sessionID]
    })
    const [before, after, sessionID] = said as string[]
    expect(before).to.not.equal(after)
    expect(sessionID).to.equal(after)
    expect(readable(visitor)).to.include({ id: after })
    expect(next).to.deep.equal({ user: 'ada' })
  })

  it('destroy removes it from the request at once, and from the client with the response', async () => {
    const { said, line, next } = await visit(async req => {
      const done = req.session.destroy()
      const there = req.session === undefined
      await done
      return there
    })
    expect(said).to.equal(true)
    expect(line).to.match(/^connect\.sid=; .*Expires=Thu, 01 Jan 1970/)
    expect(next).to.deep.equal({})
  })

  it('a new session after destroy has another ID', async () => {
    const { said, visitor, next } = await visit(async req => {
      const { id } = req.session
      await req.session.destroy()
      req.session = { user: 'ada' } as never
      return id
    })
    expect(readable(visitor).id).to.be.a('string').that.does.not.equal(said)
    expect(next).to.deep.equal({ user: 'ada' })
  })

  it('save stores it at once, and later changes are stored at the end', async () => {
    const { next, line } = await visit(async req => {
      data(req).a = 1
      await req.session.save()
      data(req).b = 2
    })
    expect(line).to.be.a('string')
    expect(next).to.deep.equal({ views: 1, a: 1, b: 2 })
  })

  it('save fails if it is too large, and the handler may make it smaller', async () => {
    const { said, next } = await visit(async req => {
      data(req).text = 'x'.repeat(5000)
      const failed = await req.session.save().catch((err: Error) => err.message)
      data(req).text = 'x'
      return failed
    })
    expect(said).to.match(/^session is too large for a cookie/)
    expect(next).to.deep.equal({ views: 1, text: 'x' })
  })

  it('save of an empty new session sets its cookie', async () => {
    const site = new Site({ store: 'cookie' }, async (req, res) => (await req.session.save(), res.end()))
    expect(setCookie(await site.get())).to.be.a('string')
  })

  it('reload restores the data that the client has sent', async () => {
    const { said, next } = await visit(async req => {
      const before = req.session
      data(req).views = 99
      await req.session.reload()
      return [req.session === before, data(req).views]
    })
    expect(said).to.deep.equal([false, 1])
    expect(next).to.deep.equal({ views: 1 })
  })

  it('reload after save restores the saved data', async () => {
    const { said } = await visit(async req => {
      data(req).views = 7
      await req.session.save()
      data(req).views = 99
      await req.session.reload()
      return data(req).views
    })
    expect(said).to.equal(7)
  })

  it('reload fails for a session that was destroyed or never saved', async () => {
    const ended = await visit(async req => {
      const { session } = req
      await session.destroy()
      await session.reload()
    })
    expect(ended.said).to.equal('failed to load session')
    const begun = await visit(async req => {
      await req.session.regenerate()
      await req.session.reload()
    })
    expect(begun.said).to.equal('failed to load session')
  })

  it('update also saves the changes of the handler', async () => {
    const { next } = await visit(async req => {
      data(req).a = 1
      await session.update(req, session => void ((session as Record<string, unknown>).views = 5))
    })
    expect(next).to.deep.equal({ views: 5, a: 1 })
  })

  it('update fails if it becomes too large, and does not change it', async () => {
    const { said, next, line } = await visit(req =>
      session.update(req, session => void ((session as Record<string, unknown>).text = 'x'.repeat(5000))),
    )
    expect(said).to.match(/^session is too large for a cookie/)
    expect([next, line]).to.deep.equal([{ views: 1 }, undefined])
  })

  it('update fails after the first byte, because its cookie can no longer be sent', async () => {
    let failed = ''
    const site = new Site({ store: 'cookie' }, async (req, res) => {
      res.write('first')
      await session.update(req, session => void ((session as Record<string, unknown>).n = 1)).catch((err: Error) => (failed = err.message))
      res.end()
    })
    expect(setCookie(await site.get())).to.equal(undefined)
    expect(failed).to.equal('session is kept in the cookie, and the headers are already sent')
  })

  it('req.sessionStore has the session of the cookie, and no other', async () => {
    const { said } = await visit(async req => {
      const get = (id: string): Promise<unknown> =>
        new Promise(resolve => req.sessionStore.get(id, (_err, found) => resolve(found ?? null)))
      return [((await get(req.sessionID)) as { views: number }).views, await get('another')]
    })
    expect(said).to.deep.equal([1, null])
  })

  it('a plain object in its place becomes its data, under the same ID', async () => {
    const { said, visitor, next } = await visit(req => {
      const { id } = req.session
      req.session = { user: 'ada' } as never
      return id
    })
    expect(readable(visitor).id).to.equal(said)
    expect(next).to.deep.equal({ user: 'ada' })
  })

  it('a changed lifetime is kept, even if nothing else has changed', async () => {
    const { visitor } = await visit(req => void (req.session.cookie.maxAge = 1_000_000))
    expect(readable(visitor)).to.include({ maxAge: 1_000_000 })
    expect(setCookie(await visitor.get())).to.contain('Expires=')
  })

  it('data that cannot be stored is an error in place of the response', async () => {
    const site = new Site({ store: 'cookie' }, (req, res) => ((data(req).n = 1n), res.end('fine')))
    const res = await site.get()
    expect([res.status, setCookie(res)]).to.deep.equal([500, undefined])
    expect(res.text).to.contain('BigInt')
  })
})
