import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { atomicRedis } from '../../lib/atomic'
import { blockWith } from '../support/docs/pages'
import { needsRedis, REDIS } from '../support/engines'
import { session, type Store } from '../support/subject'
import { suiteNeeds } from '../support/suite-needs'

const loadModule = createRequire(__filename)
const PAGE = 'docs/websockets.md'

type Load = (name: string) => unknown

/** The part of a socket of ws or socket.io that is used here. */
interface Socket extends NodeJS.EventEmitter {
  terminate(): void
  disconnect(): void
}

/** A running program of the page. */
class Site {
  cookie = ''

  private constructor(readonly server: Server) {}

  /** @param change of the program, as the page describes it. @param load what it requires */
  static async start(name: string, change = (code: string): string => code, load: Load = loadModule): Promise<Site> {
    const code = change(blockWith(PAGE, `// ${name}`)).replace(/^server\.listen\(.*$/m, 'return server')
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code of the documentation is what is tested
    const program = new Function('require', code) as (load: Load) => Server
    const server = program(name => (name === 'resession' ? session : load(name)))
    await once(server.listen(0), 'listening')
    return new Site(server)
  }

  url(path = '/'): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}${path}`
  }

  async post(path: string): Promise<string> {
    const res = await fetch(this.url(path), { method: 'POST', headers: this.cookie ? { cookie: this.cookie } : {} })
    const set = res.headers.get('set-cookie')
    if (set) this.cookie = set.split(';')[0] as string
    return res.text()
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }
}

const ORIGIN = 'http://localhost:3000'

async function webSocket(site: Site, cookie: string, origin = ORIGIN): Promise<Socket> {
  const { WebSocket } = loadModule('ws') as { WebSocket: new (url: string, options: object) => Socket }
  const socket = new WebSocket(site.url().replace('http', 'ws'), { origin, headers: { cookie } })
  await once(socket, 'open')
  return socket
}

describe('docs/websockets.md: sockets of a session that ends', () => {
  suiteNeeds('the package ws', () => loadModule.resolve('ws'))
  const sites: Site[] = []

  async function start(...args: Parameters<typeof Site.start>): Promise<Site> {
    const site = await Site.start(...args)
    sites.push(site)
    return site
  }

  afterEach(async () => {
    for (const site of sites.splice(0)) await site.stop()
  })

  it('ws: a logout closes the sockets of its session, and no others', async () => {
    const site = await start('close-sockets.js')
    await site.post('/login/bob')
    const other = await webSocket(site, site.cookie)
    site.cookie = ''
    await site.post('/login/ada')
    const sockets = [await webSocket(site, site.cookie), await webSocket(site, site.cookie)]
    const closed = Promise.all(sockets.map(socket => once(socket, 'close')))
    expect(await site.post('/logout')).to.equal('logged out\n')
    expect((await closed).map(([code]) => code as number)).to.deep.equal([4401, 4401])
    expect((other as unknown as { readyState: number }).readyState).to.equal(1)
    other.terminate()
  })

  it('ws: a socket of a session that has ended is refused', async () => {
    const site = await start('close-sockets.js')
    await site.post('/login/ada')
    const { cookie } = site
    await site.post('/logout')
    const err = await webSocket(site, cookie).then(
      () => undefined,
      (err: Error) => err,
    )
    expect(err?.message).to.equal('socket hang up')
  })

  it('ws: a socket of another origin is refused', async () => {
    const site = await start('close-sockets.js')
    await site.post('/login/ada')
    const err = await webSocket(site, site.cookie, 'https://evil.example').then(
      () => undefined,
      (err: Error) => err,
    )
    expect(err?.message).to.equal('socket hang up')
  })

  describe('in two processes', () => {
    needsRedis()
    const clients: ReturnType<typeof createClient>[] = []
    const made: ReturnType<typeof createClient>[] = []
    const prefix = `events:${process.pid}:`

    const connect = (): ReturnType<typeof createClient> => {
      const client = createClient({ url: REDIS })
      client.on('error', () => {})
      clients.push(client as never)
      return client as never
    }

    after(async () => {
      const [client] = clients
      const keys = client ? await client.keys(`${prefix}*`) : []
      if (client && keys.length > 0) await client.del(keys)
      for (const client of [...clients, ...made]) client.destroy()
    })

    /** The module of the page, whose clients end with the suite. */
    function endedEverywhere(): unknown {
      const module = { exports: undefined as unknown }
      const known = { createClient: (options: object) => watched(createClient(options) as never) }
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as above
      const load = new Function('module', 'require', 'process', blockWith(PAGE, '// ended-everywhere.js')) as (...args: unknown[]) => void
      load(module, () => known, { env: { REDIS_URL: REDIS } })
      return module.exports
    }

    function watched(client: ReturnType<typeof createClient>): ReturnType<typeof createClient> {
      made.push(client)
      const duplicate = client.duplicate.bind(client)
      return Object.assign(client, { duplicate: () => watched(duplicate() as never) })
    }

    it('ws: a logout closes the sockets of the other process', async () => {
      const client = connect()
      await client.connect()
      const option = /const on = (.*)\n/.exec(blockWith(PAGE, 'const on ='))?.[1] as string
      const change = (code: string): string => {
        const changed = code.replace('on: { ended: ({ handle }) => close(handle) },', `on: ${option}, store,`)
        expect(changed).to.not.equal(code)
        return `const store = require('store'); const endedEverywhere = require('ended-everywhere'); ${changed}`
      }
      const load: Load = name => {
        if (name === 'store') return atomicRedis(new RedisStore({ client, prefix })) as unknown as Store
        return name === 'ended-everywhere' ? endedEverywhere() : loadModule(name)
      }
      const [one, other] = [await start('close-sockets.js', change, load), await start('close-sockets.js', change, load)]
      while ((await client.pubSubNumSub('sessions.ended'))['sessions.ended'] !== 2) await client.ping()
      await one.post('/login/ada')
      const socket = await webSocket(other, one.cookie)
      const closed = once(socket, 'close')
      await one.post('/logout')
      expect((await closed)[0]).to.equal(4401)
    })
  })

  describe('with socket.io', () => {
    suiteNeeds('the packages socket.io and socket.io-client', () => loadModule.resolve('socket.io-client'))

    function connecting(site: Site, cookie: string, transport: string, origin?: string): Socket {
      const { io } = loadModule('socket.io-client') as { io(url: string, options: object): Socket }
      return io(site.url(), {
        transports: [transport],
        extraHeaders: { cookie, ...(origin && { origin }) },
        reconnection: false,
        forceNew: true,
      })
    }

    async function ioSocket(site: Site, cookie: string, transport: string): Promise<Socket> {
      const socket = connecting(site, cookie, transport)
      await once(socket, 'connect')
      return socket
    }

    for (const transport of ['websocket', 'polling']) {
      it(`${transport}: the program that counts messages disconnects a socket without a login`, async () => {
        const site = await start('count-messages.js')
        const anonymous = connecting(site, '', transport)
        const counts: unknown[] = []
        anonymous.on('count', count => counts.push(count))
        anonymous.emit('message')
        await once(anonymous, 'disconnect')
        await site.post('/login/ada')
        const socket = await ioSocket(site, site.cookie, transport)
        socket.emit('message')
        expect(await once(socket, 'count')).to.deep.equal([1])
        expect(counts).to.deep.equal([])
        socket.disconnect()
      })

      it(`${transport}: a logout closes the sockets of its session, and no others`, async () => {
        const site = await start('close-rooms.js')
        await site.post('/login/bob')
        const other = await ioSocket(site, site.cookie, transport)
        site.cookie = ''
        await site.post('/login/ada')
        const socket = await ioSocket(site, site.cookie, transport)
        const closed = once(socket, 'disconnect')
        await site.post('/logout')
        await closed
        expect((other as unknown as { connected: boolean }).connected).to.equal(true)
        other.disconnect()
      })
    }

    for (const transport of ['websocket', 'polling']) {
      it(`${transport}: a client of another origin is refused`, async () => {
        const site = await start('close-rooms.js')
        await site.post('/login/ada')
        const own = connecting(site, site.cookie, transport, ORIGIN)
        await once(own, 'connect')
        const foreign = connecting(site, site.cookie, transport, 'https://evil.example')
        const [err] = (await once(foreign, 'connect_error')) as [Error]
        expect(err.message).to.match(/^(websocket error|xhr poll error)$/)
        for (const socket of [own, foreign]) socket.disconnect()
      })
    }

    it('a client without a login is disconnected', async () => {
      const site = await start('close-rooms.js')
      await once(connecting(site, '', 'websocket'), 'disconnect')
    })
  })
})
