import { createHash } from 'node:crypto'
import { Cookie } from '../record/cookie'
import { EXPIRED, LONGEST_COOKIE } from '../record/lifetime'
import type { SessionData } from '../record/session-data'
import { REGISTRY } from '../store/store-keys'
import { isEmpty, type Entry, type Registry } from './registry'

/** The key of the registry in its record. */
const DATA = '~u'

/** The ID of the record of a user's sessions. It has no secret, and is no ID of a session. */
export function registryId(user: string): string {
  return REGISTRY + createHash('sha256').update(user).digest('base64url')
}

/** A registry as a store has it. */
export interface StoredRegistry {
  readonly registry: Registry
  readonly isCorrupt: boolean
}

/** A registry as a store gets it. Each change begins its lifetime anew. An empty one is a record that has expired. */
export function recordOf(registry: Registry): SessionData {
  const cookie = new Cookie({ maxAge: LONGEST_COOKIE })
  if (isEmpty(registry)) cookie.expires = EXPIRED
  return { cookie, [DATA]: registry } as SessionData
}

/** The keys of the records of a user's sessions. */
export function keysIn(record: SessionData): readonly string[] {
  return registryIn(record).registry.s.flatMap(({ k }) => k)
}

/** The registry in a record. Of a damaged one, the parts that are intact. */
export function registryIn(record: SessionData): StoredRegistry {
  const value = (record as { readonly [DATA]?: unknown })[DATA]
  const { e, n, s } = (typeof value === 'object' && value !== null ? value : {}) as { readonly [Key in keyof Registry]: unknown }
  const entries: readonly unknown[] = Array.isArray(s) ? s : []
  const intact = entries.filter(isEntry)
  const isCorrupt = !Array.isArray(s) || intact.length < entries.length || ![e, n].every(isNumberOrMissing)
  if (!isCorrupt) return { registry: value as Registry, isCorrupt }
  return { registry: { s: intact, ...(Number.isFinite(e) && { e: e as number }) }, isCorrupt }
}

function isNumberOrMissing(value: unknown): boolean {
  return value === undefined || Number.isFinite(value)
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  const { h, k, t, r } = value as Partial<Entry>
  return typeof h === 'string' && Number.isFinite(t) && isNumberOrMissing(r) && Array.isArray(k) && k.every(key => typeof key === 'string')
}
