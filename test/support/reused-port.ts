import type { Server } from 'node:http'
import net = require('node:net')

/** A port of this process that passes its connections to one HTTP server at a time. */
interface ReusedPort {
  readonly listener: net.Server
  server: Server | undefined
}

/** The ports that no server uses. */
const free: ReusedPort[] = []

/**
 * Makes a server listen on a port that this process has used before, if there is one. A port that has closed connections is not free for a minute
 * (TIME_WAIT), and a suite that listens on a new one for each request takes all 28,000 of them when it runs twice in a minute.
 */
export function reusePort(server: Server): Server {
  let port: ReusedPort | undefined
  const methods: Pick<Server, 'listen' | 'address' | 'close'> = {
    listen: (): Server => {
      if (port) throw new Error('the server listens already')
      port = free.pop() ?? newPort()
      port.server = server
      whenListening(port.listener, () => server.emit('listening'))
      return server
    },
    address: () => (port?.listener.listening ? port.listener.address() : null),
    close: done => {
      if (done) server.once('close', () => done())
      const used = port
      port = undefined
      if (used) free.push(Object.assign(used, { server: undefined }))
      Object.getPrototypeOf(server).close.call(server)
      return server
    },
  }
  return Object.assign(server, methods)
}

function newPort(): ReusedPort {
  // The options that node:http gives its own server
  const listener = net.createServer({ allowHalfOpen: true, noDelay: true })
  const port: ReusedPort = { listener, server: undefined }
  listener.on('connection', socket => {
    if (port.server) port.server.emit('connection', socket)
    else socket.destroy()
  })
  listener.listen(0, '127.0.0.1').unref()
  return port
}

function whenListening(listener: net.Server, act: () => void): void {
  if (listener.listening) process.nextTick(act)
  else listener.once('listening', act)
}
