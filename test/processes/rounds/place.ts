import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import session = require('../../../lib')
import { RedisCluster } from '../../support/engine-servers/redis-cluster'
import { PROCESSES } from '../counts'
import { connect, type Connection, type Contents } from '../engines/engine'
import { Fleet } from '../fleet'
import { Records } from '../records'
import { bundleFor } from './bundle'
import type { RoundsEngine } from './engines'

/** The processes of one engine, and its content. */
export interface Place {
  readonly fleet: Fleet
  /** What sessions are made with that the processes find. */
  readonly records: Records
  /** Whether one process can be killed without ending all sessions. */
  readonly survives: boolean
  contents(): Promise<Contents>
}

/** Called in a suite: the returned object is filled before the suite, and cleaned up after it. */
export function usePlace(engine: RoundsEngine): Place {
  const place: { -readonly [Key in keyof Place]?: Place[Key] } = { survives: !engine.inProcess }
  let [cluster, connection, file]: [RedisCluster?, Connection?, string?] = []

  before(async function () {
    this.timeout(60_000)
    if (engine.isCluster) cluster = await RedisCluster.start()
    const url = cluster ? cluster.ports.map(port => `redis://127.0.0.1:${port}`).join(',') : engine.url
    const name = `resession_${randomBytes(8).toString('hex')}`
    const connected = (connection = await connect(engine.name, url, name))
    await connected.prepare()
    place.records = new Records(connected.plain(session))
    const program = bundleFor(engine.name)
    file = program.file
    const fleet = (place.fleet = await Fleet.start({ name: engine.name, url }, name, engine.inProcess ? 1 : PROCESSES, program))
    const ofProcess = async (): Promise<Contents> => new Map((await fleet.ask(0, 'contents', '', '')) as [string, string][])
    place.contents = engine.inProcess ? ofProcess : connected.contents
  })

  after(async () => {
    await place.fleet?.stop()
    await connection?.remove()
    await connection?.close()
    await cluster?.stop()
    if (file) rmSync(file, { force: true })
  })

  return place as Place
}
