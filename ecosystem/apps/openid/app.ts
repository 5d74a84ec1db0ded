import type { Request, RequestHandler } from 'express'
import { createServer, type RequestListener } from 'node:http'
import { listening } from '../../../test/support/listening'
import type { Room, Store } from '../../integration'
import { CLIENT, Provider } from './provider'

/** The properties of a request from express-openid-connect, which has its own session on the store. */
type OpenidRequest = Request & { oidc: { user?: { sub: string } }; appSession: { basket?: string } }
const openid = (req: Request): OpenidRequest => req as unknown as OpenidRequest

export interface Settings {
  /** The name under which express-openid-connect is loaded. */
  readonly name: string
  readonly store: Store
  /** Further fields of its option `session`. */
  readonly session?: object | undefined
}

/**
 * A site with a login at a provider.
 *
 * @returns its address
 */
export async function openidApp({ load }: Room, provider: Provider, { name, store, session }: Settings): Promise<string> {
  const app = load<typeof import('express')>('express')()
  app.set('env', 'test')
  const address = await listening(createServer(app as RequestListener))
  const { auth } = load<{ auth(options: object): RequestHandler }>(name)
  app.use(
    auth({
      issuerBaseURL: provider.address,
      baseURL: address,
      clientID: CLIENT,
      clientSecret: 'of no value',
      secret: 'of no value either, but long enough',
      authorizationParams: { response_type: 'code', scope: 'openid' },
      authRequired: false,
      backchannelLogout: true,
      session: { store, ...session },
    }),
  )
  app.get('/who', (req, res) => void res.send(openid(req).oidc.user?.sub ?? 'guest'))
  app.get('/put/:what', (req, res) => void res.send((openid(req).appSession.basket = req.params.what)))
  app.get('/basket', (req, res) => void res.send(openid(req).appSession.basket ?? 'empty'))
  return address
}
