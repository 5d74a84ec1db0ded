import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect } from 'chai'
import { mustAgree } from '../../benchmarks/equality'
import { proxyTo, type Direction } from '../../benchmarks/measured/proxy'
import { serve } from '../../benchmarks/measured/http-server'
import { askInTurn } from '../../benchmarks/measured/latency-client'
import { openSite } from '../../benchmarks/measured/open-site'
import { timeSite } from '../../benchmarks/measured/in-process'
import { distantSubjects, subjects, YARDSTICK, type Subject } from '../../benchmarks/measured/subjects'
import { visitNamed } from '../../benchmarks/measured/visits'
import { OBSERVED, plans } from '../../benchmarks/plans'
import { connectRedis, REDIS, removeKeys, type RedisClient } from '../../benchmarks/redis'
import { needsRedis } from '../support/engines'

const yardstick = subjects.find(({ name }) => name === YARDSTICK) as Subject

describe('The benchmark far from the store', () => {
  it('passes on what comes, and tells of it before', async () => {
    const echo = createServer(socket => socket.pipe(socket)).listen(0, '127.0.0.1')
    await once(echo, 'listening')
    const passed: [Direction, string][] = []
    const { port, server } = await proxyTo({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port }, (direction, chunk) => {
      passed.push([direction, chunk.toString()])
    })
    const socket = connect(port, '127.0.0.1')
    socket.write('hello')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.end()
    server.close()
    echo.close()
    expect(answer.toString()).to.equal('hello')
    expect(passed).to.deep.equal([
      ['there', 'hello'],
      ['back', 'hello'],
    ])
  })

  it('asks for one thing after the other', async () => {
    const { server, port, cookies } = await serve({ do: 'serve', subject: yardstick, visit: 'resumed write', observed: 0 })
    const { half, most } = await askInTurn({ do: 'ask', port, cookies, warmUp: 1, timed: 20 })
    server.close()
    expect(half).to.be.above(0)
    expect(most).to.be.at.least(half)
  })

  it('does not take an error for an answer', async () => {
    const { server, port } = await serve({ do: 'serve', subject: yardstick, visit: 'resumed read', observed: 0 })
    const asked = await askInTurn({ do: 'ask', port, cookies: ['nobody=1'], warmUp: 0, timed: 1 }).catch((err: Error) => err.message)
    server.close()
    expect(asked).to.equal('the server answered 500')
  })

  describe('with sessions in Redis', () => {
    needsRedis()
    const prefix = `resession-test-${randomBytes(8).toString('hex')}:`
    let client: RedisClient
    before(async () => (client = (await connectRedis()) as RedisClient))
    afterEach(async () => removeKeys(client, prefix))
    after(async () => client.close())

    for (const name of plans.full.distant.visits) {
      for (const subject of distantSubjects) {
        it(`answers and stores at the ${name} visit of ${subject.name} what a memory store does`, async () => {
          const few = { observed: OBSERVED, warmUp: 0, timed: 1 }
          const expected = await timeSite(await openSite(yardstick, visitNamed(name)), few)
          const { site, end } = await distantSite(subject, name, prefix)
          const result = await timeSite(site, few)
          end()
          mustAgree(name, subject, result, expected)
        })
      }
    }
  })
})

/** From source: whether the package is built is not what is tested here. */
async function distantSite(subject: Subject, visit: string, prefix: string) {
  const ours = subject.module === 'resession' && { module: require.resolve('../../lib') }
  const atomic = subject.atomic !== undefined && { atomic: require.resolve('../../lib/atomic') }
  const site = await openSite({ ...subject, ...ours, ...atomic }, visitNamed(visit), { url: REDIS, prefix })
  return { site, end: () => site.close?.() }
}
