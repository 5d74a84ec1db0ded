import { expect } from 'chai'
import { needsRegistry } from './needs-registry'
import { report } from './report'
import { NODES } from './runtimes'

/** The output of consumers/subclasses.cjs: by way of subclassing, the responses to two requests and whether the store is an instance, or an error. */
type Outcomes = Record<string, [string, string, boolean] | string>

/** The ways in which published stores subclass `Store` and `MemoryStore`; the names are those of consumers/subclasses.cjs. */
const WAYS = [
  'class extends',
  'class extends, with private fields',
  'class extends, with arrow functions for methods',
  'Base.call(this) and util.inherits',
  'Base.call(this) and __proto__',
  'Base.call(this) and Object.create',
  'Base.call(this) and a prototype made by new',
  'util.inherits, and Base never called',
  'ES5 _super.call(this)',
  "class extends, on TypeScript's __importStar",
  "class extends, on esbuild's __toESM",
  'class extends, asking for session.session first',
]

describe('A store made by', function () {
  this.timeout(180_000)
  needsRegistry()

  const outcomes = new Map<string, Outcomes>()
  before(async () => {
    for (const node of NODES) outcomes.set(node, await report<Outcomes>('subclasses.cjs', 'express-session', node))
  })

  for (const base of ['Store', 'MemoryStore']) {
    for (const way of WAYS) {
      it(`${way}, based on ${base}, keeps sessions`, () => {
        for (const node of NODES) expect(outcomes.get(node)?.[`${base}: ${way}`], `on Node ${node}`).to.deep.equal(['1', '2', true])
      })
    }
  }
})
