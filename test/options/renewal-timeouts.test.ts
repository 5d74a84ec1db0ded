import { expect } from 'chai'
import { useClock } from '../support/clock'
import { ComparingEngineStore, EngineStore } from '../support/engine-store'
import { count, data, routes, show, shown } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { siteOn, type Site, type Visitor } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { useTimers } from '../support/timers'

const HOUR = 3_600_000
const TIMEOUT = 500

const STORES = { 'a store that compares': ComparingEngineStore, 'a plain store': EngineStore } as const
const STEPS = ['the read', 'the write of the new record', 'the end of the old record'] as const

const OPTIONS: Readonly<Record<string, Partial<SessionOptions>>> = {
  renewAfter: {},
  'renewAfter and userId': { userId: () => 'ada' },
  'renewAfter and hashIds': { hashIds: true },
}

type Meant = (method: string, id: string, old: string) => boolean

/** Which call of a renewal is meant. */
function callOf(step: (typeof STEPS)[number]): Meant {
  let reads = 0
  if (step === 'the read') return method => method === 'get' && ++reads === 2
  return (method, id, old) => method !== 'get' && (id === old) === (step === 'the end of the old record')
}

const isSession = (id: string): boolean => !id.startsWith('u!')

/** Loses one call about a session: it is not carried out, and not answered. @returns a promise for that call */
async function lose(store: EngineStore, meant: Meant): Promise<void> {
  const old = [...store.rows.keys()].find(isSession) as string
  let isLost = false
  return new Promise(resolve => {
    for (const method of ['get', 'set', 'destroy', 'compareAndSet']) {
      const real = (store as unknown as Record<string, ((...args: unknown[]) => void) | undefined>)[method]
      const call = (id: string, ...rest: unknown[]): void => {
        if (isLost || !isSession(id) || !meant(method, id, old)) return real?.call(store, id, ...rest)
        isLost = true
        resolve()
      }
      if (real) Object.assign(store, { [method]: call })
    }
  })
}

interface Rotating {
  regenerate(options: { keep: unknown }): Promise<unknown>
}

onEachHost('options: renewAfter, if the store does not answer', host => {
  const clock = useClock()
  const timers = useTimers()
  /** Called when the handler of /put runs, with a function that lets it go on. */
  let putting: (goOn: () => void) => void

  const handlers = routes({
    '/': count,
    '/read': show,
    '/put': async (req, res) => {
      await new Promise<void>(goOn => putting(goOn))
      data(req).put = true
      res.end()
    },
    '/keep': async (req, res) => {
      const { id } = req.session
      const error = await (req.session as unknown as Rotating).regenerate({ keep: true }).catch((err: unknown) => err)
      data(req).error = (error as { code?: string }).code
      res.end(String(req.session.id === id))
    },
  })

  const start = async (store: EngineStore, options: Partial<SessionOptions>): Promise<{ site: Site; client: Visitor }> => {
    const site = siteOn(host, { store: store.asStore, storeTimeout: TIMEOUT, clearCookie: true, ...options }, handlers)
    const client = site.visitor()
    await client.get()
    clock.turn(HOUR)
    return { site, client }
  }

  for (const [what, Kind] of Object.entries(STORES)) {
    for (const step of STEPS) {
      for (const [how, options] of Object.entries(OPTIONS)) {
        it(`keeps the old ID, and the changes of the request: ${how}, ${step}, on ${what}`, async () => {
          const store = new Kind({ touch: 'ttl', expires: true })
          const { site, client } = await start(store, { renewAfter: HOUR, ...options })
          const before = client.cookie
          const isLost = lose(store, callOf(step))
          const answer = client.get()
          await isLost
          timers.turn(TIMEOUT)
          expect((await answer).text).to.equal('2')
          expect(client.cookie).to.equal(before)
          expect((await client.get()).text).to.equal('3')
          expect(client.cookie).to.not.equal(before)
          expect(site.errors).to.deep.equal([])
        })
      }

      it(`keeps the changes of this request and another one: regenerate with keep, ${step}, on ${what}`, async () => {
        const store = new Kind({ touch: 'ttl', expires: true })
        const { site, client } = await start(store, {})
        const { cookie } = client
        const began = new Promise<() => void>(resolve => (putting = resolve))
        const put = Object.assign(site.visitor(), { cookie }).get('/put')
        const goOn = await began
        const isLost = lose(store, callOf(step))
        const kept = client.get('/keep')
        await isLost
        timers.turn(TIMEOUT)
        expect((await kept).text).to.equal('true')
        goOn()
        await put
        expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 1, error: 'ERR_STORE_TIMEOUT', put: true })
        expect(site.errors).to.deep.equal([])
      })
    }
  }
})
