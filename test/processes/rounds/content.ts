import { registryId } from '../../../lib/core/users/registry-record'
import type { Registry } from '../../../lib/core/users/registry'
import { isMarks, type Marks } from '../../../lib/core/record/reserved-key'
import type { Contents } from '../engines/engine'

interface StoredSession {
  readonly cookie: { readonly expires?: string | null }
  readonly user?: string
  readonly '~'?: unknown
  readonly '~u'?: Registry
}

/** A session that can be used. */
export interface Live {
  readonly key: string
  readonly handle: string
}

/** The sessions and the list of a user, or of all users whose names begin with it, as the engine has them. */
export function contentOf(contents: Contents, user: string): { live: readonly Live[]; registry: Registry } {
  const live = [...contents].flatMap(([key, text]): Live[] => {
    // Most records are of other users
    if (!text.includes(user)) return []
    const record = JSON.parse(text) as StoredSession
    if (!record.user?.startsWith(user) || !isUsable(record)) return []
    return [{ key, handle: marksOf(record)?.h ?? 'none' }]
  })
  const registry = contents.get(registryId(user))
  return { live, registry: (registry ? (JSON.parse(registry) as StoredSession)['~u'] : undefined) ?? { s: [] } }
}

function isUsable(record: StoredSession): boolean {
  const { expires } = record.cookie
  return (expires == null || Date.parse(expires) > Date.now()) && marksOf(record)?.m == null
}

function marksOf({ '~': marks }: StoredSession): Marks | undefined {
  return isMarks(marks) ? marks : undefined
}
