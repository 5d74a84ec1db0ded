import { expect } from 'chai'
import { useClock } from '../support/clock'
import { onEachKoa } from '../support/hosts'
import { TracingStore } from '../support/tracing-store'
import { count, KoaSite, lines, show, type KoaSessionOptions } from './site'

interface DatedKey {
  readonly key: string
  readonly from?: number
  readonly until?: number
}

/** As in docs/koa.md. The newest key is the first. */
function keysNow(dated: readonly DatedKey[]): string[] {
  const now = Date.now()
  const valid = dated.filter(({ until = Infinity }) => until > now)
  const isSigning = ({ from = 0 }: DatedKey): boolean => from <= now
  return [...valid.filter(isSigning), ...valid.filter(key => !isSigning(key))].map(({ key }) => key)
}

onEachKoa('koa: app.keys that depend on the date', (_host, koa) => {
  const clock = useClock()

  const storages: Record<string, () => unknown> = { 'a store': () => new TracingStore(), 'the cookie': () => 'cookie' }
  for (const [what, storage] of Object.entries(storages)) {
    it(`sign from the date of a key, and verify until the date of another, with sessions in ${what}`, async () => {
      const options: KoaSessionOptions = { store: storage() as never, resign: true, cookie: { maxAge: 86_400_000 } }
      const site = new KoaSite(options, { '/': count, '/read': show }, { koa, keys: null })
      const begin = Date.now()
      const dated = [
        { key: 'new', from: begin + 1000 },
        { key: 'old', until: begin + 2000 },
      ]
      Object.defineProperty(site.app, 'keys', { get: () => keysNow(dated) })
      const [active, away] = [site.visitor(), site.visitor()]
      for (const visitor of [active, away]) await visitor.get()
      expect(lines(await active.get('/read')), 'the new key does not sign yet').to.deep.equal([])
      clock.turn(1000)
      expect(lines(await active.get('/read')), 'it signs the cookie again').to.have.length.above(0)
      clock.turn(1000)
      expect((await active.get('/read')).text).to.equal('{"views":1}')
      expect((await away.get('/read')).text, 'the old key does not verify any more').to.equal('{}')
    })
  }
})
