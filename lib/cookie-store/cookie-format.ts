import type { AnySecret, Secret } from '../primitives/secrets'
import { jsonIn, sealing, type Codec } from './codec'
import type { RecordShape } from './record-format'

/** How sessions look in a cookie. */
export interface CookieFormat {
  readonly codec: Codec
  readonly shape: RecordShape
  /** How many bytes the cookie's name and value will have. */
  measure(payload: string, secrets: readonly Secret[]): number
}

interface Wanted {
  /** The cookie's. */
  readonly name: string
  readonly seal: true | Secret | AnySecret[] | undefined
  /** Of JSON that is not sealed. */
  readonly encoding: 'base64' | 'base64url'
  /** The app's own, in the place of JSON. */
  readonly codec?: { readonly [Way in keyof Codec]?: Codec[Way] | undefined }
  readonly shape: RecordShape
  /** A payload as the value of a cookie, in the bytes that it has there. */
  dress(payload: string, secrets: readonly Secret[]): string
}

/** @throws TypeError for a seal that is no secret */
export function formOf({ name, seal, encoding, codec: own = {}, shape, dress }: Wanted): CookieFormat {
  const json = jsonIn(seal === undefined ? encoding : 'utf8')
  const { encode = json.encode, decode = json.decode } = own
  return {
    codec: seal === undefined ? { encode, decode } : sealing({ encode, decode }, seal, name),
    shape,
    measure: (payload, secrets) => Buffer.byteLength(`${name}=${dress(payload, secrets)}`),
  }
}
