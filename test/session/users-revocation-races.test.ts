import { expect } from 'chai'
import { EngineStore } from '../support/engine-store'
import { data, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn, type Req } from '../support/site'
import { turns } from '../support/wire'

onEachHost('sessions by user: a request begins while its session is revoked', host => {
  for (const [ids, options] of Object.entries({ 'plain IDs': {}, 'hashed IDs': { hashIds: true as const } })) {
    for (const method of ['revoke', 'revokeAll'] as const) {
      for (const [heard, on] of Object.entries({ '': undefined, ' with a listener': { ended: () => {} } })) {
        it(`and does not restore it: ${method}, with ${ids}${heard}, on a plain store with several connections`, async () => {
          const store = new EngineStore({ touch: 'none', expires: true })
          let goOn = (): void => {}
          let arrived = (): void => {}
          const isIn = new Promise<void>(resolve => (arrived = resolve))
          const given = { store: store.asStore, userId: (s: { user?: string }) => s.user, ...options, on }
          const handlers = routes({
            '/in': (req: Req, res) => ((data(req).user = 'ada'), res.end()),
            '/slow': async (req: Req, res) => {
              arrived()
              await new Promise<void>(resolve => (goOn = resolve))
              data(req).slow = true
              res.end(String(data(req).user))
            },
          })
          const client = siteOn(host, given, handlers).browser()
          const sessions = sessionsOn(host, given)
          await client.get('/in')
          const [listed] = await sessions.list('ada')
          // The delete is on its way
          const { destroy } = store
          let carryOut: (() => void) | undefined
          store.destroy = (...given) => void (carryOut ??= () => destroy.apply(store, given))
          const revoked = method === 'revoke' ? sessions.revoke('ada', String(listed?.handle)) : sessions.revokeAll('ada')
          while (!carryOut) await turns(1)
          const slow = client.get('/slow')
          await isIn
          store.destroy = destroy
          carryOut()
          await revoked
          goOn()
          expect((await slow).text).to.equal('ada')
          const sessionsLeft = [...store.rows.keys()].filter(key => !key.startsWith('u!'))
          expect(sessionsLeft).to.deep.equal([])
        })
      }
    }
  }
})
