import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { expect } from 'chai'
import { engines, type Line } from '../engines'
import { mustAgree } from '../equality'
import type { StorePlace } from '../measured/distant-store'
import { COUNTERS, type EngineName } from '../measured/protocols'
import { proxyTo, type Direction } from '../measured/proxy'
import { serve } from '../measured/http-server'
import { askInTurn } from '../measured/latency-client'
import { openSite } from '../measured/open-site'
import { timeSite } from '../measured/in-process'
import { distantSubjects, subjectsFar, subjects, YARDSTICK, type Subject } from '../measured/subjects'
import { visitNamed } from '../measured/visits'
import { OBSERVED, plans } from '../plans'
import { needsMariadb, needsPostgres, needsRedis } from '../../test/support/engines'

const NEEDS: Readonly<Record<EngineName, () => void>> = { Redis: needsRedis, PostgreSQL: needsPostgres, MariaDB: needsMariadb }

const yardstick = subjects.find(({ name }) => name === YARDSTICK) as Subject

describe('The benchmark with a distant store', () => {
  it('forwards chunks, and calls the callback before', async () => {
    const echoing = await echo()
    const passed: [Direction, string][] = []
    const { port, server } = await proxyTo({ host: '127.0.0.1', port: echoing.port }, (direction, chunk) => {
      passed.push([direction, chunk.toString()])
    })
    const socket = connect(port, '127.0.0.1')
    socket.write('hello')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.end()
    server.close()
    echoing.server.close()
    expect(answer.toString()).to.equal('hello')
    expect(passed).to.deep.equal([
      ['there', 'hello'],
      ['back', 'hello'],
    ])
  })

  it('sends one request at a time', async () => {
    const { server, port, cookies } = await serve({ do: 'serve', subject: yardstick, visit: 'resumed write', observed: 0 })
    const { half, most } = await askInTurn({ do: 'ask', port, cookies, warmUp: 1, timed: 20 })
    server.close()
    expect(half).to.be.above(0)
    expect(most).to.be.at.least(half)
  })

  it('does not count an error as a response', async () => {
    const { server, port } = await serve({ do: 'serve', subject: yardstick, visit: 'resumed read', observed: 0 })
    const asked = await askInTurn({ do: 'ask', port, cookies: ['nobody=1'], warmUp: 0, timed: 1 }).catch((err: Error) => err.message)
    server.close()
    expect(asked).to.equal('the server answered 500')
  })

  const SENT: Readonly<Record<EngineName, { readonly first: string; readonly command: string }>> = {
    Redis: { first: '', command: '*2\r\n$3\r\nGET\r\n$1\r\na\r\n' },
    // A startup message with its length, a Parse, and a Sync
    PostgreSQL: { first: '\0\0\0\x08\0\x03\0\0', command: 'P\0\0\0\x05SS\0\0\0\x04' },
    // The reply to the greeting is the second packet, and so is the reply to a command
    MariaDB: { first: '\x01\0\0\x01x', command: '\x01\0\0\0\x0e\x01\0\0\x01y' },
  }

  for (const [engine, { first, command }] of Object.entries(SENT)) {
    it(`counts the requests to ${engine}, for any division into chunks`, () => {
      const sent = Buffer.from(first + command + command, 'latin1')
      const inOne = COUNTERS[engine as EngineName]()
      expect(inOne(sent)).to.equal(2)
      if (engine === 'Redis') return
      const byBytes = COUNTERS[engine as EngineName]()
      expect(Array.from(sent, byte => byBytes(Buffer.of(byte))).reduce((sum, asked) => sum + asked)).to.equal(2)
    })
  }

  for (const engine of engines) {
    describe(`with sessions in ${engine.name}`, () => {
      NEEDS[engine.name]()
      const prefix = `resession_test_${randomBytes(8).toString('hex')}`
      const place = { engine: engine.name, url: engine.url, prefix }
      let line: Line
      before(async () => (line = await engine.connect(engine.url)))
      afterEach(async () => line.clear(prefix))
      after(async () => line.close())

      for (const name of plans.full.distant.visits) {
        for (const subject of subjectsFar(engine.name, distantSubjects)) {
          it(`responds and stores in the ${name} visit of ${subject.name} as with a memory store`, async () => {
            const few = { observed: OBSERVED, warmUp: 0, timed: 1 }
            const expected = await timeSite(await openSite(yardstick, visitNamed(name)), few)
            const { site, end } = await distantSite(subject, name, place)
            const result = await timeSite(site, few)
            end()
            mustAgree(name, subject, result, expected)
          })
        }
      }
    })
  }
})

async function echo(): Promise<{ server: Server; port: number }> {
  const server = createServer(socket => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** From the sources: this test does not depend on a build. */
async function distantSite(subject: Subject, visit: string, place: StorePlace) {
  const ours = subject.module === 'resession' && { module: require.resolve('../../lib') }
  const atomic = subject.atomic !== undefined && { atomic: require.resolve('../../lib/atomic') }
  const site = await openSite({ ...subject, ...ours, ...atomic }, visitNamed(visit), place)
  return { site, end: () => site.close?.() }
}
