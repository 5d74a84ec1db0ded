import { expect } from 'chai'
import { authenticated, info } from '../../lib'
import { SqliteStore } from '../../lib/sqlite'
import { useClock } from '../support/clock'
import { count, data, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { siteOn, type Handler } from '../support/site'
import { needsSqlite, openDatabase } from '../support/sqlite'
import { session } from '../support/subject'

const HOUR = 3_600_000

/** The stores that get marks apart from the data. */
const STORES = {
  MemoryStore: () => new session.MemoryStore(),
  SqliteStore: () => new SqliteStore({ database: openDatabase(':memory:') }),
}

const showInfo: Handler = (req, res) => void res.end(JSON.stringify(info(req)))

onEachHost('stores: what is stored of a session with limits', host => {
  const clock = useClock()

  for (const [name, make] of Object.entries(STORES)) {
    describe(`in ${name}`, () => {
      if (name === 'SqliteStore') needsSqlite()
      const closed = <Store extends ReturnType<typeof make>>(stores: readonly Store[], act: () => Promise<void>): Promise<void> =>
        act().finally(() => stores.forEach(store => 'close' in store && store.close()))

      it('shows it under the reserved key, behind the data', async () => {
        const store = make()
        await closed([store], async () => {
          await siteOn(host, { store, absoluteTimeout: HOUR }, routes({ '/': count }))
            .browser()
            .get('/')
          const [record] = Object.values(await store.all())
          const { cookie: _, ...rest } = record as unknown as { cookie: object; '~': { h: string } }
          expect(Object.keys(rest)).to.deep.equal(['views', '~'])
          expect(rest).to.deep.equal({ views: 1, '~': { c: clock.now(), a: clock.now(), h: rest['~'].h } })
        })
      })

      it('gets no data of the app in its place', async () => {
        const store = make()
        const handlers = routes({ '/': count, '/own': (req, res) => ((data(req)['~'] = 'mine'), res.end()), '/info': showInfo })
        await closed([store], async () => {
          const client = siteOn(host, { store, absoluteTimeout: HOUR }, handlers).browser()
          await client.get('/')
          const told = (await client.get('/info')).text
          await client.get('/own')
          expect(told).to.contain('handle')
          expect((await client.get('/info')).text).to.equal(told)
        })
      })

      it('takes the record of another store', async () => {
        const [before, after] = [make(), make()]
        const handlers = routes({ '/': count, '/info': showInfo })
        await closed([before, after], async () => {
          const client = siteOn(host, { store: before, absoluteTimeout: HOUR }, handlers).browser()
          await client.get('/')
          const told = (await client.get('/info')).text
          for (const [id, record] of Object.entries(await before.all())) await after.set(id, record)
          const moved = client.at(siteOn(host, { store: after, absoluteTimeout: HOUR }, handlers).server)
          clock.turn(1)
          expect((await moved.get('/info')).text).to.equal(told)
          expect((await moved.get('/')).text).to.equal('2')
          expect((await moved.get('/info')).text).to.equal(told)
        })
      })

      it('keeps the later authentication of two requests that overlap', async () => {
        const store = make()
        let goOn = (): void => {}
        const handlers = routes({
          '/': count,
          '/slow': (req, res) => {
            goOn = () => ((data(req).slow = true), res.end())
            waits()
          },
          '/again': (req, res) => void authenticated(req).then(() => res.end()),
          '/info': (req, res) => res.end(JSON.stringify([info(req)?.authenticatedAt.getTime(), data(req)])),
        })
        let waits = (): void => {}
        await closed([store], async () => {
          const client = siteOn(host, { store, absoluteTimeout: HOUR }, handlers).browser()
          await client.get('/')
          const waiting = new Promise<void>(resolve => (waits = resolve))
          const slow = client.get('/slow')
          await waiting
          clock.turn(1000)
          await client.get('/again')
          const again = clock.now()
          goOn()
          await slow
          const [at, { cookie: _, ...rest }] = JSON.parse((await client.get('/info')).text) as [number, { cookie: object }]
          expect([at, rest]).to.deep.equal([again, { views: 1, slow: true }])
        })
      })
    })
  }
})
