import { MOST_CHARACTERS, MOST_TRIED, valuesIn } from '../../primitives/cookie-pairs'
import type { Context } from '../context'
import { linesOf } from './set-cookie-lines'

/** The part of a Keygrip that is used. */
interface Keys {
  verify(data: string, digest: string): boolean
}

/**
 * A value from the client.
 *
 * @param after the number of values to skip
 */
export type OtherCookie = (ctx: Context, after: number) => string | undefined

/**
 * Reads further cookies of the same name. `ctx.cookies` reads only the first one and the first signature; a client sends several after a change of
 * path or domain.
 *
 * @param isSigned whether a value needs one of the signatures that were sent
 */
export function otherCookies(name: string, isSigned: boolean): OtherCookie {
  return (ctx, after) => {
    const { cookie: header } = ctx.req.headers
    if (header === undefined) return undefined
    const values = valuesIn(header, name)
    if (!isSigned) return values.filter(Boolean)[after]
    const signatures = values.length > 0 ? valuesIn(header, `${name}.sig`) : []
    if (values.length < 2 && signatures.length < 2) return undefined
    const { keys } = ctx.cookies as { keys?: Keys }
    if (typeof keys?.verify !== 'function') return undefined
    const other = verified(values, name, signatures, keys)[after]
    if (other !== undefined) withdrawSignature(ctx, name)
    return other
  }
}

/**
 * The values that have one of the signatures that were sent. For a context without a response: `ctx.cookies` sets a header for a signature that is not
 * of the first key.
 *
 * @returns undefined if the app has an implementation of `ctx.cookies` that does not show its keys
 */
export function signedValues({ req, cookies }: Context, name: string): string[] | undefined {
  const { cookie: header = '' } = req.headers
  const { keys } = cookies as { keys?: Keys }
  if (typeof keys?.verify !== 'function') return undefined
  return verified(valuesIn(header, name), name, valuesIn(header, `${name}.sig`), keys)
}

/** Limits the characters that are signed: each value takes an HMAC per key. */
const MOST_SIGNED = MOST_TRIED * MOST_CHARACTERS

/** The values with a valid signature. */
function verified(values: readonly string[], name: string, signatures: readonly string[], keys: Keys): string[] {
  let characters = 0
  return values.filter(Boolean).filter(value =>
    signatures.some(signature => {
      characters += value.length
      if (characters > MOST_SIGNED) return false
      return keys.verify(`${name}=${value}`, signature)
    }),
  )
}

/**
 * Removes the line with which `ctx.cookies` has cleared or renewed the signature of the first value, because it would replace the signature of the
 * other one.
 */
function withdrawSignature(ctx: Context, name: string): void {
  const lines = linesOf(ctx)
  const kept = lines.filter(line => !line.startsWith(`${name}.sig=`))
  if (kept.length < lines.length) ctx.res.setHeader('Set-Cookie', kept)
}
