import { expect } from 'chai'
import { killed, removed, withoutGone, type Entry, type Registry } from '../../lib/core/users/registry'

const MANY = 500
/** How often each item of a list may be read. */
const MOST_READS = 10

const entries = Array.from({ length: MANY }, (_, at): Entry => ({ h: `handle ${at}`, k: [`key ${at}`], t: at }))
const registry: Registry = { s: entries }
const handles = entries.map(({ h }) => h)

/** Counts how often items of a list are read. */
function watched<Item>(items: readonly Item[]): { readonly items: readonly Item[]; readonly reads: () => number } {
  let reads = 0
  const get = (target: readonly Item[], name: string | symbol): unknown => {
    if (typeof name === 'string' && /^\d+$/.test(name)) reads++
    return Reflect.get(target, name)
  }
  return { items: new Proxy(items, { get }), reads: () => reads }
}

describe('core: the list of a user with very many sessions', () => {
  const revoked = handles.filter((_, at) => at !== 0)

  it('is changed by a revocation of all but one', () => {
    const dead = killed(registry, revoked)
    expect(dead.s.filter(({ d }) => !d).map(({ h }) => h)).to.deep.equal(['handle 0'])
    expect(removed(dead, revoked)?.s).to.deep.equal([entries[0]])
    expect(removed(dead, ['none'])).to.equal(undefined)
  })

  it('is changed by a look for the records, unless a login or a renewal has changed an entry meanwhile', () => {
    const [first, second, third] = entries as [Entry, Entry, Entry]
    const changed = { s: [{ ...first, l: 'login' }, { ...second, k: ['key 1', 'renewed'] }, third, ...entries.slice(3)] }
    const { s, n } = withoutGone(changed, entries.slice(0, -1))
    expect(s).to.deep.equal([changed.s[0], changed.s[1], entries.at(-1)])
    expect(n).to.equal(3)
  })

  for (const [what, change] of Object.entries({
    'a revocation': (items: readonly string[]) => killed(registry, items),
    'the removal of entries': (items: readonly string[]) => removed(registry, items),
  })) {
    it(`takes time in proportion to its length: ${what}`, () => {
      const { items, reads } = watched([...handles].reverse())
      change(items)
      expect(reads()).to.be.below(MOST_READS * MANY)
    })
  }

  it('takes time in proportion to its length: a look for the records', () => {
    const { items, reads } = watched([...entries].reverse())
    withoutGone(registry, items)
    expect(reads()).to.be.below(MOST_READS * MANY)
  })
})
