import { expect } from 'chai'
import expressSession = require('express-session')
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import session = require('../../lib')
import { engines } from '../processes/engines'
import { usePlace } from './engine-place'
import { lines } from '../support/browser'
import { connect, QUIET } from '../support/connect-host'
import { count, data, routes } from '../support/handlers'
import { endOf } from '../support/jar'
import { siteOn, Visitor, type Site } from '../support/site'
import type { SessionOptions } from '../support/subject'

const HOUR = 3_600_000
/** The engines count seconds. */
const IDLE = 2000
const ABSOLUTE = 4000

const HANDLERS = routes({
  '/': count,
  '/read': (req, res) => res.end(String(data(req).views ?? 0)),
  '/info': (req, res) => res.end(JSON.stringify(session.info(req) ?? null)),
  '/again': async (req, res) => res.end(String(await session.authenticated(req))),
})

/** A visit each half second. @returns for how long the session was there, in milliseconds */
async function lifeOf(client: Visitor): Promise<number> {
  const began = Date.now()
  while (Date.now() - began < 3 * ABSOLUTE) {
    if ((await client.get('/read')).text === '0') return Date.now() - began
    await pause(500)
  }
  return Infinity
}

for (const { name, title, url, needs } of engines) {
  describe(`idleTimeout and absoluteTimeout, on ${title}`, function () {
    this.timeout(60_000)
    needs()
    const { plain, kinds } = usePlace({ name, url }, 'limits')

    for (const [kind, make] of Object.entries(kinds)) {
      const siteWith = (options: Partial<SessionOptions>): Site => siteOn(connect, { store: make() as never, ...options }, HANDLERS)

      it(`end sessions of a store ${kind}, and no earlier`, async () => {
        const [idle, active, limited] = [
          siteWith({ idleTimeout: IDLE }).visitor(),
          siteWith({ idleTimeout: IDLE }).visitor(),
          siteWith({ idleTimeout: IDLE, absoluteTimeout: ABSOLUTE }).visitor(),
        ]
        await Promise.all([idle, active, limited].map(async client => client.get()))
        const [, , life] = await Promise.all([
          pause(IDLE + 1500).then(async () => expect((await idle.get('/read')).text, 'idle').to.equal('0')),
          lifeOf(active).then(life => expect(life, 'active').to.equal(Infinity)),
          lifeOf(limited),
        ])
        expect(life, 'absolute').to.be.within(ABSOLUTE - 1, ABSOLUTE + 2000)
      })

      it(`log out no client that meets express-session beside, on a store ${kind}`, async () => {
        for (const maxAge of [null, HOUR]) {
          const ours = siteWith({ idleTimeout: HOUR, absoluteTimeout: 2 * HOUR, cookie: { maxAge } })
          const theirs = expressSession({
            ...QUIET,
            store: plain(expressSession as never) as never,
            cookie: { maxAge: maxAge as never },
          })
          const servers = [
            ours.server,
            createServer((req, res) => theirs(req as never, res as never, () => void HANDLERS(req as never, res))),
          ]
          const client = new Visitor(servers[0] as never)
          await client.get()
          const handle = async (): Promise<unknown> => (JSON.parse((await client.get('/info')).text) as { handle: unknown }).handle
          const before = await handle()
          for (let visit = 2; visit <= 60; visit++) {
            const visitor = new Visitor(servers[visit % 2] as never)
            visitor.cookie = client.cookie
            const res = await visitor.get(visit % 3 === 0 ? '/' : '/read')
            expect(res.text).to.equal(String(1 + Math.floor(visit / 3)))
            for (const line of lines(res)) {
              expect(endOf(line)).to.satisfy((end: number) => (maxAge === null ? end === Infinity : end <= Date.now() + maxAge))
            }
          }
          expect(await handle()).to.equal(before)
        }
      })
    }
  })
}
