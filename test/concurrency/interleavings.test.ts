import { core } from './rig-core'
import { testPairs } from './two-requests'

describe('concurrency: two requests, in every order of their steps', () => {
  testPairs({
    'in one process': { floor: core },
    'in one process, with resave': { floor: core, options: { resave: true } },
    'in one process, with merge': { floor: core, options: { concurrency: 'merge' } },
  })
})
