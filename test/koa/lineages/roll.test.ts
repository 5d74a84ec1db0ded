import { expect } from 'chai'
import { LINEAGES, type Lineage } from './lineages'
import { play, type Subject } from './play'
import type { Scenario, Visit } from './scenarios'

const visits = (...acts: Visit['act'][]): Visit[] => acts.map(act => ({ act }))

/** Acts on one session, in turns; each package must read the changes of the other. */
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

/** The two handle requests in turn. */
const turns = ([first, second]: (typeof ORDERS)[number], count: number): Subject[] =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? first : second))

function bodies(lineage: Lineage, scenario: Scenario, order: (typeof ORDERS)[number]): Promise<string[]> {
  return play(lineage, scenario, ...turns(order, scenario.visits.length)).then(seen => seen.map(({ body }) => body))
}

describe('koa lineages: rolling deployments', () => {
  for (const lineage of LINEAGES) {
    describe(lineage.name, () => {
      for (const order of ORDERS) {
        for (const { as, ...how } of OPTIONS) {
          it(`${as}, ${order.join(' and ')} read each other's sessions`, async () => {
            expect(await bodies(lineage, { ...LIFE, ...how }, order)).to.deep.equal(FOUND)
          })
        }

        it(`a session that ${order[1]} has ended does not exist for ${order[0]}`, async () => {
          const scenario = { name: 'an end', visits: visits('set', 'null', 'read') }
          expect(await bodies(lineage, scenario, order)).to.deep.equal(['1', '"put"', '{}'])
        })
      }
    })
  }

  for (const lineage of LINEAGES.filter(({ name }) => name.startsWith('koa-session '))) {
    for (const order of ORDERS) {
      it(`${lineage.name}: a session of ${order[0]} has the same expiry for ${order[1]}`, async () => {
        const ending = [{ act: 'set' }, { act: 'read', after: 119_000 }, { act: 'change' }, { act: 'read', after: 121_000 }] as const
        const scenario = { name: 'an end', visits: ending, options: { cookie: { maxAge: 120_000 } } }
        expect(await bodies(lineage, scenario, order)).to.deep.equal(['1', '{"a":1}', '2', '{}'])
      })
    }
  }

  it('koa-session-store reads characters from our cookie that its own cookie cannot contain', async () => {
    for (const lineage of LINEAGES.filter(({ name }) => name.startsWith('koa-session-store'))) {
      const scenario = { name: 'strange data', visits: visits('strange', 'read') }
      expect(await bodies(lineage, scenario, ['preset', 'original'])).to.deep.equal(['"a;\u00fc\u6f22"', '{"a":"a;\u00fc\u6f22"}'])
    }
  })
})
