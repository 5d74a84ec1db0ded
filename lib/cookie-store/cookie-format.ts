import type { AnySecret, Secret } from '../primitives/secrets'
import { jsonIn, sealing, type Codec } from './codec'
import type { RecordShape } from './record-format'

/** The format of sessions in a cookie. */
export interface CookieFormat {
  readonly codec: Codec
  readonly shape: RecordShape
  /** The length of the cookie's name and value in bytes. */
  measure(payload: string, secrets: readonly Secret[]): number
}

interface Wanted {
  /** The name of the cookie. */
  readonly name: string
  readonly seal: true | Secret | AnySecret[] | undefined
  /** The encoding of JSON that is not sealed. */
  readonly encoding: 'base64' | 'base64url'
  /** The app's own codec, instead of JSON. */
  readonly codec?: { readonly [Way in keyof Codec]?: Codec[Way] | undefined }
  readonly shape: RecordShape
  /** Converts a payload to the value of a cookie, with the length that it has there. */
  cookieValue(payload: string, secrets: readonly Secret[]): string
}

/** @throws TypeError for an invalid sealing secret */
export function cookieFormat({ name, seal, encoding, codec: own = {}, shape, cookieValue }: Wanted): CookieFormat {
  const json = jsonIn(seal === undefined ? encoding : 'utf8')
  const { encode = json.encode, decode = json.decode } = own
  return {
    codec: seal === undefined ? { encode, decode } : sealing({ encode, decode }, seal, name),
    shape,
    measure: (payload, secrets) => Buffer.byteLength(`${name}=${cookieValue(payload, secrets)}`),
  }
}
