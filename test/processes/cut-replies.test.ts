import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import session = require('../../lib')
import { CuttingProxy } from '../support/cutting-proxy'
import { inLanes } from './client'
import { TIMES } from './counts'
import { engines } from './engines'
import { connect, type Connection } from './engines/engine'
import { Fleet } from './fleet'
import { Records } from './records'

const INCREMENTS = 400 * TIMES
const LOGINS = 150 * TIMES
const LANES = 8
/** A prime, so that all kinds of commands are affected. */
const EVERY = 23

/** SQLite has no connection that could be lost. */
const distant = engines.filter(({ url }) => url !== '')

for (const engine of distant) {
  describe(`processes on ${engine.title}, whose replies are lost with the connection`, function () {
    this.timeout(60_000 * TIMES)
    engine.needs()

    // A skip in a hook applies to the suites below its own, hooks included
    describe('two that share sessions', () => {
      let connection: Connection
      let proxy: CuttingProxy
      let fleet: Fleet
      let records: Records

      before(async () => {
        const place = `resession_${randomBytes(8).toString('hex')}`
        connection = await connect(engine.name, engine.url, place)
        await connection.prepare()
        records = new Records(connection.plain(session))
        proxy = await CuttingProxy.before(engine.url)
        fleet = await Fleet.start({ ...engine, url: proxy.url }, place, 2)
      })

      after(async () => {
        await fleet?.stop()
        proxy?.stop()
        await connection?.remove()
        await connection?.close()
      })

      beforeEach(() => {
        proxy.cuts = 0
        proxy.every = EVERY
      })
      afterEach(() => (proxy.every = Infinity))

      /** @returns the errors of the requests without status 200, by their numbers */
      async function failing(count: number, act: (number: number) => Promise<unknown>): Promise<Map<number, string>> {
        const failed = new Map<number, string>()
        await inLanes(count, LANES, async number => void (await act(number).catch(err => failed.set(number, String(err)))))
        expect(proxy.cuts).to.be.above(count / EVERY / 2)
        return failed
      }

      for (const site of ['ours', 'koa'] as const) {
        it(`make each change at most once, and each confirmed change (${site})`, async () => {
          const id = await records.make()
          const failed = (await failing(INCREMENTS, async number => fleet.ask(number, site, 'increment', id))).size
          const counter = (await records.read(id))?.n
          console.log(`      ${INCREMENTS - failed} answered, ${failed} failed, counter ${String(counter)}, ${proxy.cuts} cuts`)
          expect(counter).to.be.within(INCREMENTS - failed, INCREMENTS)
          if (engine.name === 'ioredis') expect(failed).to.equal(0)
        })

        it(`log in, or do not change the old session (${site})`, async () => {
          const ids = await Promise.all(Array.from({ length: LOGINS }, async () => records.make()))
          const users = new Map<number, string>()
          const failed = await failing(LOGINS, async number =>
            users.set(number, (await fleet.ask(number, site, `login/user-${number}`, ids[number] as string)) as string),
          )
          console.log(`      ${users.size} logged in, ${failed.size} not, ${proxy.cuts} cuts`)
          for (const [number, id] of users) expect(await records.read(id)).to.include({ user: `user-${number}` })
          for (const number of users.keys()) expect(await records.read(ids[number] as string)).to.equal(undefined)
          for (const [number, err] of failed)
            expect(await records.read(ids[number] as string), `login ${number}: ${err}`).to.include({ known: true })
          if (engine.name === 'ioredis') expect(failed.size).to.equal(0)
        })
      }
    })
  })
}
