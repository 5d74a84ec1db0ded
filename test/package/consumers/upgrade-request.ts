import { createServer, type IncomingMessage } from 'node:http'
import session from 'PACKAGE'

/** True of the very same types: `any` is the same as nothing else. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const sessions = session({ secret: 'x' })
const server = createServer()

server.on('upgrade', (req: session.UpgradeRequest, socket) => {
  sessions(req, {}, () => {
    true satisfies Same<typeof req.sessionID, string | undefined>
    true satisfies undefined extends typeof req.session ? true : false
    if (!req.session) return void socket.destroy()
    req.session.reload().then(
      () => socket.write(req.session?.id ?? ''),
      () => socket.destroy(),
    )
  })
})

/** A request of Node is accepted as such a request, and vice versa. */
export const narrowed = (req: IncomingMessage): session.UpgradeRequest => req
export const widened = (req: session.UpgradeRequest): IncomingMessage => req
