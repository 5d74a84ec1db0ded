import { inspect } from 'node:util'
import type { SessionData } from '../../core/record/session-data'
import type { Records } from './records'

/** Records as an object of JSON under ids, which is what `MemoryStore.sessions` is upstream and what apps list and clear. */
export function viewOf(records: Records): Record<string, string> {
  // console.log(store.sessions) sees no traps
  const target = Object.create(null, { [inspect.custom]: { value: () => ({ ...view }), configurable: true } }) as Record<string, string>
  const view: Record<string, string> = new Proxy(target, {
    get: (_, id) => records.text(String(id)),
    has: (_, id) => records.text(String(id)) !== undefined,
    ownKeys: () => records.ids(),
    set: (_, id, text: string) => {
      records.set(String(id), JSON.parse(text) as SessionData)
      return true
    },
    deleteProperty: (_, id) => {
      records.delete(String(id))
      return true
    },
    getOwnPropertyDescriptor: (_, id) => {
      const value = records.text(String(id))
      return value === undefined ? undefined : { value, enumerable: true, configurable: true, writable: true }
    },
  })
  return view
}
