import { expect } from 'chai'
import type { Name } from './installation'
import { needsRegistry } from './needs-registry'
import { report } from './report'
import { NODES, RUNTIMES } from './runtimes'

/** The output of consumers/doors.mjs. */
interface Doors {
  /** With its version. */
  runtime: string
  manifest: string
  type: string
  length: number
  own: string[]
  session: string
  namespace: string[]
  sameByDefault: boolean
  sameByName: string[]
  deep: string[]
  beside: Record<string, string[]>
  refused: string[]
  visits: string[]
}

const EXPORTS = ['Store', 'Cookie', 'Session', 'MemoryStore', 'update', 'info', 'authenticated', 'recommended']

describe('The package as installed', function () {
  this.timeout(180_000)
  needsRegistry()

  for (const name of ['resession', 'express-session'] as const) {
    for (const node of NODES) describe(`under the name ${name}, on Node ${node}`, () => looksAsItShould(name, node))
    for (const runtime of RUNTIMES) describe(`under the name ${name}, on ${runtime}`, () => looksAsItShould(name, runtime))
  }
})

/** The names that runtimes add to the namespace of a CommonJS module. */
const ADDED = ['module.exports', 'length', 'name', 'prototype']

function looksAsItShould(name: Name, runtime: string): void {
  let doors: Doors
  before(async () => {
    doors = await report<Doors>('doors.mjs', name, runtime)
  })

  it('is run by that runtime', () => {
    expect(doors.runtime).to.match(/\d/.test(runtime) ? new RegExp(`^node ${runtime}\\.`) : new RegExp(`^${runtime} `))
  })

  it('is a function of one parameter', () => {
    expect([doors.type, doors.length]).to.deep.equal(['function', 1])
  })

  it('has the public names, and nothing else', () => {
    expect(doors.own).to.deep.equal(EXPORTS)
    expect(doors.session, 'stores ask for session.session first').to.equal('undefined')
  })

  it('has these names and a default in its namespace', () => {
    const names = doors.namespace.filter(key => !ADDED.includes(key))
    expect(names).to.deep.equal([...EXPORTS, 'default'].sort())
  })

  it('is the same object with require and import', () => {
    expect(doors.sameByDefault).to.equal(true)
    expect(doors.sameByName).to.deep.equal(EXPORTS)
  })

  it("has express-session's deep paths, with and without .js, with the same classes", () => {
    const files = ['index', 'session/cookie', 'session/memory', 'session/session', 'session/store']
    expect(doors.deep).to.deep.equal(files.flatMap(file => [file, `${file}.js`]))
  })

  it('has other entries, which need no other package', () => {
    const atomic = ['atomicMysql', 'atomicPostgres', 'atomicRedis']
    expect(Object.keys(doors.beside)).to.deep.equal(['atomic', 'koa', 'koa/presets', 'sqlite', 'store-contract', 'testing'])
    expect(doors.beside.atomic).to.have.members(atomic)
    expect(doors.beside.koa).to.have.members(['default', 'KoaSession', 'update', 'info', 'authenticated', 'recommended'])
    const stores = ['BaseStore', 'CONNECT', 'DISCONNECT', 'MemoryStore']
    expect(doors.beside['koa/presets']).to.have.members(['koaGenericSession', 'koaSession', 'koaSessionStore', 'koaSessionTs', ...stores])
    expect(doors.beside.sqlite).to.deep.equal(['SqliteStore'])
    expect(doors.beside['store-contract']).to.deep.equal(['storeContract'])
    expect(doors.beside.testing).to.have.members(['sessionCookie', 'readSession'])
  })

  it('exports its package.json', () => {
    expect(doors.manifest).to.equal('resession')
  })

  it('refuses all other paths', () => {
    const codes = (RUNTIMES as readonly string[]).includes(runtime) ? ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'] : []
    expect(['ERR_PACKAGE_PATH_NOT_EXPORTED', ...codes]).to.include.members(doors.refused)
  })

  it('counts two requests', () => {
    expect(doors.visits).to.deep.equal(['1', '2'])
  })
}
