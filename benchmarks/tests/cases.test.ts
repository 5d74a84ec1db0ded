import type { ServerResponse } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { BrokenCase, mustAgree, mustAllAgree, mustBeSame } from '../equality'
import { fillStore } from '../measured/fill-store'
import { load as loadServer } from '../measured/http-client'
import { serve } from '../measured/http-server'
import { timeInProcess, timesOf, timeSite, type InProcessResult } from '../measured/in-process'
import { openSite } from '../measured/open-site'
import { record } from '../measured/record'
import { connectSite, load, type SessionModule, type Site } from '../measured/site'
import { subjects, subjectsAt, YARDSTICK, yardstickOf, type Subject } from '../measured/subjects'
import { visitNamed, visits, type Visit } from '../measured/visits'
import { OBSERVED } from '../plans'

const few = { observed: OBSERVED, warmUp: 2, timed: 5 }
/** From the sources: this test does not depend on a build. */
const ours = load(require.resolve('../../lib'))
const SOURCES: Record<string, string> = { resession: require.resolve('../../lib'), 'resession/koa': require.resolve('../../lib/koa') }
const sourceOf = (module: string) => SOURCES[module] ?? module
const fromSource = ({ module, storeModule, ...subject }: Subject): Subject => ({
  ...subject,
  ...(module !== undefined && { module: sourceOf(module) }),
  ...(storeModule !== undefined && { storeModule: sourceOf(storeModule) }),
})
const subjectNamed = (name: string) => subjects.find(subject => subject.name === name) as Subject
const yardstick = subjectNamed(YARDSTICK)
const time = async (subject: Subject, visit: Visit) => timeSite(await openSite(fromSource(subject), visit), few)

describe('The cases of the benchmark', function () {
  // A hundred clients for each of up to three sites: slow on a busy machine
  this.timeout(20_000)

  for (const visit of visits) {
    for (const subject of subjectsAt(visit)) {
      it(`time the ${visit.name} visit of ${subject.name} in process, with the right responses`, async () => {
        const result = await time(subject, visit)
        const yardsticks = new Set([yardstick, subjectNamed(yardstickOf(subject))])
        const all = new Map<Subject, InProcessResult>()
        for (const yardstick of yardsticks) all.set(yardstick, await time(yardstick, visit))
        mustAllAgree(visit.name, all.set(subject, result))
        expect(result.microseconds).to.be.above(0)
      })
    }
  }

  for (const visit of visits) {
    it(`serve the ${visit.name} visit over HTTP as in process`, async () => {
      const expected = await timeSite(await openSite(yardstick, visit), few)
      for (const subject of subjectsAt(visit)) {
        const { server, before } = await serve({ do: 'serve', subject: fromSource(subject), visit: visit.name, observed: OBSERVED })
        server.close()
        mustAgree(visit.name, subject, { before }, { before: expected.before })
      }
    })
  }

  it('are all checked in one process, with the right number of requests', async () => {
    const names = visits.filter(visit => subjectsAt(visit, [yardstick]).length > 0).map(({ name }) => name)
    const results = await timeInProcess({ do: 'time', subject: yardstick, visits: names, ...few })
    for (const [at, name] of names.entries()) mustBeSame(name, results[at]?.before, (await time(yardstick, visitNamed(name))).before)
  })

  it('have fewer requests if these are slow, and as many warm-up requests if only the data is large', () => {
    const counts = { warmUp: 1000, timed: 1000 }
    expect(timesOf(yardstick, visitNamed('resumed read'), counts)).to.deep.equal(counts)
    expect(timesOf(yardstick, visitNamed('resumed read, 20 KB'), counts)).to.deep.equal({ warmUp: 1000, timed: 200 })
    expect(timesOf(subjectNamed('iron-session'), visitNamed('resumed read'), counts)).to.deep.equal({ warmUp: 100, timed: 100 })
  })

  it('never put large data into a cookie', () => {
    const large = visits.filter(({ bytes }) => bytes > 1000)
    expect(large).to.have.lengthOf(4)
    for (const visit of large)
      expect(subjectsAt(visit).map(({ name }) => name)).to.deep.equal(['none', 'resession', 'express-session', 'manual'])
  })

  it('count the responses of a server', async () => {
    const { server, port, cookies } = await serve({ do: 'serve', subject: yardstick, visit: 'resumed read', observed: 0 })
    const result = await loadServer({ do: 'load', port, cookies: cookies.slice(0, 2), seconds: 0.2 })
    server.close()
    expect(result.requests).to.be.above(0)
    expect(result.failures).to.equal(0)
  })

  it('measure the memory of a memory store, which has the written sessions', async () => {
    setFlagsFromString('--expose-gc')
    global.gc ??= runInNewContext('gc') as NonNullable<typeof global.gc>
    const fill = (subject: Subject) => fillStore({ do: 'fill', subject: fromSource(subject), sessions: 200, bytes: 200 })
    const { last } = await fill(subjectNamed('resession'))
    expect(last).to.have.property('user')
    mustBeSame('memory', last, (await fill(yardstick)).last)
  })

  it('have data of the given size', () => {
    for (const { name, bytes } of visits) expect(JSON.stringify(record(bytes, 7)), name).to.have.lengthOf(bytes)
    for (const { act, bytes } of visits) {
      const session = {} as Parameters<typeof act>[0]
      try {
        act(session)
      } catch {
        continue // Reads what newcomers have not
      }
      if (session.user) expect(JSON.stringify(session)).to.have.lengthOf(bytes)
    }
  })
})

describe('The equality of the responses', function () {
  this.timeout(20_000)

  /** Subjects that behave differently, and a visit that shows it. */
  const broken: readonly (readonly [what: string, visit: string, make: (visit: string) => Promise<Site>])[] = [
    ['sends another body', 'resumed read', visit => disturbed(visit, res => replaceEnd(res, body => body.toUpperCase()))],
    ['sends another status', 'anonymous', visit => disturbed(visit, res => (res.statusCode = 203))],
    ['sends a header of its own', 'anonymous', visit => disturbed(visit, res => res.setHeader('X-Powered-By', 'sessions'))],
    ['sets a cookie of its own', 'resumed read', visit => disturbed(visit, res => res.setHeader('Set-Cookie', 'mine=1'))],
    ['leaves an attribute out of the cookie', 'first write', visit => configured(visit, { cookie: { httpOnly: false } })],
    ['sets no cookie', 'first write', visit => disturbed(visit, res => (res.setHeader = ignoring(res.setHeader, 'Set-Cookie')))],
    ['saves what nobody changed', 'anonymous', visit => configured(visit, { saveUninitialized: true })],
    ['saves nothing', 'resumed write', visit => configured(visit, {}, Forgetful)],
    ['does not know who comes back', 'resumed read', visit => configured(visit, { secret: 'another' })],
  ]

  for (const [what, visit, make] of broken) {
    it(`refuses a subject that ${what}`, async () => {
      const expected = await timeSite(await openSite(yardstick, visitNamed(visit)), few)
      const result = await timeSite(await make(visit), few)
      const agree = () => mustAgree(visit, subjectNamed('resession'), result, expected)
      expect(agree).to.throw(BrokenCase, visit)
    })
  }

  it('refuses a cookie that its own yardstick does not set', async () => {
    const visit = visitNamed('resumed read')
    const ours = subjectNamed('resession/koa')
    const yardsticks = [yardstick, subjectNamed(yardstickOf(ours))]
    const all = new Map<Subject, InProcessResult>()
    for (const subject of yardsticks) all.set(subject, await time(subject, visit))
    const rolled = await time(ours, { ...visit, options: { rolling: true } })
    mustAgree(visit.name, ours, rolled, all.get(yardstick) as InProcessResult)
    expect(() => mustAllAgree(visit.name, all.set(ours, rolled))).to.throw(BrokenCase, 'resumed read, resession/koa')
  })

  for (const name of ['resession/koa, cookie', 'cookie-session', 'iron-session']) {
    it(`refuses a cookie of ${name} with other data`, async () => {
      const visit = visitNamed('resumed write')
      const expected = await time(yardstick, visit)
      const spoilt = await time(subjectNamed(name), { ...visit, act: session => `${visit.act(session)}${--session.views && ''}` })
      expect(spoilt.before[0]?.answer.body).to.equal(expected.before[0]?.answer.body)
      expect(() => mustAgree(visit.name, subjectNamed(name), spoilt, expected)).to.throw(BrokenCase, 'held')
    })
  }

  for (const name of ['none', 'koa', 'fastify']) {
    it(`refuses the floor ${name} if it does less than the subjects`, async () => {
      const visit = visitNamed('resumed write')
      const expected = await time(yardstick, visit)
      const idle = await time(subjectNamed(name), { ...visit, act: () => 'nothing' })
      expect(() => mustAgree('idle', subjectNamed(name), idle, expected)).to.throw(BrokenCase)
    })
  }
})

class Forgetful extends ours.MemoryStore {
  #seeding = true

  override get(...args: Parameters<InstanceType<typeof ours.MemoryStore>['get']>): void {
    this.#seeding = false
    super.get(...args)
  }

  override set(...[id, session, callback]: Parameters<InstanceType<typeof ours.MemoryStore>['set']>): void {
    if (this.#seeding) super.set(id, session, callback)
    else callback?.()
  }
}

/** Our package, with options that the others do not have. */
function configured(visit: string, options: object, MemoryStore = ours.MemoryStore): Promise<Site> {
  const session: SessionModule = Object.assign((given: object) => ours({ ...given, ...options }), { Cookie: ours.Cookie, MemoryStore })
  return connectSite(session, visitNamed(visit))
}

/** Our package, with a change to each response. */
async function disturbed(visit: string, disturb: (res: ServerResponse) => void): Promise<Site> {
  const site = await configured(visit, {})
  return {
    ...site,
    listener(req, res) {
      disturb(res)
      site.listener(req, res)
    },
  }
}

function replaceEnd(res: ServerResponse, change: (body: string) => string): void {
  const end = res.end.bind(res) as (body: string) => ServerResponse
  res.end = (body: unknown) => end(change(body as string))
}

function ignoring(setHeader: ServerResponse['setHeader'], ignored: string): ServerResponse['setHeader'] {
  return function (this: ServerResponse, name, value) {
    return name === ignored ? this : setHeader.call(this, name, value)
  } as ServerResponse['setHeader']
}
