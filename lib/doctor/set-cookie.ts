/** A `Set-Cookie` line. */
export interface SetCookie {
  readonly name: string
  readonly value: string
  readonly path: string | undefined
  readonly domain: string | undefined
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly partitioned: boolean
  /** In lower case. */
  readonly sameSite: string | undefined
  /** In milliseconds since 1970; undefined if the cookie ends with the browser. */
  readonly ends: number | undefined
}

/** RFC 6265bis section 5.6: attributes are compared without case, and the last one of a name wins. @param now milliseconds since 1970 */
export function parseSetCookie(line: string, now: number): SetCookie {
  const [pair = '', ...rest] = line.split(';')
  const equals = pair.indexOf('=')
  const attributes = new Map(rest.map(attributeOf))
  return {
    name: equals === -1 ? '' : pair.slice(0, equals).trim(),
    value: pair.slice(equals + 1).trim(),
    path: attributes.get('path'),
    domain: attributes.get('domain')?.replace(/^\./, '').toLowerCase() || undefined,
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    partitioned: attributes.has('partitioned'),
    sameSite: attributes.get('samesite')?.toLowerCase(),
    ends: endOf(attributes, now),
  }
}

function attributeOf(text: string): [name: string, value: string] {
  const equals = text.indexOf('=')
  if (equals === -1) return [text.trim().toLowerCase(), '']
  return [text.slice(0, equals).trim().toLowerCase(), text.slice(equals + 1).trim()]
}

/** `Max-Age` takes precedence over `Expires`. */
function endOf(attributes: ReadonlyMap<string, string>, now: number): number | undefined {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000
  const expires = Date.parse(attributes.get('expires') ?? '')
  return Number.isNaN(expires) ? undefined : expires
}

/** The session ID of a cookie's value; undefined if the cookie holds the session itself, so that its value changes with the data. */
export function sessionIdOf(value: string): string | undefined {
  const text = decode(value)
  // `s:ID.SIGNATURE` of express-session and resession
  const id = text.startsWith('s:') ? text.slice(2, text.lastIndexOf('.')) : text
  return isData(id) ? undefined : id
}

/** IDs are shorter than data. `eyJ` is what base64 makes of the beginning of a JSON object. */
const LONGEST_ID = 128

function isData(text: string): boolean {
  return text.length > LONGEST_ID || /^(eyJ|e30|\{|j:|Fe26\.)/.test(text)
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** Names of session cookies, the most certain first. */
const NAMES = [
  /^(__(host|secure|http|host-http)-)?(connect\.sid|koa[.:]sess|koa\.sid|session|sessionid|session[-_.]?id|sid|phpsessid|jsessionid)$/i,
  /sess|sid$/i,
  /auth|login|token/i,
]

/** The cookie that is most likely the session's. */
export function pickSessionName(cookies: readonly SetCookie[]): string | undefined {
  // Koa signs a cookie with another one, whose name ends in `.sig`; a CSRF token is not the session
  const likely = cookies.filter(({ name, value }) => name && value && !/\.sig$|csrf|xsrf/i.test(name))
  for (const pattern of NAMES) {
    const found = likely.find(({ name }) => pattern.test(name))
    if (found) return found.name
  }
  return (likely.find(({ httpOnly }) => httpOnly) ?? likely[0])?.name
}
