import { expect } from 'chai'
import { BYTES, record } from '../../benchmarks/measured/record'
import { USUAL, visitNamed } from '../../benchmarks/measured/visits'
import session = require('../../lib')
import { TracingStore } from '../support/tracing-store'
import { KOAS } from '../koa/koas'
import { CountedSite, POOL, type Counts } from './counts'
import { connectSite, koaSite } from './sites'

/** The operations of Node itself for a response without a session. */
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
 * Every session is one object with a hidden `req`, `id`, `save` and `reload`; every response has a patched writeHead, flushHeaders, write and end. If the handler
 * responds before it returns, nothing waits for the end of the response; otherwise a listener releases the session.
 */
const SESSION: Counts = { ...BARE, definitions: 4, patches: 4 }
/** An ID: the pool of random bytes is filled again after 128 IDs. */
const NEW = { fills: 1 }

/** The operations of each visit of the benchmark with MemoryStore, which is synchronous and stores JSON. */
const WITH_MEMORY: Readonly<Record<string, Counts>> = {
  // No data, so no JSON; the ID is not sent, so no signature
  anonymous: { ...SESSION, ...NEW },
  // The data is serialized once, to check whether it is empty, and stored as that JSON; the signature is that of the cookie
  'first write': { ...SESSION, ...NEW, stringifies: 1, hmacs: 1 },
  // The last parsed data is copied, and compared with its state at the end; the signature is cached
  'resumed read': { ...SESSION },
  // The JSON for the comparison is also stored
  'resumed write': { ...SESSION, parses: 1, stringifies: 1 },
  // The cookie that is sent again has the received signature
  rolling: { ...SESSION },
}

/** The same with `idleTimeout` and `absoluteTimeout`: a new session has a handle too. What is stored beside the data is not serialized. */
const WITH_LIMITS: Readonly<Record<string, Counts>> = {
  ...WITH_MEMORY,
  'first write': { ...SESSION, fills: 2, stringifies: 1, hmacs: 1 },
}
const LIMITS = { idleTimeout: 3_600_000, absoluteTimeout: 86_400_000 }

interface Asked extends Counts {
  /** The store calls, in order. */
  readonly asked: readonly string[]
}

/** The same with a store that calls back, and has only express-session's methods. Its own JSON calls are counted too. */
const WITH_CALLBACKS: Readonly<Record<string, Asked>> = {
  anonymous: { ...SESSION, ...NEW, asked: [] },
  // The store serializes the data itself
  'first write': { ...SESSION, ...NEW, stringifies: 2, hmacs: 1, asked: ['set'] },
  // The store parses it; its original state must be serialized too, for the comparison
  'resumed read': { ...SESSION, parses: 1, stringifies: 2, asked: ['get', 'touch'] },
  'resumed write': { ...SESSION, parses: 1, stringifies: 3, asked: ['get', 'set'] },
  rolling: { ...SESSION, parses: 1, stringifies: 2, asked: ['get', 'touch'] },
}

/** Koa itself listens for the end of the response, and responds when its promises have settled. */
const BARE_KOA: Counts = { ...BARE, patches: 1, listeners: 4, writes: 0, lateWrites: 1 }
/** `session` and `sessionID` are defined on the request of Node, where middlewares of Connect expect them. */
const KOA_SESSION: Counts = { ...BARE_KOA, definitions: 2 }
/** A session has a hidden `req` and `id`, and a hidden reference from the object that the app sees. */
const KOA_OPENED: Counts = { ...KOA_SESSION, definitions: 5 }
/** A 'close' listener releases a session in use, for any end of the response. */
const KOA_IN_FLIGHT: Counts = { ...KOA_OPENED, listeners: BARE_KOA.listeners + 1 }

/** The same on Koa. Keygrip's signature of a new cookie takes two hashes, and no HMAC of Node. */
const ON_KOA: Readonly<Record<string, Counts>> = {
  // Without a cookie, no session is made and no ID is drawn before the app reads or sets something
  anonymous: KOA_SESSION,
  // The app's object refers to the request first, then to the session that is made for the first value
  'first write': { ...KOA_OPENED, ...NEW, definitions: 6, stringifies: 1 },
  // The header is cached
  'resumed read': KOA_IN_FLIGHT,
  // Sessions on Koa set their cookie with each save
  'resumed write': { ...KOA_IN_FLIGHT, parses: 1, stringifies: 1 },
  rolling: KOA_IN_FLIGHT,
}

/** The operations after the first request of a client, whose session has so many bytes. */
async function entered(name: string, open: typeof connectSite, store: session.Store | undefined, bytes = BYTES): Promise<CountedSite> {
  const visit = visitNamed(name)
  const site = new CountedSite(visit, open(visit, store))
  await site.enter(record(bytes))
  return site
}

describe('speed: the operations of a request', () => {
  it('are only those of the response without sessions', async () => {
    expect(await (await entered('anonymous', connectSite, undefined)).count(POOL)).to.deep.equal(BARE)
  })

  it('are counted for each visit of the benchmark', () => {
    // Visits with more data need no more operations
    for (const table of [WITH_MEMORY, WITH_CALLBACKS, ON_KOA]) expect(Object.keys(table)).to.have.members([...USUAL])
  })

  for (const [name, counts] of Object.entries(WITH_MEMORY)) {
    it(`are as listed, with MemoryStore: ${name}`, async () => {
      const site = await entered(name, connectSite, new session.MemoryStore())
      expect(await site.count(POOL)).to.deep.equal(counts)
    })
  }

  for (const [name, counts] of Object.entries(WITH_LIMITS)) {
    it(`are as listed, with MemoryStore and limits: ${name}`, async () => {
      const open: typeof connectSite = (visit, store) => connectSite(visit, store, LIMITS)
      const site = await entered(name, open, new session.MemoryStore())
      expect(await site.count(POOL)).to.deep.equal(counts)
    })
  }

  for (const [name, { asked, ...counts }] of Object.entries(WITH_CALLBACKS)) {
    it(`are as listed, with a store that calls back: ${name}`, async () => {
      const store = new TracingStore()
      const site = await entered(name, connectSite, store)
      store.trace()
      expect(await site.count(POOL)).to.deep.equal(counts)
      expect(store.trace()).to.deep.equal(Array.from({ length: POOL }, () => asked).flat())
    })
  }

  it('are the same for a session of 20 KB', async () => {
    const site = await entered('resumed write', connectSite, new session.MemoryStore(), 20_000)
    expect(await site.count(POOL)).to.deep.equal(WITH_MEMORY['resumed write'])
  })
})

for (const [version, Koa] of Object.entries(KOAS)) {
  describe(`speed: the operations of a request, on ${version}`, () => {
    const open: typeof connectSite = (visit, store) => koaSite(visit, store, Koa)

    it('are those of Koa without sessions', async () => {
      expect(await (await entered('anonymous', open, undefined)).count(POOL)).to.deep.equal(BARE_KOA)
    })

    for (const [name, counts] of Object.entries(ON_KOA)) {
      it(`are as listed, with MemoryStore: ${name}`, async () => {
        const site = await entered(name, open, new session.MemoryStore())
        expect(await site.count(POOL)).to.deep.equal(counts)
      })
    }
  })
}
