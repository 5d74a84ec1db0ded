import type { Io, Socket, Way } from './app'
import type { Sessions, WithSession } from './pages'

const ofRequest = ({ request }: Socket) => request.session

/** Since socket.io 4.6. */
export const engineUse: Way = {
  attach: ({ engine }, sessions) => {
    engine.use(sessions)
    // Otherwise the end of the response would save it, which a websocket does not have
    engine.on('connection', ({ request }) => void request.session.save())
  },
  sessionOf: ofRequest,
}

/** In earlier versions, without a response for a cookie. */
export const ioUse: Way = {
  attach: (io, sessions) => io.use(({ request }, next) => sessions(request, {}, next)),
  sessionOf: ofRequest,
}

type Holding = WithSession & { cookieHolder?: string | undefined }

/** In earlier versions, with the artificial response of socket.io's documentation: only the cookie is used. */
export const allowRequest: Way = {
  allowRequest: sessions => (req: Holding, callback) => {
    const response = {
      getHeader: () => [],
      setHeader: (_: string, values: string[]) => (req.cookieHolder = values[0]),
      writeHead() {},
    }
    sessions(req, response, () => {
      response.writeHead()
      void req.session.save()
      callback(null, true)
    })
  },
  attach: ({ engine }) =>
    engine.on('initial_headers', (headers, req: Holding) => {
      if (req.cookieHolder) headers['set-cookie'] = req.cookieHolder
      delete req.cookieHolder
    }),
  sessionOf: ofRequest,
}

type Shared = (sessions: Sessions, options: object) => Parameters<Io['use']>[0]

/** With express-socket.io-session. */
export const shared: Way = {
  attach: (io, sessions, { load }) => io.use(load<Shared>('express-socket.io-session')(sessions, { autoSave: true })),
  sessionOf: ({ handshake }) => handshake.session,
}
