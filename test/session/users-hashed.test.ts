import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { data, endWith, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const HANDLERS = routes({
  '/': (req, res) => res.end(String(data(req).user ?? 'nobody')),
  '/id': (req, res) => res.end(req.sessionID),
  '/become': (req, res) => ((data(req).user = 'ada'), req.session.save(endWith(res))),
  '/leave': (req, res) => (delete data(req).user, req.session.save(endWith(res))),
  '/renew': (req, res) => req.session.regenerate({ keep: true }).then(() => res.end(req.sessionID), endWith(res)),
})

const LIST = `u!${createHash('sha256').update('ada').digest('base64url')}`

const keyOf = (id: string): string => `h1.${createHash('sha256').update(`resession id\0${id}`).digest('base64url')}`

onEachHost('sessions by user: entries from before hashIds', host => {
  const begin = async () => {
    const records = new Map<string, { text: string; version: number }>()
    const optionsOf = (hashIds?: 'migrate' | true): Partial<SessionOptions> => ({
      store: new VersionedStore(records) as never,
      userId: (s: { user?: string }) => s.user,
      cookie: { maxAge: 600_000 },
      ...(hashIds && { hashIds }),
    })
    const browser = siteOn(host, optionsOf(), HANDLERS).browser()
    await browser.get('/become')
    const { text: id } = await browser.get('/id')
    const keys = (): unknown =>
      (JSON.parse(records.get(LIST)?.text ?? '{}') as { '~u'?: { s: { k: string[] }[] } })['~u']?.s.map(({ k }) => k)
    expect(keys()).to.deep.equal([[id]])
    const on = (hashIds: 'migrate' | true) => {
      const options = optionsOf(hashIds)
      return { client: browser.at(siteOn(host, options, HANDLERS).server), sessions: sessionsOn(host, options) }
    }
    return { records, id, keys, on }
  }

  it("have the ID first while 'migrate' moves its record, and after a renewal the new key last", async () => {
    const { id, keys, on } = await begin()
    const { client, sessions } = on('migrate')
    const { text: second } = await client.get('/renew')
    expect(keys()).to.deep.equal([[id, keyOf(id), keyOf(second)]])
    const { text: third } = await client.get('/renew')
    expect(keys()).to.deep.equal([[keyOf(second), keyOf(third)]])
    expect(await sessions.revokeAll('ada')).to.equal(1)
    expect((await client.get('/')).text).to.equal('nobody')
  })

  it("are revoked with 'migrate' before their record is moved", async () => {
    const { records, on } = await begin()
    const { client, sessions } = on('migrate')
    expect(await sessions.revokeAll('ada')).to.equal(1)
    expect([...records.keys()]).to.deep.equal([LIST])
    expect((await client.get('/')).text).to.equal('nobody')
  })

  it("go when the user leaves the session, with 'migrate'", async () => {
    const { records, on } = await begin()
    await on('migrate').client.get('/leave')
    expect(JSON.parse(records.get(LIST)?.text ?? '{}')).to.not.have.nested.property('~u.s[0]')
  })

  it('have a hash in place of the ID after the next change, with true', async () => {
    const { records, id, keys, on } = await begin()
    await on('migrate').client.get('/')
    const { client, sessions } = on(true)
    expect((await client.get('/')).text).to.equal('ada')
    const { text: second } = await client.get('/renew')
    expect(keys()).to.deep.equal([[keyOf(id), keyOf(second)]])
    expect(JSON.stringify([...records])).to.not.include(id)
    expect(await sessions.revokeAll('ada')).to.equal(1)
    expect((await client.get('/')).text).to.equal('nobody')
  })
})
