import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { useClock } from '../support/clock'
import { data, endWith, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const HANDLERS = routes({
  '/': (req, res) => res.end(String(data(req).user ?? 'nobody')),
  '/become': (req, res) => ((data(req).user = 'ada'), req.session.save(endWith(res))),
  '/renew': (req, res) => req.session.regenerate({ keep: true }).then(() => res.end('done'), endWith(res)),
})

const USERS: Partial<SessionOptions> = { userId: (s: { user?: string }) => s.user, cookie: { maxAge: 600_000 } }

const LIST = `u!${createHash('sha256').update('ada').digest('base64url')}`

onEachHost('sessions by user: a list that the store has lost', host => {
  const clock = useClock()

  it('a session that began before all were revoked ends when its ID is renewed', async () => {
    const records = new Map()
    const options = { store: new VersionedStore(records) as never, ...USERS }
    const client = siteOn(host, options, HANDLERS).browser()
    await client.get('/become')
    records.delete(LIST)
    clock.turn(1000)
    const sessions = sessionsOn(host, options)
    expect(await sessions.revokeAll('ada')).to.equal(0)
    expect((await client.get('/renew')).text).to.match(/revoked/i)
    expect((await client.get('/')).text).to.equal('nobody')
    expect([...(await sessions.list('ada'))]).to.deep.equal([])
  })

  it('a session that began afterwards is listed again when its ID is renewed', async () => {
    const records = new Map()
    const options = { store: new VersionedStore(records) as never, ...USERS }
    const sessions = sessionsOn(host, options)
    const client = siteOn(host, options, HANDLERS).browser()
    await client.get('/become')
    records.delete(LIST)
    expect((await client.get('/renew')).text).to.equal('done')
    expect(await sessions.list('ada')).to.have.length(1)
  })
})

onEachHost('sessions by user: beside a process without userId', host => {
  const clock = useClock()

  for (const [maxAge, wait, expected] of [
    [600_000, 599_999, 'nobody'],
    [600_000, 600_000, 'ada'],
    [null, 399 * 86_400_000, 'nobody'],
    [null, 400 * 86_400_000, 'ada'],
  ] as const) {
    it(`a login there is refused until a lifetime after all sessions were revoked: maxAge ${maxAge}, after ${wait} ms`, async () => {
      const store = new VersionedStore(new Map()) as never
      const older = siteOn(host, { store, cookie: { maxAge } }, HANDLERS)
      const given = { store, ...USERS, cookie: { maxAge } }
      const newer = siteOn(host, given, HANDLERS)
      const sessions = sessionsOn(host, given)
      // With a list of 400 days, which this login begins, the last case would find none
      await sessions.revokeAll('ada')
      clock.turn(1000)
      await newer.browser().get('/become')
      clock.turn(wait - 1000)
      const client = older.browser()
      await client.get('/become')
      const here = client.at(newer.server)
      await here.get('/')
      expect((await here.get('/')).text).to.equal(expected)
    })
  }

  for (const cookie of [{}, { maxAge: undefined }, { expires: null }, { expires: false as never }]) {
    it(`a session from before all were revoked is refused, although its record does not tell when it began: ${inspect(cookie)}`, async () => {
      const store = new VersionedStore(new Map()) as never
      const client = siteOn(host, { store, cookie }, HANDLERS).browser()
      await client.get('/become')
      clock.turn(1000)
      const given = { store, ...USERS, cookie }
      await sessionsOn(host, given).revokeAll('ada')
      clock.turn(1000)
      const here = client.at(siteOn(host, given, HANDLERS).server)
      await here.get('/')
      expect((await here.get('/')).text).to.equal('nobody')
    })
  }

  for (const [what, turns] of [
    ['in the same millisecond', [0]],
    ['by a process whose clock is ahead, and again by another one', [1000, -2000]],
  ] as const) {
    it(`a session from before all were revoked is refused: ${what}`, async () => {
      const store = new VersionedStore(new Map()) as never
      // With this option, the record tells when the session began
      const client = siteOn(host, { store, absoluteTimeout: 600_000 }, HANDLERS).browser()
      await client.get('/become')
      const given = { store, ...USERS }
      for (const turn of turns) {
        clock.turn(turn)
        await sessionsOn(host, given).revokeAll('ada')
      }
      const here = client.at(siteOn(host, given, HANDLERS).server)
      await here.get('/')
      expect((await here.get('/')).text).to.equal('nobody')
    })
  }

  it('a login after all were revoked stays, even in the same millisecond', async () => {
    const given = { store: new VersionedStore(new Map()) as never, ...USERS }
    await sessionsOn(host, given).revokeAll('ada')
    const client = siteOn(host, given, HANDLERS).browser()
    await client.get('/become')
    await client.get('/renew')
    expect((await client.get('/')).text).to.equal('ada')
  })

  for (const [how, options, path] of [
    ['regenerate', {}, '/renew'],
    ['renewAfter', { renewAfter: 60_000 }, '/'],
    ['renewAfter with grace', { renewAfter: 60_000, grace: 10_000 }, '/'],
  ] as const) {
    it(`a session whose ID that process has renewed is listed again at its next request: ${how}`, async () => {
      const records = new Map()
      const older = siteOn(host, { store: new VersionedStore(records) as never, cookie: { maxAge: 600_000 }, ...options }, HANDLERS)
      const given = { store: new VersionedStore(records) as never, ...USERS, ...options }
      const newer = siteOn(host, given, HANDLERS)
      const client = newer.browser()
      await client.get('/become')
      clock.turn(60_000)
      const before = idsIn(records)
      await client.at(older.server).get(path)
      expect(idsIn(records)).to.not.deep.equal(before)
      expect((await client.at(newer.server).get('/')).text).to.equal('ada')
      const sessions = sessionsOn(host, given)
      expect(await sessions.list('ada')).to.have.length(1)
      expect(await sessions.revokeAll('ada')).to.equal(1)
      expect((await client.at(newer.server).get('/')).text).to.equal('nobody')
    })
  }
})

function idsIn(records: ReadonlyMap<string, unknown>): string[] {
  return [...records.keys()].filter(key => !key.startsWith('u!'))
}
