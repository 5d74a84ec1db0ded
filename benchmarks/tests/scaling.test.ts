import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { replaceBetweenMarkers } from '../report/between-markers'
import { needOf } from '../scaling/cluster'
import { countAll, type Row } from '../scaling/count'
import { sectionsOf, SIZES } from '../scaling/sections'
import { commandsTable } from '../scaling/tables'
import { needsRedis } from '../../test/support/engines'

const page = readFileSync(join(__dirname, '../../docs/scaling.md'), 'utf8')
const capacityOf = (bytes: number) => ({ bytes, times: { GET: 10, EXPIRE: 10, SET: 20, EVALSHA: 40 }, usage: 400, memory: 500 })
const small = capacityOf(200)

function row(request: Row['request'], commands: string[], there: number, back: number, subject: Row['subject'] = 'resession'): Row {
  return { bytes: 200, request, subject, cost: { commands, there, back } }
}

const rows = [
  row('anonymous', [], 0, 0),
  row('read', ['GET', 'EXPIRE'], 100, 300),
  row('read, touched lately', ['GET'], 50, 290),
  row('write', ['GET', 'SET'], 400, 310),
]

describe('The load of a cluster', () => {
  it('is the sum of the costs of the requests in the mix', () => {
    const need = needOf({ subject: 'resession', touchesRarely: false }, rows, small)
    expect(need.commands).to.be.closeTo(800_000 * 2 + 50_000 * 2, 1)
    expect(need.there).to.be.closeTo(800_000 * 100 + 50_000 * 400, 1)
    expect(need.back).to.be.closeTo(800_000 * 300 + 50_000 * 310, 1)
    expect(need.cores).to.be.closeTo(0.8 * 20 + 0.05 * 30, 1e-6)
    expect(need.primaries).to.equal(35)
  })

  it('is less if few reads touch', () => {
    const need = needOf({ subject: 'resession', touchesRarely: true }, rows, small)
    expect(need.commands).to.be.closeTo(80_000 * 2 + 720_000 + 50_000 * 2, 1)
    expect(need.back).to.be.closeTo(80_000 * 300 + 720_000 * 290 + 50_000 * 310, 1)
  })

  it('is an error without counts or measurements', () => {
    expect(() => needOf({ subject: 'express-session', touchesRarely: false }, rows, small)).to.throw(RangeError, 'was not counted')
    expect(() => needOf({ subject: 'resession', touchesRarely: false }, rows, { ...small, times: {} })).to.throw(RangeError, 'GET')
  })
})

describe('docs/scaling.md', () => {
  needsRedis()
  let counted: Row[]
  before(async function () {
    this.timeout(60_000)
    counted = await countAll(SIZES)
  })

  it('lists the commands to Redis', () => {
    expect(page, 'npm run scaling').to.contain(commandsTable(counted))
  })

  it('has markers for all sections, and nothing else between them', () => {
    const sections = sectionsOf('', counted, SIZES.map(capacityOf))
    const text = Object.entries(sections).reduce((text, [name, section]) => replaceBetweenMarkers(text, section, name), page)
    expect(text.match(/: written by the run -->/g)).to.have.lengthOf(Object.keys(sections).length)
  })
})
