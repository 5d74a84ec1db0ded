import { createServer, type IncomingMessage } from 'node:http'
import express from 'express'
import { Server } from 'socket.io'
import { WebSocketServer } from 'ws'
import session, { type Session, type SessionData } from 'PACKAGE'

declare module 'PACKAGE' {
  interface SessionData {
    count: number
  }
}

// As in socket.io's documentation
declare module 'http' {
  interface IncomingMessage {
    session: Session & Partial<SessionData>
  }
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const sessions = session({ secret: 'x', resave: false, saveUninitialized: true })
const app = express().use(sessions)
app.get('/', (req, res) => void res.json(req.session.count))

const server = createServer(app)
const io = new Server(server)
io.engine.use(sessions)
io.use((socket, next) => sessions(socket.request as express.Request, {} as express.Response, next as express.NextFunction))
io.on('connection', socket => {
  const { request } = socket
  true satisfies Same<typeof request.session.count, number | undefined>
  // @ts-expect-error: it is not declared
  request.session.nothing
  socket.join(request.session.id)
  request.session.reload(err => {
    if (err) return void socket.disconnect()
    request.session.count = (request.session.count ?? 0) + 1
    request.session.save()
  })
})

const upgrades = new WebSocketServer({ noServer: true })
server.on('upgrade', (req: IncomingMessage, socket, head) => {
  sessions(req as express.Request, {} as express.Response, () => {
    upgrades.handleUpgrade(req, socket, head, opened => opened.send(String(req.session.count)))
  })
})
