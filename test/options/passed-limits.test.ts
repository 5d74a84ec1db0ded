import { expect } from 'chai'
import { authenticated, update } from '../../lib'
import { Strings, Told } from '../koa/told'
import { useClock } from '../support/clock'
import { EngineStore } from '../support/engine-store'
import { count, routes, show } from '../support/handlers'
import type { Host, Req } from '../support/host'
import { onEachHost } from '../support/hosts'
import { siteOn, type Handler, type Site } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const IDLE = 30 * MINUTE

const engine = (touch: 'ttl' | 'record' | 'none') => (): Store => new EngineStore({ touch, expires: false }).asStore

const comparing = (): Store => Object.assign(new VersionedStore(new Map()), { returnsExpired: true }) as never

/** Limits on stores that return records whose end has passed. */
const LIMITS: Readonly<Record<string, readonly [options: Partial<SessionOptions>, store: () => Store, koa?: true]>> = {
  'idleTimeout on a store without touch': [{ idleTimeout: IDLE }, engine('none')],
  'idleTimeout on a store that compares': [{ idleTimeout: IDLE }, comparing],
  'idleTimeout on a store of promises': [{ idleTimeout: IDLE }, () => new Told() as never, true],
  'idleTimeout on a store of JSON': [{ idleTimeout: IDLE }, () => new Strings() as never, true],
  'absoluteTimeout on a store whose touch moves only a TTL': [{ absoluteTimeout: IDLE }, engine('ttl')],
  'absoluteTimeout on a store that compares': [{ absoluteTimeout: IDLE }, comparing],
  'cookie.maxAge on a store of promises': [{ cookie: { maxAge: IDLE } }, () => new Told() as never, true],
}

type Act = (req: Req) => Promise<unknown>

const CALLS: Readonly<Record<string, Act>> = {
  reload: req => req.session.reload() as unknown as Promise<void>,
  'session.update': req => update(req, draft => void Object.assign(draft, { late: true })),
  'regenerate with keep': req => (req.session as unknown as { regenerate(options: object): Promise<void> }).regenerate({ keep: true }),
}

const WITH_LIMITS: Readonly<Record<string, Act>> = { ...CALLS, 'session.authenticated': authenticated }

/** A moment in a handler. */
class Pause {
  reached = (): void => {}
  goOn = (): void => {}
  readonly isReached = new Promise<void>(resolve => (this.reached = resolve))
  readonly #isOver = new Promise<void>(resolve => (this.goOn = resolve))

  async here(): Promise<void> {
    this.reached()
    await this.#isOver
  }
}

/** A request that stays open, as a WebSocket does. @returns what becomes of the call after the limit */
async function callLater(
  host: Host,
  options: Partial<SessionOptions>,
  act: Act,
  wait: () => void,
): Promise<[outcome: unknown, next: string]> {
  const pause = new Pause()
  let outcome: unknown
  const socket: Handler = async req => {
    await pause.here()
    outcome = await act(req).then(
      () => 'done',
      (err: { code?: string }) => err.code ?? err,
    )
    req.socket.destroy()
  }
  const client = siteOn(host, options, routes({ '/': count, '/socket': socket })).visitor()
  await client.get()
  const open = client.get('/socket').catch(() => {})
  await pause.isReached
  wait()
  pause.goOn()
  await open
  return [outcome, (await client.get()).text]
}

onEachHost('options: idleTimeout and absoluteTimeout, when the limit has passed', host => {
  const clock = useClock()

  for (const [what, [options, make, isKoa]] of Object.entries(LIMITS)) {
    if (isKoa && host.framework !== 'Koa') continue
    const given = (): Partial<SessionOptions> => ({ store: make(), ...options })
    for (const [call, act] of Object.entries(options.cookie ? CALLS : WITH_LIMITS)) {
      it(`${call} of an open WebSocket finds no session, and does not revive it: ${what}`, async () => {
        expect(await callLater(host, given(), act, () => clock.turn(IDLE))).to.deep.equal(['ERR_SESSION_NOT_FOUND', '1'])
      })

      it(`${call} of an open WebSocket works before: ${what}`, async () => {
        const [outcome] = await callLater(host, given(), act, () => clock.turn(IDLE - 1))
        expect(outcome).to.equal('done')
      })
    }
  }

  const slowly = async (store: Store, meanwhile: (client: ReturnType<Site['browser']>) => Promise<unknown>): Promise<string> => {
    const pause = new Pause()
    const handlers: Record<string, Handler> = { '/': count, '/read': show }
    const site = siteOn(host, { store, rolling: true, idleTimeout: IDLE }, async (req, res) => {
      if (req.headers['x-slow']) await pause.here()
      return routes(handlers)(req, res)
    })
    const client = site.browser()
    await client.get()
    // A store whose touch writes the record is recognized by a touch
    clock.turn(2 * MINUTE)
    for (let visit = 0; visit < 2; visit++) await client.get('/read')
    const slow = client.get('/', { 'X-Slow': 'yes' })
    await pause.isReached
    await meanwhile(client)
    clock.turn(IDLE)
    pause.goOn()
    expect((await slow).status).to.equal(200)
    expect(site.errors).to.deep.equal([])
    return (await client.get()).text
  }

  it('a request that began before is answered, and a plain store takes its save', async () => {
    expect(await slowly(engine('none')(), () => Promise.resolve())).to.equal('3')
  })

  it('a request that began before is answered, and its save is dropped on a store that compares', async () => {
    expect(await slowly(comparing(), () => Promise.resolve())).to.equal('1')
  })

  for (const touch of ['none', 'record'] as const) {
    it(`a request that began before reads what another one has saved, and finds no session: touch is ${touch}`, async () => {
      expect(await slowly(engine(touch)(), client => client.get())).to.equal('1')
    })
  }

  it('a later authentication by another request keeps the session', async () => {
    const store = engine('ttl')()
    const pause = new Pause()
    const handlers = routes({
      '/': count,
      '/again': async (req, res) => (await authenticated(req), res.end('done')),
      '/slow': async (req, res) => {
        await pause.here()
        res.end(await CALLS['session.update']?.(req).then(() => 'done', String))
      },
    })
    const client = siteOn(host, { store, absoluteTimeout: HOUR }, handlers).browser()
    await client.get()
    const slow = client.get('/slow')
    await pause.isReached
    clock.turn(HOUR / 2)
    await client.get('/again')
    clock.turn(HOUR / 2)
    pause.goOn()
    expect((await slow).text).to.equal('done')
    expect((await client.get()).text).to.equal('2')
  })
})
