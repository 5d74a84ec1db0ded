import { expect } from 'chai'
import fc = require('fast-check')
import { mergeAttributes, type Data } from '../../lib/core/record/merge'
import { RecordDraft } from '../../lib/core/record/record-draft'

/** What is stored after the merge. */
function merge(base: Data, mine: Data, fresh: Data): { data: Data; conflicts: readonly string[] } {
  const draft = RecordDraft.parse(JSON.stringify({ ...fresh, cookie: {} }))
  const conflicts = draft.apply(base, mine, mine)
  return { data: draft.data, conflicts }
}

/** A missing key, or one of three values. */
type State = '-' | '1' | '2' | '3'

function dataOf(state: State): Data {
  return state === '-' ? {} : { key: Number(state) }
}

function row(base: State, mine: State, fresh: State): string {
  const { data, conflicts } = merge(dataOf(base), dataOf(mine), dataOf(fresh))
  return `${base} ${mine} ${fresh}: ${'key' in data ? String(data.key) : '-'}${conflicts.length > 0 ? ' conflict' : ''}`
}

/** JSON data of a session. */
const anyData = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'toString'), fc.jsonValue({ maxDepth: 2 }))
  .map(data => JSON.parse(JSON.stringify(data)) as Data)

describe('core: merge', () => {
  it('follows a table, for a key in the base, the changed and the stored data', () => {
    const rows = [
      ...['- - -', '- - 1', '- 1 -', '- 1 1', '- 1 2'],
      ...['1 - -', '1 - 1', '1 - 2', '1 1 -', '1 1 1', '1 1 2', '1 2 -', '1 2 1', '1 2 2', '1 2 3'],
    ].map(states => row(...(states.split(' ') as [State, State, State])))
    expect(rows).to.deep.equal([
      '- - -: -',
      '- - 1: 1',
      '- 1 -: 1',
      '- 1 1: 1',
      '- 1 2: 1 conflict',
      '1 - -: -',
      '1 - 1: -',
      '1 - 2: -',
      '1 1 -: -',
      '1 1 1: 1',
      '1 1 2: 2',
      '1 2 -: -',
      '1 2 1: 2',
      '1 2 2: 2',
      '1 2 3: 2 conflict',
    ])
  })

  it('merges top-level keys only', () => {
    const base = { user: { id: 1, role: 'user' } }
    const { data, conflicts } = merge(base, { user: { id: 1, role: 'admin' } }, { user: { id: 2, role: 'user' } })
    expect({ data, conflicts }).to.deep.equal({ data: { user: { id: 1, role: 'admin' } }, conflicts: ['user'] })
  })

  it('does not treat another order of keys, as from a database, as a change', () => {
    expect(
      merge({ user: { id: 1, name: 'ada' } }, { user: { id: 1, name: 'ada' } }, { user: { name: 'ada', id: 1 }, n: 1 }).data,
    ).to.have.keys('user', 'n')
    expect(
      merge({ user: { id: 1, name: 'ada' } }, { user: { id: 2, name: 'ada' } }, { user: { name: 'ada', id: 1 } }).conflicts,
    ).to.deep.equal([])
  })

  it('without an own change gives the stored data', () => {
    fc.assert(
      fc.property(anyData, anyData, (base, fresh) => {
        expect(merge(base, base, fresh).data).to.deep.equal(fresh)
      }),
    )
  })

  it('without a stored change gives the own data', () => {
    fc.assert(
      fc.property(anyData, anyData, (base, mine) => {
        expect(merge(base, mine, base).data).to.deep.equal(mine)
      }),
    )
  })

  it('adds no keys, and does not pollute the prototype', () => {
    fc.assert(
      fc.property(anyData, anyData, anyData, (base, mine, fresh) => {
        const { data } = merge(base, mine, fresh)
        expect([...Object.keys(mine), ...Object.keys(fresh)]).to.include.members(Object.keys(data))
        expect(Object.getPrototypeOf(data)).to.equal(Object.prototype)
      }),
    )
  })
})

describe('core: mergeAttributes', () => {
  it('takes unchanged attributes from the stored cookie', () => {
    const base = { originalMaxAge: null, path: '/', secure: undefined }
    const fresh = { originalMaxAge: 60_000, path: '/' }
    expect(mergeAttributes<object>(base, { ...base }, fresh)).to.deep.equal({ originalMaxAge: 60_000, path: '/', secure: undefined })
    expect(mergeAttributes<object>(base, { ...base, originalMaxAge: 1000 }, fresh)).to.deep.include({ originalMaxAge: 1000 })
  })
})
