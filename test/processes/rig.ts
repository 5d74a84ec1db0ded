import { randomBytes } from 'node:crypto'
import session = require('../../lib')
import { USERS } from './counts'
import type { Engine } from './engines'
import { connect, type Connection } from './engines/engine'
import { Fleet } from './fleet'
import { Records } from './records'

type Sessions = Pick<ReturnType<typeof session>, 'list' | 'revokeAll'>

/** The shared objects of the tests of one engine. */
export interface Rig {
  readonly fleet: Fleet
  readonly records: Records
  /** The sessions of users, as another process sees them. */
  readonly sessions: Sessions
  /** Rejects if the engine's data is damaged. */
  check(): Promise<unknown>
}

/** Called in a suite: the returned object is filled before the suite, and cleaned up after it. */
export function useRig(engine: Engine): Rig {
  const rig: { fleet?: Fleet; records?: Records; sessions?: Sessions; check: Rig['check'] } = { check: async () => connection?.check?.() }
  let connection: Connection | undefined

  before(async function () {
    this.timeout(60_000)
    const place = `resession_${randomBytes(8).toString('hex')}`
    connection = await connect(engine.name, engine.url, place)
    await connection.prepare()
    rig.records = new Records(connection.plain(session))
    rig.sessions = session({ secret: 'x', resave: false, saveUninitialized: false, ...USERS, store: connection.atomic() })
    rig.fleet = await Fleet.start(engine, place)
  })

  after(async () => {
    await rig.fleet?.stop()
    await connection?.remove()
    await connection?.close()
  })

  return rig as Rig
}
