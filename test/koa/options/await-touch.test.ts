import { expect } from 'chai'
import { turns } from '../../support/wire'
import { count, KoaSite, show } from '../site'
import { Told } from '../told'

/** Of what all hosts have, test/options/await-touch.test.ts */
describe('koa options: awaitTouch', () => {
  for (const awaitTouch of [undefined, false, true]) {
    it(`${awaitTouch} waits for a store of promises, which can only save`, async () => {
      let held: (() => void) | undefined
      let holds = false
      const store = new Told(value => (holds ? new Promise(resolve => (held = () => resolve(value))) : Promise.resolve(value)))
      const visitor = new KoaSite(
        { store, rolling: true, awaitTouch },
        { '/': count, '/read': ctx => void [(holds = true), show(ctx)] },
      ).visitor()
      await visitor.get()
      let isAnswered = false
      const reading = visitor.get('/read').then(() => (isAnswered = true))
      while (!held) await turns(1)
      await turns()
      expect(isAnswered).to.equal(false)
      held()
      await reading
      expect(store.trace()).to.deep.equal(['set', 'get', 'set'])
    })
  }
})
