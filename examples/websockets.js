const { createServer } = require('node:http')
const express = require('express')
const session = require('resession')
const { WebSocketServer } = require('ws')

// The origin of your site. Browsers send it with each WebSocket
const ORIGIN = process.env.ORIGIN ?? 'http://localhost:3000'

const sessions = session({
  secret: process.env.SESSION_SECRET ?? 'only for trying it out',
  resave: false,
  saveUninitialized: false,
  cookie: { sameSite: 'lax', secure: 'auto' },
})

const app = express()
app.use(sessions)

app.post('/login/:user', async (req, res) => {
  await req.session.regenerate()
  req.session.user = req.params.user
  res.send('logged in\n')
})

app.post('/logout', async (req, res) => {
  await req.session.destroy()
  res.send('logged out\n')
})

const server = createServer(app)
const wss = new WebSocketServer({ noServer: true })

server.on('upgrade', (req, socket, head) => {
  // Without this listener, a client that breaks off ends the process
  socket.on('error', () => socket.destroy())
  // A page of another site must not open a socket with the cookie of the user
  if (req.headers.origin !== ORIGIN) return socket.destroy()
  sessions(req, {}, err => {
    if (err || !req.session?.user) return socket.destroy()
    wss.handleUpgrade(req, socket, head, ws => wss.emit('connection', ws, req))
  })
})

wss.on('connection', (ws, req) => {
  ws.on('error', () => ws.terminate())
  ws.on('message', async () => {
    // Without this try, a rejection ends the process: the user may have logged out in another tab, and the store may be down
    try {
      let count = 0
      await session.update(req, draft => {
        count = draft.messages = (draft.messages ?? 0) + 1
      })
      ws.send(String(count))
    } catch (err) {
      if (err.code === 'ERR_SESSION_NOT_FOUND') ws.close(4401, 'logged out')
      else ws.close(1011, 'try again later')
    }
  })
})

server.listen(process.env.PORT ?? 3000)
