import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { connect } from '../support/connect-host'
import { data } from '../support/handlers'
import { randomOf } from '../support/shuffling-store'
import type { Handler, Host, Req } from '../support/host'
import { HOSTS } from '../support/hosts'
import type { SessionOptions } from '../support/subject'
import { useUncaught } from '../support/uncaught'
import { turns } from '../support/wire'
import { FAULTS, WRITES_AND_FAILS, type Fault } from './faults'
import { answerError, counted, Line, lineServer } from './line'
import { handle } from './requests'
import { SERVERS, useClients } from './servers'
import { asStore, breakStore, ComparingStore, PlainStore, type Method } from './stores'

/** Ways to respond. */
const ANSWERS: ((res: ServerResponse, req: Req) => unknown)[] = [
  res => res.end('saved'),
  res => (res.write('sa'), res.end('ved')),
  res => (res.writeHead(200, { 'X-Saved': 'yes' }), res.end('saved')),
  res => (res.writeHead(302, { Location: '/' }), res.write('sa'), res.end('ved')),
  res => (res.flushHeaders(), res.end('saved')),
  res => (res.setHeader('Content-Length', 5), res.end('saved')),
  (res, req) => (void req.session.save(), res.end('saved')),
  res => void setImmediate(() => res.end('saved')),
]

/** The faults that fail at once. */
const BROKEN = Object.values(FAULTS).filter(({ failure, slow }) => failure === 'no disk' && !slow)

/** After a failed write, a store with compareAndSet is read again; a write that was carried out is no failure. */
const UNMADE = BROKEN.filter(fault => !WRITES_AND_FAILS.includes(fault))

/** Runs a site whose store cannot write, each time with another fault and another way to respond. */
async function failedSaves(
  server: string,
  [Store, method, faults]: readonly [typeof PlainStore, Method, typeof BROKEN],
): Promise<{ statuses: Set<number>; cookies: number }> {
  const store = new Store()
  let asked = 0
  const answer: Handler = (req, res) => {
    data(req).user = asked
    return ANSWERS[asked % ANSWERS.length]?.(res, req)
  }
  const options = { saveErrors: 'fail', rolling: true, store: asStore(store) } as const
  const client = await (SERVERS[server] as (typeof SERVERS)[string]).serve({ options, handler: answer, fail: answerError })
  const statuses = new Set<number>()
  let cookies = 0
  for (; asked < 130; asked++) {
    const mend = breakStore(store, method, faults[Math.floor(asked / ANSWERS.length) % faults.length] as Fault)
    const { status, cookie } = await client.ask('/').reply
    statuses.add(status)
    cookies += Number(cookie !== undefined)
    mend()
  }
  client.close()
  return { statuses, cookies }
}

/** A site whose requests all use lines. */
function lines(host: Host, store: PlainStore, handler: Handler, options: Partial<SessionOptions> = {}): () => Line {
  const server = lineServer({ options: { ...options, store: asStore(store) }, handler, fail: answerError }, host)
  return () => new Line(server)
}

describe('faults: thousands of requests', () => {
  const uncaught = useUncaught()
  useClients()
  afterEach(() => expect(uncaught).to.deep.equal([]))

  for (const server of Object.keys(SERVERS)) {
    it(`1,000 failed saves with saveErrors fail have status 500 and no cookies: ${server}, 260 of them`, async () => {
      const outcome = { statuses: new Set([500]), cookies: 0 }
      expect(await failedSaves(server, [PlainStore, 'set', BROKEN])).to.deep.equal(outcome)
      expect(await failedSaves(server, [ComparingStore, 'compareAndSet', UNMADE])).to.deep.equal(outcome)
    }).timeout(10_000)
  }

  it('30 percent failed reads of 3,000 requests give as many anonymous requests, and no client loses its cookie', async () => {
    const random = randomOf(30)
    const store = new PlainStore()
    const newLine = lines(connect, store, handle, { onStoreError: 'anonymous', rolling: true })
    const line = newLine()
    const visitors: { cookie: string; views: number }[] = []
    for (let i = 0; i < 50; i++) visitors.push({ cookie: (await line.ask('/count')).cookie as string, views: 1 })

    store.asked.splice(0)
    let written = 0
    for (let i = 0; i < 3000; i++) {
      const visitor = visitors[i % visitors.length] as (typeof visitors)[number]
      const broken = random() < 0.3
      const mend = broken ? breakStore(store, 'get', BROKEN[i % BROKEN.length] as Fault) : (): void => {}
      if (!broken) written++
      const expected = broken ? { body: '1', cookie: undefined } : { body: String(++visitor.views), cookie: visitor.cookie }
      expect(await line.ask('/count', visitor.cookie)).to.deep.equal({ status: 200, ...expected })
      mend()
    }
    expect(store.asked.filter(method => method !== 'get')).to.deep.equal(Array(written).fill('set'))
    for (const { cookie, views } of visitors) expect(await line.ask('/show', cookie)).to.include({ body: String(views), cookie })
    expect(store.records).to.have.property('size', 50)
  }).timeout(120_000)

  for (const [name, host] of Object.entries(HOSTS)) {
    it(`10,000 requests with a store that calls back up to three times are handled 10,000 times: ${name}`, async () => {
      const random = randomOf(10)
      const store = new PlainStore()
      const handler = counted(handle)
      const newLine = lines(host, store, handler)
      const all = Array.from({ length: 20 }, newLine)
      const cookies = await Promise.all(all.map(async line => (await line.ask('/count')).cookie))
      breakStore(store, 'get', {
        act: (good, done) => {
          for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
            if (random() < 0.5) done(...good())
            else setImmediate(() => done(...good()))
          }
        },
      })
      handler.count = 0
      const paths = ['/show', '/count', '/regenerate']
      const visits = all.map(async (line, index) => {
        for (let i = 0; i < 500; i++) {
          const reply = await line.ask(paths[i % 3] as string, cookies[index])
          expect(reply.status).to.equal(200)
          cookies[index] = reply.cookie ?? cookies[index]
        }
      })
      await Promise.all(visits)
      await turns()
      expect(handler.count).to.equal(10_000)
    }).timeout(120_000)
  }
})
