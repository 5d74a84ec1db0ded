import { checkHashIds } from '../settings/hash-ids'
import type { Options } from '../settings/options'
import type { Settings } from '../settings/settings'

/**
 * Sets what all middlewares of a store share.
 *
 * @param renews whether each request renews the lifetime of its session
 * @param endsByRecord whether a record always tells when its session ends
 * @throws TypeError if the options contradict each other, or those of another middleware
 */
export function shareSettings(
  { hashIds }: Partial<Options>,
  settings: Settings,
  { renews, endsByRecord = false }: { readonly renews: boolean; readonly endsByRecord?: boolean },
): void {
  const { storeClient, lifetime, concurrency } = settings
  const grace = lifetime?.grace ?? 0
  if (grace > 0 && concurrency === 'off') {
    const why = 'a late save would restore the earlier ID'
    throw new TypeError(`renewAfter and grace options must not be used with concurrency: "off", because ${why}; leave concurrency out`)
  }
  storeClient.keys.use(checkHashIds(hashIds), { renews, endsByRecord, limits: lifetime })
  storeClient.grace.use(grace)
}
