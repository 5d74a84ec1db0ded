import type { Io, Socket, Way } from './app'
import type { Sessions, WithSession } from './pages'

const ofRequest = ({ request }: Socket) => request.session

/** Since socket.io 4.6. */
export const engineUse: Way = {
  attach: ({ engine }, sessions) => {
    engine.use(sessions)
    // Else that is for the end of the response, which a websocket has not
    engine.on('connection', ({ request }) => void request.session.save())
  },
  sessionOf: ofRequest,
}

/** Before, with no response to set a cookie in. */
export const ioUse: Way = {
  attach: (io, sessions) => io.use(({ request }, next) => sessions(request, {}, next)),
  sessionOf: ofRequest,
}

type Holding = WithSession & { cookieHolder?: string | undefined }

/** Before too, with the response that socket.io's documentation makes up: all that is asked of it is the cookie. */
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

/** By express-socket.io-session. */
export const shared: Way = {
  attach: (io, sessions, { load }) => io.use(load<Shared>('express-socket.io-session')(sessions, { autoSave: true })),
  sessionOf: ({ handshake }) => handshake.session,
}
