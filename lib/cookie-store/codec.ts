import { checkSecrets, validSecrets, type AnySecret, type Secret } from '../primitives/secrets'
import { Seal, sealingKeys } from '../primitives/seal'

/** Wraps an error of the app's own codec, so that it is passed on to the app. */
export class Undecodable {
  constructor(readonly reason: unknown) {}
}

/** The text of a session in a cookie: signed, sealed, or as an app has it. */
export interface Codec {
  /**
   * Encodes a session's data as the value of a cookie.
   *
   * @param secrets the first one signs
   */
  encode(data: object, secrets: readonly Secret[]): string
  /** @throws if the value cannot be decoded */
  decode(value: string, secrets: readonly Secret[]): object
  /** Whether a decodable value was sealed with another secret than the first one. */
  isOutdated?(value: string, secrets: readonly Secret[]): boolean
}

/** JSON in an encoding that a cookie may hold: base64 as in koa-session, base64url, which needs no escapes, or plain text to be sealed. */
export function jsonIn(encoding: 'base64' | 'base64url' | 'utf8'): Codec {
  return {
    encode: data => Buffer.from(JSON.stringify(data)).toString(encoding),
    decode: value => JSON.parse(Buffer.from(value, encoding).toString('utf8')) as object,
  }
}

/**
 * Seals what another codec encodes, for the cookie of this name.
 *
 * @param seal the secrets to seal with; `true` uses those that sign
 * @throws TypeError for an invalid secret
 */
export function sealing({ encode, decode }: Codec, seal: true | Secret | AnySecret[], name: string): Codec {
  const keys = sealingKeys()
  const own = seal === true ? undefined : checkSecrets(seal)
  const keysOf = (secrets: readonly Secret[]): readonly Secret[] => (own ? validSecrets(own) : secrets)
  const sealOf = (secrets: readonly Secret[]): Seal => new Seal(keysOf(secrets), name, keys)
  return {
    encode: (data, secrets) => sealOf(secrets).seal(encode(data, secrets)),
    decode(value, secrets) {
      const opened = sealOf(secrets).unseal(value)
      if (opened === undefined) throw new Error('not encrypted with any of the secrets')
      return decode(opened, secrets)
    },
    isOutdated(value, secrets) {
      const all = keysOf(secrets)
      return all.length > 1 && new Seal(all.slice(0, 1), name, keys).unseal(value) === undefined
    },
  }
}
