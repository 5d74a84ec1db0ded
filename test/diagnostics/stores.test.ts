import { expect } from 'chai'
import cluster from 'node:cluster'
import { join } from 'node:path'
import { warnInProduction } from '../../lib/stores/memory-store'
import { useDiagnostics } from '../support/diagnostics'
import { onEachHost } from '../support/hosts'
import { PromiseStore } from '../support/promise-store'
import { session } from '../support/subject'
import { useWarnings } from '../support/warnings'

const other = (): never => new PromiseStore(new session.MemoryStore() as never) as never

onEachHost('diagnostics: MemoryStore in a cluster worker', host => {
  const warnings = useWarnings()
  const published = useDiagnostics('resession:store-unsuitable')
  const name = `cluster-${host.framework}-${Math.random()}`

  beforeEach(() => void Object.assign(cluster, { isWorker: true }))
  afterEach(() => void Object.assign(cluster, { isWorker: false }))

  it('causes a warning, once', () => {
    const start = (): void => host.start({ name, store: new session.MemoryStore({ max: 10 }) })
    start()
    start()
    expect(warnings.map(({ code }) => code)).to.deep.equal(['RESESSION_MEMORY_STORE'])
    expect(warnings[0]?.message).to.match(/used in a cluster worker.*Use a store that the workers share/)
    expect(published[0]).to.deep.equal([
      'resession:store-unsuitable',
      { reason: 'memory-store-in-cluster', code: 'RESESSION_MEMORY_STORE', name },
    ])
  })

  it('causes no warning with another store', () => {
    host.start({ name: `${name}-other`, store: other() })
    expect(warnings).to.deep.equal([])
  })

  it('causes no warning with diagnostics: false', () => {
    host.start({ name: `${name}-off`, store: new session.MemoryStore(), diagnostics: false })
    expect(warnings).to.deep.equal([])
  })

  it('causes no warning in a single process', () => {
    Object.assign(cluster, { isWorker: false })
    host.start({ name: `${name}-single`, store: new session.MemoryStore() })
    expect(warnings).to.deep.equal([])
  })
})

onEachHost('diagnostics: MemoryStore in production', host => {
  const warnings = useWarnings('production')
  const name = `production-${host.framework}-${Math.random()}`

  it('causes a warning, once', () => {
    const start = (): void => host.start({ name, store: new session.MemoryStore() })
    start()
    start()
    expect(warnings.map(({ code }) => code)).to.deep.equal(['RESESSION_MEMORY_STORE'])
    expect(warnings[0]?.message).to.match(/a restart ends all sessions/)
  })

  it('causes no warning if the number of sessions is bounded', () => {
    host.start({ name: `${name}-max`, store: new session.MemoryStore({ max: 10 }) })
    expect(warnings).to.deep.equal([])
  })

  it('causes no warning with another store', () => {
    host.start({ name: `${name}-other`, store: other() })
    expect(warnings).to.deep.equal([])
  })
})

describe('diagnostics: MemoryStore under the name express-session', () => {
  useWarnings('production')
  let lines: string[]
  const { warn } = console

  beforeEach(() => {
    lines = []
    console.warn = (line: string) => void lines.push(line)
  })
  afterEach(() => {
    console.warn = warn
  })

  const within = (name: string): string => join('/app/node_modules', name, 'dist/stores')

  it('causes the warning of express-session', () => {
    warnInProduction(new session.MemoryStore(), within('express-session'))
    expect(lines).to.deep.equal([
      'Warning: connect.session() MemoryStore is not\ndesigned for a production environment, as it will leak\nmemory, and will not scale past a single process.',
    ])
  })

  it('causes no warning if the number of sessions is bounded', () => {
    warnInProduction(new session.MemoryStore({ max: 10 }), within('express-session'))
    expect(lines).to.deep.equal([])
  })

  it('causes no warning under another name', () => {
    warnInProduction(new session.MemoryStore(), within('resession'))
    expect(lines).to.deep.equal([])
  })
})
