import { sign, unsign } from 'cookie-signature'
import type { CipherKey } from 'node:crypto'
import debugFor = require('debug')
import depd = require('depd')
import type { Cookie } from '../core/cookie'
import type { Secret } from '../core/options'
import type { Request } from './request'

const debug = debugFor('express-session')
const deprecate = depd('express-session')

/** How many values of our name are tried: each costs an HMAC, and a header has room for hundreds. */
const MOST_TRIED = 4

/** The id that the client sent, from the cookie header or from what cookie-parser made of it; undefined where no signature holds. */
export function readId(req: Request, name: string, secrets: readonly Secret[]): string | undefined {
  const header = req.headers?.cookie
  const id = typeof header === 'string' ? fromHeader(header, name, secrets) : undefined
  return id ?? fromCookieParser(req, name, secrets)
}

/** The `Set-Cookie` line that carries an id. @throws TypeError where an attribute may not stand in a header */
export function writeId(id: string, name: string, secrets: readonly Secret[], cookie: Cookie): string {
  const line = cookie.serialize(name, `s:${sign(id, secrets[0] as CipherKey)}`)
  debug('set-cookie %s', line)
  return line
}

/** The first value that verifies, so that a stale cookie of another path or domain does not hide the good one. */
function fromHeader(header: string, name: string, secrets: readonly Secret[]): string | undefined {
  let tried = 0
  for (let at = header.indexOf(name); at !== -1 && tried < MOST_TRIED; at = header.indexOf(name, at + name.length)) {
    const value = valueAt(header, at, name.length)
    if (value === undefined) continue
    if (value.startsWith('s:')) tried++
    const id = verify(value, secrets)
    if (id !== undefined) return id
  }
  return undefined
}

/** The value of the pair whose name stands at `at`; undefined where that is part of another name, or of a value. RFC 6265 section 4.2.1. */
function valueAt(header: string, at: number, length: number): string | undefined {
  const before = skipBack(header, at)
  const equals = skip(header, at + length)
  if ((before > 0 && header[before - 1] !== ';') || header[equals] !== '=') return undefined
  const semicolon = header.indexOf(';', equals)
  const end = semicolon === -1 ? header.length : semicolon
  const start = skip(header, equals + 1)
  const value = header.slice(start, Math.max(start, skipBack(header, end)))
  return decode(value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value)
}

function skip(header: string, from: number): number {
  while (header[from] === ' ' || header[from] === '\t') from++
  return from
}

function skipBack(header: string, to: number): number {
  while (header[to - 1] === ' ' || header[to - 1] === '\t') to--
  return to
}

function decode(value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function verify(value: string, secrets: readonly Secret[]): string | undefined {
  if (!value.startsWith('s:')) {
    debug('cookie unsigned')
    return undefined
  }
  const signed = value.slice(2)
  for (const secret of secrets) {
    const id = unsign(signed, secret)
    if (id) return id
  }
  debug('cookie signature invalid')
  return undefined
}

/** Upstream's older way in, for requests whose cookie header is gone. */
function fromCookieParser(req: Request, name: string, secrets: readonly Secret[]): string | undefined {
  const raw = nonEmpty(req.cookies?.[name])
  const id = nonEmpty(req.signedCookies?.[name]) ?? (raw && verify(raw, secrets))
  if (id) deprecate('cookie should be available in req.headers.cookie')
  return id
}

/** cookie-parser says false for a bad signature, and makes objects of values that begin with `j:`. */
function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value : undefined
}
