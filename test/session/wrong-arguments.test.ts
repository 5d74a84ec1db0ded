import { expect } from 'chai'
import { authenticated, info, update } from '../../lib'
import koaSession = require('../../lib/koa')
import { KoaSite, type Ctx } from '../koa/site'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { session } from '../support/subject'

const userId = (session: { user?: string }): string | undefined => session.user
const options = { absoluteTimeout: 60_000, userId } as never

/** What a call rejects with, or throws. */
async function errorOf(act: () => unknown): Promise<string> {
  try {
    await act()
    return 'none'
  } catch (err) {
    return String(err)
  }
}

const NO_CARRIERS: readonly [unknown, string][] = [
  [undefined, 'undefined'],
  [null, 'null'],
  // Not quoted: it may be the ID of the session
  ['an ID', 'a string'],
  [7, 'a number'],
]

describe('session: arguments that are no request', () => {
  for (const [given, words] of NO_CARRIERS) {
    it(`${words}: the error names the function, and what it needs`, async () => {
      expect(await errorOf(() => info(given as never))).to.equal(`TypeError: info needs a request or a Koa context, not ${words}`)
      expect(await errorOf(() => authenticated(given as never))).to.equal(
        `TypeError: authenticated needs a request or a Koa context, not ${words}`,
      )
      expect(await errorOf(() => update(given as never, () => {}))).to.equal(
        `TypeError: update needs a request or a Koa context, not ${words}`,
      )
    })
  }

  it('a request without a session has no info, and no other function works', async () => {
    expect(info({} as never)).to.equal(undefined)
    expect(await errorOf(() => authenticated({} as never))).to.contain(
      'authenticated needs a request with a session: use the session middleware first',
    )
    expect(await errorOf(() => update({} as never, () => {}))).to.contain(
      'update needs a request with a session: use the session middleware first',
    )
  })
})

onEachHost('sessions by user: arguments that are no request', host => {
  const sessions = () => sessionsOn(host, { store: new session.MemoryStore(), ...(options as object) })

  for (const [given, words] of NO_CARRIERS.slice(1)) {
    it(`${words} in place of the options`, async () => {
      expect(await errorOf(() => sessions().list('ada', given as never))).to.equal(
        `TypeError: sessions.list needs { current: req } or nothing, not ${words}`,
      )
      expect(await errorOf(() => sessions().revokeAll('ada', given as never))).to.equal(
        `TypeError: sessions.revokeAll needs { except: req } or nothing, not ${words}`,
      )
    })

    it(`${words} in place of the request`, async () => {
      expect(await errorOf(() => sessions().list('ada', { current: given } as never))).to.equal(
        `TypeError: sessions.list: current needs a request or a Koa context, not ${words}`,
      )
      expect(await errorOf(() => sessions().revokeAll('ada', { except: given } as never))).to.equal(
        `TypeError: sessions.revokeAll: except needs a request or a Koa context, not ${words}`,
      )
    })
  }

  it('the request itself, or another name, ends no session', async () => {
    for (const given of [{ url: '/', headers: {} }, { exept: {} }])
      expect(await errorOf(() => sessions().revokeAll('ada', given as never))).to.contain(
        'sessions.revokeAll needs { except: req } or nothing',
      )
  })

  it('accepts nothing, no options, and no request', async () => {
    for (const given of [undefined, {}, { except: undefined }]) expect(await sessions().revokeAll('ada', given as never)).to.equal(0)
  })
})

describe('sessions by user: a Koa context that the middleware has left out', () => {
  for (const [way, given] of Object.entries({ skip: { skip: () => true }, 'the path of the cookie': { cookie: { path: '/other' } } })) {
    it(`is no exception, by ${way}`, async () => {
      const sessions = koaSession({ store: new session.MemoryStore(), userId, ...given } as never)
      const handler = async (ctx: Ctx): Promise<void> => {
        ctx.body = [await errorOf(() => sessions.revokeAll('ada', { except: ctx })), String(koaSession.info(ctx as never))].join()
      }
      const { text } = await new KoaSite({}, handler, { instead: () => sessions }).get()
      expect(text).to.equal('TypeError: the request has no session: use the session middleware first,undefined')
    })
  }
})
