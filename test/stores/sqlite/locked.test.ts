import { expect } from 'chai'
import { update } from '../../../lib'
import type { SqliteDatabase, SqliteStore } from '../../../lib/sqlite'
import { data, endWith, routes } from '../../support/handlers'
import { onEachHost } from '../../support/hosts'
import { siteOn, type Site } from '../../support/site'
import { useSqlite } from '../../support/sqlite'
import type { SessionOptions } from '../../support/subject'
import { replyOf } from '../../support/timed-site'
import { useTimers } from '../../support/timers'
import { turns, useServers, Wire } from '../../support/wire'

const HANDLERS = routes({
  '/put': (req, res) => ((data(req).n = Number(data(req).n ?? 0) + 1), res.end('put')),
  '/read': (req, res) => res.end(String(data(req).n)),
  '/save': (req, res) => ((data(req).n = 9), req.session.save(endWith(res))),
  '/update': (req, res) => update(req as never, change).then(() => endWith(res)(), endWith(res)),
  '/leave': (req, res) => ((req.session = null as never), res.end('left')),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
})

const change = (draft: object): void => void Object.assign(draft, { n: 9 })

const TIMED_OUT = 'store did not answer within 500 ms'

onEachHost('SqliteStore: requests while another connection has locked the file', host => {
  useServers()
  const sqlite = useSqlite()
  const timers = useTimers()

  let store: SqliteStore
  let other: SqliteDatabase
  let site: Site
  let cookie: string

  const start = async (options: Partial<SessionOptions> = {}): Promise<void> => {
    store = sqlite.store()
    site = siteOn(host, { ...host.keepsAlive, store, storeTimeout: 500, saveErrors: 'fail', unset: 'destroy', ...options }, HANDLERS)
    const client = site.visitor()
    await client.get('/put')
    cookie = client.cookie
    other = sqlite.openWal()
    other.exec('BEGIN IMMEDIATE')
  }
  const ask = async (path: string, sent = cookie): Promise<Wire> => {
    const wire = (await Wire.to(site.server)).get(path, ...(sent ? [`Cookie: ${sent}`] : []))
    await turns()
    return wire
  }

  for (const [what, path, options] of [
    ['a save', '/put', {}],
    ['a save with the option userId', '/put', { userId: () => 'ada' }],
    ['a save without compareAndSet', '/put', { concurrency: 'off' }],
    ['a save of a new session', '/put', { isNew: true }],
    ['a removed session', '/leave', {}],
  ] as const) {
    it(`${what} fails after storeTimeout`, async () => {
      const { isNew = false, ...rest } = options as { isNew?: boolean }
      await start(rest)
      const wire = await ask(path, isNew ? '' : cookie)
      timers.turn(499)
      await turns()
      expect(wire.text).to.equal('')
      timers.turn(1)
      expect((await replyOf(wire))[0]).to.equal(503)
      expect(site.errors.map(err => err.message)).to.deep.equal([TIMED_OUT])
    })
  }

  for (const path of ['/save', '/update', '/logout']) {
    it(`${path}, which the handler waits for, fails after storeTimeout`, async () => {
      await start()
      const wire = await ask(path)
      timers.turn(500)
      await turns()
      other.exec('COMMIT')
      timers.turn(500)
      expect((await replyOf(wire))[1]).to.equal(`failed: ${TIMED_OUT}`)
    })
  }

  it('a request that reads does not wait for the saves of others', async () => {
    await start()
    const saving = await ask('/put')
    const [, ...replies] = [saving, await ask('/read'), await ask('/read', '')]
    for (const [n, wire] of replies.entries()) expect(await replyOf(wire)).to.deep.equal([200, ['1', 'undefined'][n]])
    other.exec('COMMIT')
    timers.turn(100)
    expect(await replyOf(saving)).to.deep.equal([200, 'put'])
    expect(await replyOf(await ask('/read'))).to.deep.equal([200, '2'])
  })

  it('a logout after a save that has timed out is not undone', async () => {
    await start()
    const saving = await ask('/put')
    timers.turn(500)
    expect((await replyOf(saving))[0]).to.equal(503)
    const leaving = await ask('/logout')
    other.exec('COMMIT')
    timers.turn(100)
    expect(await replyOf(leaving)).to.deep.equal([200, 'done'])
    timers.turn(10_000)
    expect(await store.length()).to.equal(0)
  })
})
