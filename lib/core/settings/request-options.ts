import { optionError } from '../errors/option-errors'
import type { Host } from '../session/session'
import type { Options, PerHost } from './options'

/** The options that decide whether a request has a session and may change it, and about its cookie and caching. */
export interface RequestSettings<H> {
  /** The requests without a session. */
  readonly skip: PerHost<H, boolean> | undefined
  /** The requests that only read their session. */
  readonly readOnly: PerHost<H, boolean> | undefined
  /** Whether caches are forbidden to store responses that set the cookie. */
  readonly forbidsCaching: boolean
  /** Whether the cookie of a session that has ended is cleared. */
  readonly clearsCookie: boolean
}

type Given<H> = Partial<Pick<Options<H>, 'skip' | 'readOnly' | 'cacheControl' | 'clearCookie'>>

/** @throws TypeError for an option that can never work */
export function settleRequests<H extends Host>({ skip, readOnly, cacheControl, clearCookie = false }: Given<H>): RequestSettings<H> {
  const example = 'write req => req.path.startsWith("/assets/"), for example'
  if (skip !== undefined && typeof skip !== 'function') throw optionError('skip', 'be a function', skip, example)
  if (readOnly !== undefined && typeof readOnly !== 'function') throw optionError('readOnly', 'be a function', readOnly, example)
  if (cacheControl !== undefined && cacheControl !== 'auto') {
    throw optionError('cacheControl', 'be "auto"', cacheControl, 'set the header in the app for any other value')
  }
  if (typeof clearCookie !== 'boolean') throw optionError('clearCookie', 'be true or false', clearCookie)
  return { skip, readOnly, forbidsCaching: cacheControl === 'auto', clearsCookie: clearCookie }
}
