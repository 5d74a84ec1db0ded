import { expect } from 'chai'
import { data } from '../support/handlers'
import { ShufflingStore } from '../support/shuffling-store'
import { Site, type Handler, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { update as updateSession } from '../../lib'
import { TracingStore } from '../support/tracing-store'
import { useServers } from '../support/wire'
import { Meeting, record } from '../concurrency/requests'

type Data = Record<string, unknown>

async function update(req: Req, change: (session: Data) => unknown): Promise<void> {
  await session.update(req, change as never)
}

const increment = (session: Data): void => void (session.n = Number(session.n ?? 0) + 1)

/** The response to one request of a session with `{ n: 1 }`, the store calls, and the record afterwards. */
async function visit(handler: (req: Req, store: TracingStore) => unknown, options: Partial<SessionOptions> = {}) {
  const store = new TracingStore()
  const site = new Site({ store, ...options }, async (req, res) => {
    if (req.url === '/enter') data(req).n = 1
    const said = req.url === '/enter' ? '' : await handler(req, store)
    res.end(String(said))
  })
  const visitor = site.visitor()
  await visitor.get('/enter')
  store.trace()
  const { text } = await visitor.get('/')
  const [stored = '{}'] = Object.values(store.sessions)
  const { cookie: _, ...fields } = JSON.parse(stored) as Data
  return { text, calls: store.trace(), stored: fields }
}

const reasonOf = async (done: Promise<void>): Promise<string> =>
  done.then(
    () => 'done',
    (err: Error) => err.message,
  )

describe('session: update', () => {
  useServers()

  it('reads, changes and writes the record, and the session has the change', async () => {
    const { text, calls, stored } = await visit(async req => {
      await update(req, increment)
      return data(req).n
    })
    expect({ text, calls, stored }).to.deep.equal({ text: '2', calls: ['get', 'get', 'set', 'touch'], stored: { n: 2 } })
  })

  for (const concurrency of ['auto', 'merge', 'off'] as const) {
    it(`loses none of fifty concurrent increments, with concurrency ${concurrency}`, async () => {
      for (let seed = 1; seed <= 5; seed++) {
        const store = new ShufflingStore(seed)
        const handler: Handler = async (req, res) => {
          await update(req, increment)
          res.end()
        }
        const meeting = new Meeting(store, handler, { concurrency }, record({ n: 0 }))
        await meeting.askAll(Array.from({ length: 50 }, () => '/'))
        expect(meeting.stored).to.include({ n: 50 })
      }
    })
  }

  it('saves earlier changes of the handler, and leaves concurrent ones for the end of the request', async () => {
    const { stored, calls } = await visit(async req => {
      data(req).before = true
      const done = update(req, increment)
      data(req).after = true
      await done
      delete data(req).n
    })
    expect(stored).to.deep.equal({ before: true, after: true })
    expect(calls).to.deep.equal(['get', 'get', 'set', 'set'])
  })

  it('sees changes of other requests, and the session has them afterwards', async () => {
    const { text, stored } = await visit(async (req, store) => {
      store.sessions[req.sessionID] = JSON.stringify(record({ n: 10, other: true }))
      await update(req, increment)
      return JSON.stringify([data(req).n, data(req).other])
    })
    expect(text).to.equal('[11,true]')
    expect(stored).to.deep.equal({ n: 11, other: true })
  })

  it('removes deleted keys', async () => {
    const { text, stored } = await visit(async req => {
      await update(req, session => delete session.n)
      return 'n' in req.session
    })
    expect({ text, stored }).to.deep.equal({ text: 'false', stored: {} })
  })

  it('writes nothing if the change throws, and rejects with its error', async () => {
    const { text, calls } = await visit(async req =>
      reasonOf(
        update(req, session => {
          session.n = 2
          throw new Error('no more')
        }),
      ),
    )
    expect({ text, calls }).to.deep.equal({ text: 'no more', calls: ['get', 'get', 'touch'] })
  })

  it('refuses an async function', async () => {
    const { text, stored } = await visit(async req => reasonOf(update(req, async session => void (session.n = 2))))
    expect({ text, stored }).to.deep.equal({ text: 'update needs a synchronous function', stored: { n: 1 } })
  })

  it('rejects with the same error as reload if the session no longer exists', async () => {
    const { text, stored } = await visit(async (req, store) => {
      store.sessions = {}
      return reasonOf(update(req, increment))
    })
    expect({ text, stored }).to.deep.equal({ text: 'failed to load session', stored: {} })
  })

  it('stores a new session', async () => {
    const store = new TracingStore()
    const site = new Site({ store }, async (req, res) => {
      data(req).user = 'ada'
      await update(req, increment)
      res.end()
    })
    await site.get()
    expect(store.trace()).to.deep.equal(['set'])
    expect(JSON.parse(Object.values(store.sessions)[0] as string)).to.include({ user: 'ada', n: 1 })
  })

  it('rejects with ERR_SESSION_NOT_FOUND if the session has been destroyed', async () => {
    const { text } = await visit(async req => {
      await req.session.destroy()
      return session.update(req, () => {}).catch((err: NodeJS.ErrnoException) => err.code)
    })
    expect(text).to.equal('ERR_SESSION_NOT_FOUND')
  })

  it('changes a plain object that has replaced the session', async () => {
    const { text, stored } = await visit(async req => {
      req.session = { n: 4 } as never
      await update(req, increment)
      return data(req).n
    })
    expect({ text, stored }).to.deep.equal({ text: '5', stored: { n: 5 } })
  })

  it('is also a named export', () => {
    expect(updateSession).to.equal(session.update)
  })

  for (const [what, change] of Object.entries({ 'no function': undefined, 'an object': { n: 1 } })) {
    it(`refuses ${what}`, async () => {
      const { text } = await visit(async req => reasonOf(session.update(req, change as never)))
      expect(text).to.equal('update needs a function that changes the session')
    })
  }

  it('rejects without the middleware, and for a value that is no session', async () => {
    expect(await reasonOf(session.update({} as never, () => {}))).to.equal(
      'update needs a request with a session: use the session middleware first',
    )
    const { text } = await visit(async req => {
      req.session = 'text' as never
      const reason = await reasonOf(update(req, increment))
      req.session = { n: 1 } as never
      return reason
    })
    expect(text).to.equal('req.session must be an object, null or undefined')
  })

  it('is awaited by the response, even if the handler does not wait', async () => {
    const { stored } = await visit(req => void update(req, increment))
    expect(stored).to.deep.equal({ n: 2 })
  })
})
