import { checkSecrets, validSecrets, type AnySecret, type Secret } from '../primitives/secrets'
import { Seal, sealingKeys } from '../primitives/seal'

/** What an app's own codec has thrown, to be told to the app. */
export class Undecodable {
  constructor(readonly reason: unknown) {}
}

export interface Codec {
  /** A session's data as the value of a cookie. @param secrets that sign */
  encode(data: object, secrets: readonly Secret[]): string
  /** @throws for a value that nothing can be made of */
  decode(value: string, secrets: readonly Secret[]): object
  /** Whether a value that can be decoded was sealed with another secret than the first one. */
  isOutdated?(value: string, secrets: readonly Secret[]): boolean
}

/** JSON in what a cookie may hold: koa-session's way, or that of URLs, of which nothing has to be escaped. Or as it is, for a seal. */
export function jsonIn(encoding: 'base64' | 'base64url' | 'utf8'): Codec {
  return {
    encode: data => Buffer.from(JSON.stringify(data)).toString(encoding),
    decode: value => JSON.parse(Buffer.from(value, encoding).toString('utf8')) as object,
  }
}

/**
 * What another codec makes, sealed for the cookie of this name.
 *
 * @param seal the secrets to seal with; `true`: those that sign
 * @throws TypeError for what is no secret
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
    isOutdated: (value, secrets) => new Seal(keysOf(secrets).slice(0, 1), name, keys).unseal(value) === undefined,
  }
}
