import { expect } from 'chai'
import expressSession = require('express-session')
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { update } from '../../lib/core/session/update'
import type { EngineName, Store } from '../processes/engines/engine'
import { engines } from '../processes/engines'
import { usePlace } from './engine-place'
import { connect, QUIET } from '../support/connect-host'
import { MARIADB, POSTGRES, REDIS } from '../support/engines'
import { count, data, endWith, routes } from '../support/handlers'
import { siteOn, type Site, type Visitor } from '../support/site'

const HANDLERS = routes({
  '/': count,
  '/id': (req, res) => res.end(req.sessionID),
  '/read': (req, res) => res.end(String(data(req).views ?? 0)),
  '/save': (req, res) => ((data(req).saved = true), req.session.save(endWith(res))),
  '/update': (req, res) =>
    update(req as never, own => void Object.assign(own, { updated: true })).then(() => res.end('done'), endWith(res)),
  '/login': (req, res) => req.session.regenerate(() => ((data(req).views = 0), res.end(req.sessionID))),
  '/renew': (req, res) => req.session.regenerate({ keep: true }).then(() => res.end(req.sessionID), endWith(res)),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
})

/** All that a thief has who copies the store. */
const DUMPS: Record<EngineName, (place: string) => Promise<string>> = {
  redis: dumpOfRedis,
  ioredis: dumpOfRedis,
  async postgres(place) {
    const client = new Client({ connectionString: POSTGRES })
    await client.connect()
    const { rows } = await client.query<{ row: string }>(`select t::text as row from "${place}" t`)
    await client.end()
    return rows.map(({ row }) => row).join('\n')
  },
  async mariadb(place) {
    const connection = await createConnection(MARIADB)
    const [rows] = await connection.query(`select * from \`${place}\``)
    await connection.end()
    return JSON.stringify(rows)
  },
  // With the pages that are free
  async sqlite(place) {
    const files = ['', '-wal'].map(suffix => join(tmpdir(), `${place}.db${suffix}`)).filter(file => existsSync(file))
    return files.map(file => readFileSync(file, 'latin1')).join('\n')
  },
}

async function dumpOfRedis(place: string): Promise<string> {
  const client = new Redis(REDIS)
  const keys = await client.keys(`${place}:*`)
  const records = keys.length > 0 ? await client.mget(keys) : []
  await client.quit()
  return [...keys, ...records].join('\n')
}

for (const { name, title, url, needs } of engines) {
  describe(`hashIds, on ${title}`, () => {
    needs()
    const { place, plain, atomic, kinds } = usePlace({ name, url }, 'hash-ids')
    const siteWith = (store: Store, hashIds: true | 'migrate' | undefined): Site =>
      siteOn(connect, { store: store as never, hashIds, cookie: { maxAge: 600_000 } }, HANDLERS)

    /** A client of express-session. */
    async function oldClient(): Promise<{ client: Visitor; id: string }> {
      const store = plain(expressSession as never)
      const listen = expressSession({ ...QUIET, store: store as never, cookie: { maxAge: 600_000 } })
      const site = siteOn(
        {
          ...connect,
          listener:
            ({ handler, fail }) =>
            (req, res) =>
              listen(req as never, res as never, (err?: unknown) => (err ? fail(err, res) : handler(req as never, res, () => {}))),
        },
        {},
        HANDLERS,
      )
      const client = site.visitor()
      await client.get()
      return { client, id: (await client.get('/id')).text }
    }

    for (const [kind, make] of Object.entries(kinds)) {
      describe(`by a store ${kind}`, () => {
        it('a copy of the store contains no ID', async () => {
          const site = siteWith(make(), true)
          const client = site.visitor()
          const ids: string[] = []
          for (const path of ['/', '/read', '/save', '/update', '/renew', '/login', '/', '/read', '/logout', '/']) {
            expect((await client.get(path)).status, path).to.equal(200)
            ids.push((await client.get('/id')).text)
          }
          expect(site.errors).to.deep.equal([])
          const dump = await DUMPS[name](place)
          expect(dump).to.match(/h1\.[\w-]{43}/)
          for (const id of ids) expect(dump).to.not.include(id)
        })

        it('"migrate" moves a session of express-session, and true finds it then', async () => {
          const { client, id } = await oldClient()
          // Express-session finds it until it moves
          expect((await client.get()).text).to.equal('2')
          const later = siteWith(make(), 'migrate').visitor()
          later.cookie = client.cookie
          expect((await later.get('/read')).text).to.equal('2')
          if (name !== 'sqlite') expect(await DUMPS[name](place)).to.not.include(id)
          const last = siteWith(make(), true).visitor()
          last.cookie = client.cookie
          expect((await last.get()).text).to.equal('3')
          // They may run beside one another
          expect((await later.get()).text).to.equal('4')
          expect((await client.get('/read')).text, 'express-session does not find it').to.equal('0')
        })

        it('"migrate" ends a session that has not moved', async () => {
          const { client } = await oldClient()
          const { cookie } = client
          const later = siteWith(make(), 'migrate').visitor()
          later.cookie = cookie
          expect((await later.get('/logout')).text).to.equal('done')
          expect((await client.get('/read', { Cookie: cookie })).text).to.equal('0')
          expect((await later.get('/read', { Cookie: cookie })).text).to.equal('0')
        })
      })
    }

    it('two processes move a session once, and a logout beside them is not undone', async () => {
      for (let round = 0; round < 10; round++) {
        const { client } = await oldClient()
        const { cookie } = client
        const sites = [siteWith(atomic(), 'migrate'), siteWith(atomic(), 'migrate')] as const
        const visit = async (site: Site, path: string): Promise<string> => (await site.visitor().get(path, { Cookie: cookie })).text
        if (round % 2 === 0) {
          const texts = await Promise.all(sites.flatMap(site => [visit(site, '/read'), visit(site, '/read'), visit(site, '/read')]))
          expect(texts).to.deep.equal(Array(6).fill('1'))
        }
        await Promise.all([visit(sites[0], '/read'), visit(sites[1], '/logout'), visit(sites[0], '/'), visit(sites[1], '/')])
        for (const site of sites) expect(await visit(site, '/read')).to.equal('0')
      }
    })
  })
}
