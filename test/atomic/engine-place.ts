import { randomUUID } from 'node:crypto'
import session = require('../../lib')
import { engines } from '../processes/engines'
import { connect, type Connection, type Store } from '../processes/engines/engine'

/** A place in an engine for the suite that this is called in: made before it, removed after it. */
export function usePlace({ name, url }: Pick<(typeof engines)[number], 'name' | 'url'>, prefix: string) {
  const place = `${prefix}-${randomUUID()}`
  let connection: Connection | undefined
  before(async () => {
    connection = await connect(name, url, place)
    await connection.prepare()
  })
  after(async () => {
    // Not connected if the suite is skipped
    await connection?.remove()
    await connection?.close()
  })
  const plain: Connection['plain'] = name => (connection as Connection).plain(name)
  const atomic = (): Store => (connection as Connection).atomic()
  /** The stores of both kinds, by a name for titles. */
  const kinds: Readonly<Record<string, () => Store>> = { 'that compares': atomic, 'as it is published': () => plain(session) }
  return { place, plain, atomic, kinds } as const
}
