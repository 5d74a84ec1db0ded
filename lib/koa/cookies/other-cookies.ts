import { MOST_CHARACTERS, MOST_TRIED, valuesIn } from '../../primitives/cookie-pairs'
import type { Context } from '../context'
import { linesOf } from './set-cookie-lines'

/** As much as is used of a Keygrip. */
interface Keys {
  verify(data: string, digest: string): boolean
}

/** A value that a client has sent, by how many before it are passed over. */
export type OtherCookie = (ctx: Context, after: number) => string | undefined

/**
 * `ctx.cookies` knows only the first of several cookies of one name, and the first signature. A client sends several after a change of path or domain.
 *
 * @param isSigned whether a value counts only under one of the signatures that were sent
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

/** Each costs an HMAC for each key, as far as the characters go. */
const MOST_SIGNED = MOST_TRIED * MOST_CHARACTERS

/** The values that one of the signatures holds for. */
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

/** The line by which `ctx.cookies` has removed or renewed the signature of the first value would make that of the other one wrong. */
function withdrawSignature(ctx: Context, name: string): void {
  const lines = linesOf(ctx)
  const kept = lines.filter(line => !line.startsWith(`${name}.sig=`))
  if (kept.length < lines.length) ctx.res.setHeader('Set-Cookie', kept)
}
