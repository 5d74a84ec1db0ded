import { randomBytes } from 'node:crypto'
import session = require('../../lib')
import type { Engine } from './engines'
import { connect, type Connection } from './engines/engine'
import { Fleet } from './fleet'
import { Records } from './records'

/** What the checks of one engine share. */
export interface Rig {
  readonly fleet: Fleet
  readonly records: Records
  /** Rejects if the engine's data are damaged. */
  check(): Promise<unknown>
}

/** To be called in a suite: what it returns is filled when the suite begins, and nothing is left of it when the suite ends. */
export function useRig(engine: Engine): Rig {
  const rig: { fleet?: Fleet; records?: Records; check: Rig['check'] } = { check: async () => connection?.check?.() }
  let connection: Connection | undefined

  before(async function () {
    this.timeout(60_000)
    const place = `resession_${randomBytes(8).toString('hex')}`
    connection = await connect(engine.name, engine.url, place)
    await connection.prepare()
    rig.records = new Records(connection.plain(session))
    rig.fleet = await Fleet.start(engine, place)
  })

  after(async () => {
    await rig.fleet?.stop()
    await connection?.remove()
    await connection?.close()
  })

  return rig as Rig
}
