/** How many values of one name are verified: each takes an HMAC, and a header can have hundreds. */
export const MOST_TRIED = 4

/**
 * Longest value in characters. RFC 6265 section 6.1 lets a browser keep no longer cookie. After as many characters of values with an invalid
 * signature, no further value is tried.
 */
export const MOST_CHARACTERS = 4096

/** How many cookies of one name are examined. Browsers keep at most 180 cookies per site. The name inside other names and values costs little. */
export const MOST_SEEN = 256

/** How many spaces and tabs are skipped. A client sends one, after a semicolon: RFC 6265 section 4.2.1. */
const MOST_SPACES = 8

/** The value of the pair whose name starts at `at`; undefined if it is part of another name or of a value. RFC 6265 section 4.2.1. */
export function valueAt(header: string, at: number, length: number): string | undefined {
  const before = skipBack(header, at)
  const equals = skip(header, at + length)
  if ((before > 0 && header[before - 1] !== ';') || header[equals] !== '=') return undefined
  const semicolon = header.indexOf(';', equals)
  const end = semicolon === -1 ? header.length : semicolon
  const start = skip(header, equals + 1)
  const value = header.slice(start, Math.max(start, skipBack(header, end)))
  return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

/** The next position of the name after this pair, or -1. */
export function nextPair(header: string, at: number, name: string): number {
  const semicolon = header.indexOf(';', at)
  return semicolon === -1 ? -1 : header.indexOf(name, semicolon)
}

function skip(header: string, from: number): number {
  const most = from + MOST_SPACES
  while (from < most && isSpace(header.charCodeAt(from))) from++
  return from
}

function skipBack(header: string, to: number): number {
  const least = to - MOST_SPACES
  while (to > least && isSpace(header.charCodeAt(to - 1))) to--
  return to
}

/** A space or a tab: RFC 9110 section 5.6.3. */
function isSpace(code: number): boolean {
  return code === 32 || code === 9
}

/** The first values of a name in a `Cookie` header, without those that are longer than browsers keep. */
export function valuesIn(header: string, name: string): string[] {
  const values: string[] = []
  let at = header.indexOf(name)
  for (let seen = 0; at !== -1 && seen < MOST_SEEN && values.length < MOST_TRIED;) {
    const value = valueAt(header, at, name.length)
    if (value !== undefined) seen++
    if (value !== undefined && value.length <= MOST_CHARACTERS) values.push(value)
    at = nextPair(header, at, name)
  }
  return values
}
