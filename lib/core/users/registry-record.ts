import { createHash } from 'node:crypto'
import { Cookie } from '../record/cookie'
import { EXPIRED } from '../record/lifetime'
import type { SessionData } from '../record/session-data'
import { REGISTRY } from '../store/store-keys'
import { isEmpty, isRegistryData, type Registry } from './registry'

/** The key of the registry in its record. */
const DATA = '~u'

/** The longest time that a browser keeps a cookie, in milliseconds. Each change of the registry begins it anew. */
const LIFETIME = 400 * 86_400_000

/** The ID of the record of a user's sessions. It has no secret, and is no ID of a session. */
export function registryId(user: string): string {
  return REGISTRY + createHash('sha256').update(user).digest('base64url')
}

/** A registry as a store gets it. An empty one is a record that has expired. */
export function recordOf(registry: Registry): SessionData {
  const cookie = new Cookie({ maxAge: LIFETIME })
  if (isEmpty(registry)) cookie.expires = EXPIRED
  return { cookie, [DATA]: registry } as SessionData
}

/** The keys of the records of a user's sessions. */
export function keysIn(record: SessionData): readonly string[] {
  return registryIn(record)?.s.flatMap(({ k }) => k) ?? []
}

/** @returns undefined if the record has no registry */
export function registryIn(record: SessionData): Registry | undefined {
  const data = (record as { readonly [DATA]?: unknown })[DATA]
  return isRegistryData(data) ? data : undefined
}
