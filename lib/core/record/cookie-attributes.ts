import { serialize } from 'cookie'

/** The attributes of a cookie in `Set-Cookie`, except for `Expires`. */
export interface Attributes {
  readonly domain?: string | undefined
  readonly path?: string | undefined
  readonly httpOnly?: boolean | undefined
  readonly secure?: boolean | 'auto' | undefined
  readonly partitioned?: boolean | undefined
  readonly priority?: string | undefined
  readonly sameSite?: boolean | string | undefined
}

/** The attributes of the last cookie as text: most apps have the same for all sessions, except for the expiry. */
let last: { readonly of: Attributes; readonly beforeExpires: string; readonly afterExpires: string } | undefined

/**
 * The attributes of a `Set-Cookie` line, with a `; ` before each, in the order of the package cookie.
 *
 * @throws TypeError if one is not valid in a header
 */
export function attributesText(cookie: Attributes & { readonly expires: Date | null | undefined }): string {
  const { expires } = cookie
  const { beforeExpires, afterExpires } = last && haveSameAttributes(last.of, cookie) ? last : (last = textsOf(cookie))
  return expires ? `${beforeExpires}; Expires=${httpDate(expires)}${afterExpires}` : beforeExpires + afterExpires
}

/** Whether two cookies have equal attributes, except for the expiry. */
export function haveSameAttributes(a: Attributes, b: Attributes): boolean {
  return (
    a.path === b.path &&
    a.httpOnly === b.httpOnly &&
    a.secure === b.secure &&
    a.domain === b.domain &&
    a.sameSite === b.sameSite &&
    a.priority === b.priority &&
    a.partitioned === b.partitioned
  )
}

/** The name and the value are not checked here. */
const PAIR = 'a='

function textsOf({ domain, path, httpOnly, secure, partitioned, priority, sameSite }: Attributes): NonNullable<typeof last> {
  const of = { domain, path, httpOnly, secure, partitioned, priority, sameSite }
  const text = (attributes: object): string => serialize('a', '', attributes).slice(PAIR.length)
  return { of, beforeExpires: text({ domain, path }), afterExpires: text({ httpOnly, secure, partitioned, priority, sameSite }) }
}

/** The second of the last date, in seconds since 1970, and its text. `toUTCString` takes as long as the rest of the line. */
let second = NaN
let secondText = ''

/** A date in `Expires`. @throws TypeError if it is not a valid date, with the message of the package cookie */
export function httpDate(date: Date): string {
  const time = date instanceof Date ? Math.floor(date.valueOf() / 1000) : NaN
  if (time !== second || Number.isNaN(time)) {
    // It checks the date
    secondText = serialize('a', '', { expires: date }).slice(`${PAIR}; Expires=`.length)
    second = time
  }
  return secondText
}
