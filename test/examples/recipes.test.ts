import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { needsRedisServer } from '../support/engines'
import { redis } from '../support/engine-servers/redis'
import type { ServerProcess } from '../support/engine-servers/server-process'
import { freePort } from '../support/free-port'
import { answerOf } from '../support/program'
import { suiteNeeds } from '../support/suite-needs'

const root = join(__dirname, '../..')

/** A running program of examples/. */
class Program {
  cookie = ''

  private constructor(
    readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(file: string, env: Record<string, string> = {}): Promise<Program> {
    const port = await freePort()
    const child = spawn(process.execPath, [join(root, 'examples', file)], {
      env: { ...process.env, NODE_ENV: 'development', PORT: String(port), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const program = new Program(child, port)
    await answerOf(child, program.url('/none'))
    return program
  }

  get runs(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** Resolves when it next prints an error. */
  async nextError(): Promise<void> {
    await once(this.child.stderr as Readable, 'data')
  }

  url(path: string): string {
    return `http://localhost:${this.port}${path}`
  }

  /** A request of one client, which keeps its cookie. */
  async ask(path: string, method = 'GET'): Promise<[status: number, text: string]> {
    const res = await fetch(this.url(path), { method, headers: this.cookie ? { cookie: this.cookie } : {} })
    const set = res.headers.get('set-cookie')
    if (set) this.cookie = set.split(';')[0] as string
    return [res.status, await res.text()]
  }
}

describe('examples/redis.js, without its Redis', () => {
  needsRedisServer()
  let server: ServerProcess
  let program: Program | undefined

  before(async () => {
    server = await redis()
  })

  afterEach(() => program?.child.kill())
  after(async () => server?.stop())

  /** Waits until the client has reconnected, with growing intervals. */
  async function untilWell(asked: Program): Promise<string> {
    for (;;) {
      const [status, text] = await asked.ask('/')
      if (status === 200) return text
      expect(status).to.equal(503)
      await pause(100)
    }
  }

  it('starts, responds with 503, and works when Redis is available', async () => {
    await server.stop()
    program = await Program.start('redis.js', { REDIS_URL: `redis://127.0.0.1:${server.port}` })
    expect((await program.ask('/'))[0]).to.equal(503)
    expect(program.runs).to.equal(true)
    await server.start()
    expect(await untilWell(program)).to.equal('visit 1\n')
  }).timeout(60_000)

  it('keeps running when Redis stops, and has the session when Redis is back', async () => {
    await server.start()
    program = await Program.start('redis.js', { REDIS_URL: `redis://127.0.0.1:${server.port}` })
    expect(await untilWell(program)).to.equal('visit 1\n')
    // A pending command then fails with the client's own error
    const connectionLost = program.nextError()
    await server.stop()
    await connectionLost
    for (let visit = 0; visit < 3; visit++) expect((await program.ask('/'))[0]).to.equal(503)
    expect(program.runs).to.equal(true)
    await server.start()
    expect(await untilWell(program)).to.equal('visit 2\n')
  }).timeout(60_000)
})

/** The part of a `ws` client that the test uses. */
interface Socket extends NodeJS.EventEmitter {
  send(text: string): void
  terminate(): void
}

describe('examples/websockets.js, without its session', () => {
  suiteNeeds('the package ws', () => require.resolve('ws'))
  let program: Program

  before(async function () {
    this.timeout(20_000)
    program = await Program.start('websockets.js')
  })

  after(() => program?.child.kill())

  async function open(origin = 'http://localhost:3000'): Promise<Socket> {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- it is needed by this suite alone
    const { WebSocket } = require('ws') as { WebSocket: new (url: string, options: object) => Socket }
    const socket = new WebSocket(program.url('/').replace('http', 'ws'), { origin, headers: { cookie: program.cookie } })
    await once(socket, 'open')
    return socket
  }

  async function answer(socket: Socket, text = 'hello'): Promise<string> {
    const told = once(socket, 'message') as Promise<[Buffer]>
    socket.send(text)
    return String((await told)[0])
  }

  it('counts the messages of a user, also of two concurrent sockets', async () => {
    await program.ask('/login/ada', 'POST')
    const [one, other] = [await open(), await open()]
    const counts = await Promise.all([answer(one), answer(other)])
    expect(counts.sort()).to.deep.equal(['1', '2'])
    for (const socket of [one, other]) socket.terminate()
  })

  it('closes the socket of a user who has logged out in another tab, and goes on', async () => {
    await program.ask('/login/ada', 'POST')
    const socket = await open()
    expect(await answer(socket)).to.equal('1')
    expect(await program.ask('/logout', 'POST')).to.deep.equal([200, 'logged out\n'])
    const closed = once(socket, 'close')
    socket.send('hello')
    expect((await closed)[0]).to.equal(4401)
    expect(program.runs).to.equal(true)
    await program.ask('/login/eve', 'POST')
    expect(await answer(await open())).to.equal('1')
  })

  it('refuses a socket without a login, and goes on', async () => {
    program.cookie = ''
    const failed = await open().then(
      () => undefined,
      (err: unknown) => err,
    )
    expect(failed).to.be.instanceOf(Error)
    expect(program.runs).to.equal(true)
  })

  it('refuses a socket of another origin', async () => {
    await program.ask('/login/ada', 'POST')
    const failed = await open('https://evil.example').then(
      () => undefined,
      (err: Error) => err,
    )
    expect(failed?.message).to.equal('socket hang up')
  })

  it('keeps running when a client disconnects', async () => {
    await program.ask('/login/ada', 'POST')
    const socket = await open()
    socket.send('hello')
    socket.terminate()
    expect((await program.ask('/login/bob', 'POST'))[0]).to.equal(200)
    expect(program.runs).to.equal(true)
  })
})
