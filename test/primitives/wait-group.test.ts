import { expect } from 'chai'
import { WaitGroup } from '../../lib/primitives/wait-group'

describe('core: what is under way', () => {
  it('is waited for by all who want to go on', () => {
    const underway = new WaitGroup()
    const said: string[] = []
    const done = underway.begin(() => said.push('done'))
    underway.atRest(() => said.push('one'))
    underway.atRest(() => said.push('other'))
    expect(said).to.deep.equal([])
    done()
    expect(said).to.deep.equal(['done', 'one', 'other'])
  })

  it('may be begun by one of them, for whom the others wait as well', () => {
    const underway = new WaitGroup()
    const said: string[] = []
    let later = (): void => {}
    const done = underway.begin(() => {})
    underway.atRest(() => {
      said.push('one')
      later = underway.begin(() => said.push('its own'))
    })
    underway.atRest(() => said.push('other'))
    done()
    expect(said).to.deep.equal(['one'])
    later()
    expect(said).to.deep.equal(['one', 'its own', 'other'])
  })

  it('is nothing at first, and nobody waits', () => {
    const said: string[] = []
    new WaitGroup().atRest(() => said.push('at once'))
    expect(said).to.deep.equal(['at once'])
  })
})
