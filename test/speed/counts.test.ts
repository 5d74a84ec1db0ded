import { expect } from 'chai'
import { BYTES, record } from '../../benchmarks/measured/record'
import { USUAL, visitNamed } from '../../benchmarks/measured/visits'
import session = require('../../lib')
import { TracingStore } from '../support/tracing-store'
import { KOAS } from '../koa/koas'
import { CountedSite, POOL, type Counts } from './counts'
import { connectSite, koaSite } from './sites'

/** What Node itself does for an answer without a session. */
const BARE: Counts = {
  parses: 0,
  stringifies: 0,
  definitions: 0,
  hmacs: 0,
  timers: 0,
  fills: 0,
  patches: 0,
  listeners: 0,
  writes: 1,
  lateWrites: 0,
}

/**
 * Every session is one object with a hidden `req` and `id`; every response is held by its writeHead, flushHeaders, write and end. Whoever has answered when
 * his handler returns is not waited for any more: it takes a listener to let go of the others.
 */
const SESSION: Counts = { ...BARE, definitions: 2, patches: 4 }
/** An id: where 128 have been made, the pool of random bytes is filled again. */
const NEW = { fills: 1 }

/** What each visit of the benchmark costs with the in-box store, which answers at once and keeps text. */
const WITH_MEMORY: Readonly<Record<string, Counts>> = {
  // No data, so no JSON; nobody is told of the id, so no signature
  anonymous: { ...SESSION, ...NEW },
  // The data are written once, for the question whether there are any, and go to the store as that text; the signature is the cookie's
  'first write': { ...SESSION, ...NEW, stringifies: 1, hmacs: 1 },
  // What was parsed the last time is copied, and compared with what has become of it; the signature is remembered
  'resumed read': { ...SESSION },
  // What was written to be compared is what is stored
  'resumed write': { ...SESSION, parses: 1, stringifies: 1 },
  // The cookie that is sent anew has the signature that came
  rolling: { ...SESSION },
}

interface Asked extends Counts {
  /** What the store is asked, in order. */
  readonly asked: readonly string[]
}

/** The same with a store that calls back, and has nothing beyond express-session's methods. JSON that it makes itself is counted too. */
const WITH_CALLBACKS: Readonly<Record<string, Asked>> = {
  anonymous: { ...SESSION, ...NEW, asked: [] },
  // The store writes the data out itself
  'first write': { ...SESSION, ...NEW, stringifies: 2, hmacs: 1, asked: ['set'] },
  // The store parses it; what it was has to be written out too, to be compared
  'resumed read': { ...SESSION, parses: 1, stringifies: 2, asked: ['get', 'touch'] },
  'resumed write': { ...SESSION, parses: 1, stringifies: 3, asked: ['get', 'set'] },
  rolling: { ...SESSION, parses: 1, stringifies: 2, asked: ['get', 'touch'] },
}

/** Koa itself listens for the end of the response, and answers when its promises have settled. */
const BARE_KOA: Counts = { ...BARE, patches: 1, listeners: 4, writes: 0, lateWrites: 1 }
/** The session has a hidden cookie too; and three properties are the request's, where middlewares of Connect look for them. */
const KOA_SESSION: Counts = { ...BARE_KOA, definitions: 6 }
/** To let go of a session that is in flight, whatever becomes of the response: 'close'. */
const KOA_IN_FLIGHT = { listeners: BARE_KOA.listeners + 1 }

/** The same on Koa, where `ctx.cookies` signs what is set. */
const ON_KOA: Readonly<Record<string, Counts>> = {
  anonymous: { ...KOA_SESSION, ...NEW },
  'first write': { ...KOA_SESSION, ...NEW, stringifies: 1, hmacs: 1 },
  // The header is remembered
  'resumed read': { ...KOA_SESSION, ...KOA_IN_FLIGHT },
  // Koa's sessions set their cookie with each save
  'resumed write': { ...KOA_SESSION, ...KOA_IN_FLIGHT, parses: 1, stringifies: 1 },
  rolling: { ...KOA_SESSION, ...KOA_IN_FLIGHT },
}

/** After a visit of somebody who has a session of so many bytes. */
async function entered(name: string, open: typeof connectSite, store: session.Store | undefined, bytes = BYTES): Promise<CountedSite> {
  const visit = visitNamed(name)
  const site = new CountedSite(visit, open(visit, store))
  await site.enter(record(bytes))
  return site
}

describe('speed: what a visit does', () => {
  it('is nothing without sessions, but to answer', async () => {
    expect(await (await entered('anonymous', connectSite, undefined)).count(POOL)).to.deep.equal(BARE)
  })

  it('is counted for each visit of the benchmark', () => {
    // Those with more data do no more
    for (const table of [WITH_MEMORY, WITH_CALLBACKS, ON_KOA]) expect(Object.keys(table)).to.have.members([...USUAL])
  })

  for (const [name, counts] of Object.entries(WITH_MEMORY)) {
    it(`is so much and no more, with MemoryStore: ${name}`, async () => {
      const site = await entered(name, connectSite, new session.MemoryStore())
      expect(await site.count(POOL)).to.deep.equal(counts)
    })
  }

  for (const [name, { asked, ...counts }] of Object.entries(WITH_CALLBACKS)) {
    it(`is so much and no more, with a store that calls back: ${name}`, async () => {
      const store = new TracingStore()
      const site = await entered(name, connectSite, store)
      store.trace()
      expect(await site.count(POOL)).to.deep.equal(counts)
      expect(store.trace()).to.deep.equal(Array.from({ length: POOL }, () => asked).flat())
    })
  }

  it('is as much for a session of 20 KB', async () => {
    const site = await entered('resumed write', connectSite, new session.MemoryStore(), 20_000)
    expect(await site.count(POOL)).to.deep.equal(WITH_MEMORY['resumed write'])
  })
})

for (const [version, Koa] of Object.entries(KOAS)) {
  describe(`speed: what a visit does, on ${version}`, () => {
    const open: typeof connectSite = (visit, store) => koaSite(visit, store, Koa)

    it('is what Koa does, without sessions', async () => {
      expect(await (await entered('anonymous', open, undefined)).count(POOL)).to.deep.equal(BARE_KOA)
    })

    for (const [name, counts] of Object.entries(ON_KOA)) {
      it(`is so much and no more, with MemoryStore: ${name}`, async () => {
        const site = await entered(name, open, new session.MemoryStore())
        expect(await site.count(POOL)).to.deep.equal(counts)
      })
    }
  })
}
