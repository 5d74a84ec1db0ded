import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listening } from '../../../test/support/listening'

/** The ID of the app as a client of the provider. */
export const CLIENT = 'app'

/** A minimal OpenID provider that logs Ada in: she has a login there, and consents to everything. */
export class Provider {
  address = ''
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 })

  async open(): Promise<this> {
    this.address = await listening(createServer((req, res) => void this.#answer(req, res)))
    return this
  }

  /** The token that it sends to its clients when Ada logs out elsewhere. */
  logoutToken(): string {
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    return this.#token('logout+jwt', { jti: randomUUID(), events })
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(req.url as string, this.address)
    if (pathname === '/authorize') return void res.writeHead(302, { location: callbackOf(searchParams) }).end()
    const found = pathname === '/token' ? this.#tokens(new URLSearchParams(await text(req))) : this.#published(pathname)
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found))
  }

  #tokens(form: URLSearchParams): object {
    const idToken = this.#token('JWT', { nonce: form.get('code') })
    return { access_token: 'of no value', token_type: 'Bearer', id_token: idToken }
  }

  #published(pathname: string): object {
    if (pathname === '/keys') return { keys: [{ ...this.#keys.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] }
    const { address } = this
    return {
      issuer: address,
      authorization_endpoint: `${address}/authorize`,
      token_endpoint: `${address}/token`,
      jwks_uri: `${address}/keys`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }
  }

  /** A JSON Web Token about Ada, with further claims. */
  #token(typ: string, claims: object): string {
    const now = Math.floor(Date.now() / 1000)
    const payload = { iss: this.address, aud: CLIENT, sub: 'ada', iat: now, exp: now + 600, ...claims }
    const signed = [{ typ, alg: 'RS256' }, payload].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), this.#keys.privateKey).toString('base64url')}`
  }
}

/** The redirect back to the app. The nonce is used as the code, so that it need not be stored. */
function callbackOf(asked: URLSearchParams): string {
  const callback = new URL(asked.get('redirect_uri') as string)
  callback.searchParams.set('code', asked.get('nonce') as string)
  callback.searchParams.set('state', asked.get('state') as string)
  return callback.href
}
