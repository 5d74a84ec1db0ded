import { expect } from 'chai'
import { mustBeSame } from '../equality'
import { timeSideBySide } from '../measured/side-by-side'
import { load, loadAfresh } from '../measured/site'
import { subjects, type Subject } from '../measured/subjects'
import { visits } from '../measured/visits'
import { OBSERVED } from '../plans'

/** From the sources: this test does not depend on a build. */
const source = require.resolve('../../lib')

describe('The comparison side by side', () => {
  const variants = subjects.filter(({ variant }) => variant !== undefined)
  const originalOf = ({ variant }: Subject) => subjects.find(({ name }) => name === variant) as Subject

  for (const { name } of visits) {
    for (const variant of variants.filter(({ lacks }) => !lacks?.includes(name))) {
      it(`times the ${name} visit of ${variant.name} and its original, with the same behaviour`, async () => {
        const pair = [originalOf(variant), variant].map(subject => ({ ...subject, module: source }))
        const job = { visit: name, observed: OBSERVED, warmUp: 2, fours: 2, block: 1 } as const
        const { times, observed } = await timeSideBySide({ do: 'compare', subjects: pair as [Subject, Subject], ...job })
        expect(times).to.have.lengthOf(2)
        mustBeSame(name, observed[0], observed[1])
      })
    }
  }

  it('gives each a copy of the package of its own', () => {
    const common = load(source)
    const [one, other] = [loadAfresh(source), loadAfresh(source)]
    expect(one).to.not.equal(other)
    expect([one, other]).to.not.include(common)
    expect(load(source)).to.equal(common)
  })
})
