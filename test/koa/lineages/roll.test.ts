import { expect } from 'chai'
import { LINEAGES, type Lineage } from './lineages'
import { play, type Subject } from './play'
import type { Scenario, Visit } from './scenarios'

const visits = (...acts: Visit['act'][]): Visit[] => acts.map(act => ({ act }))

/** Of one session, in turns; each has to find what the other left. */
const LIFE: Scenario = { name: 'a life', visits: visits('set', 'change', 'read', 'set', 'read', 'read', 'odd', 'read') }
const ODD = JSON.stringify('a=b, {"c"}')
const FOUND = ['1', '2', '{"a":2}', '1', '{"a":1}', '{"a":1}', ODD, `{"a":${ODD}}`]

const OPTIONS: readonly (Pick<Scenario, 'options' | 'keyless'> & { readonly as: string })[] = [
  { as: 'as it comes' },
  { as: 'with a maxAge', options: { cookie: { maxAge: 120_000 } } },
  { as: 'unsigned', options: { cookie: { signed: false } }, keyless: true },
  { as: 'under another name', options: { name: 'mine' } },
]

const ORDERS: readonly (readonly [Subject, Subject])[] = [
  ['original', 'preset'],
  ['preset', 'original'],
]

/** Both answer, by turns. */
const turns = ([first, second]: (typeof ORDERS)[number], count: number): Subject[] =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? first : second))

function bodies(lineage: Lineage, scenario: Scenario, order: (typeof ORDERS)[number]): Promise<string[]> {
  return play(lineage, scenario, ...turns(order, scenario.visits.length)).then(seen => seen.map(({ body }) => body))
}

describe('koa lineages: rolling from one to the other', () => {
  for (const lineage of LINEAGES) {
    describe(lineage.name, () => {
      for (const order of ORDERS) {
        for (const { as, ...how } of OPTIONS) {
          it(`${as}, ${order.join(' and ')} read what the other wrote`, async () => {
            expect(await bodies(lineage, { ...LIFE, ...how }, order)).to.deep.equal(FOUND)
          })
        }

        it(`a session that ${order[1]} ends is gone for ${order[0]}`, async () => {
          const scenario = { name: 'an end', visits: visits('set', 'null', 'read') }
          expect(await bodies(lineage, scenario, order)).to.deep.equal(['1', '"put"', '{}'])
        })
      }
    })
  }

  for (const lineage of LINEAGES.filter(({ name }) => name.startsWith('koa-session '))) {
    for (const order of ORDERS) {
      it(`${lineage.name}: what ${order[0]} wrote ends for ${order[1]} when it said`, async () => {
        const ending = [{ act: 'set' }, { act: 'read', after: 119_000 }, { act: 'change' }, { act: 'read', after: 121_000 }] as const
        const scenario = { name: 'an end', visits: ending, options: { cookie: { maxAge: 120_000 } } }
        expect(await bodies(lineage, scenario, order)).to.deep.equal(['1', '{"a":1}', '2', '{}'])
      })
    }
  }

  it('koa-session-store reads from our cookie what it could not have written to its own', async () => {
    for (const lineage of LINEAGES.filter(({ name }) => name.startsWith('koa-session-store'))) {
      const scenario = { name: 'strange data', visits: visits('strange', 'read') }
      expect(await bodies(lineage, scenario, ['preset', 'original'])).to.deep.equal(['"a;\u00fc\u6f22"', '{"a":"a;\u00fc\u6f22"}'])
    }
  })
})
