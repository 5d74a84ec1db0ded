import { inspect } from 'node:util'
import type { SessionData } from '../../core/record/session-data'
import type { Records } from './records'

/** The records as an object of JSON by ID. This is `MemoryStore.sessions` of express-session, which apps list and clear. */
export function viewOf(records: Records): Record<string, string> {
  // For console.log(store.sessions)
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
