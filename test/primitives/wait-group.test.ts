import { expect } from 'chai'
import { WaitGroup } from '../../lib/primitives/wait-group'

describe('primitives: WaitGroup', () => {
  it('calls all waiting functions when the last task is done', () => {
    const underway = new WaitGroup()
    const said: string[] = []
    const done = underway.begin(() => said.push('done'))
    underway.whenIdle(() => said.push('one'))
    underway.whenIdle(() => said.push('other'))
    expect(said).to.deep.equal([])
    done()
    expect(said).to.deep.equal(['done', 'one', 'other'])
  })

  it('lets the others wait if one of them begins a task', () => {
    const underway = new WaitGroup()
    const said: string[] = []
    let later = (): void => {}
    const done = underway.begin(() => {})
    underway.whenIdle(() => {
      said.push('one')
      later = underway.begin(() => said.push('its own'))
    })
    underway.whenIdle(() => said.push('other'))
    done()
    expect(said).to.deep.equal(['one'])
    later()
    expect(said).to.deep.equal(['one', 'its own', 'other'])
  })

  it('calls at once if no task has begun', () => {
    const said: string[] = []
    new WaitGroup().whenIdle(() => said.push('at once'))
    expect(said).to.deep.equal(['at once'])
  })
})
