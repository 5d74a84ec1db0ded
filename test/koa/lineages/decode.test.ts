import { expect } from 'chai'
import type { KoaContext } from './koa-app'
import { LINEAGES } from './lineages'
import { sideBySide, type Looks } from './side-by-side'

const LOOKS: Looks = {
  fill: ctx => ((ctx.session as Record<string, unknown>).a = 1),
  look: (ctx: KoaContext) => ctx.session,
  ignore: () => 'ignored',
  assign: ctx => ((ctx.session = { b: 1 } as never), 'assigned'),
}

const FAILURES: Record<string, () => unknown> = {
  'an Error': () => new Error('broken'),
  'a TypeError': () => new TypeError('broken'),
  'a SyntaxError': () => new SyntaxError('broken'),
}

for (const lineage of LINEAGES.filter(({ name }) => /^koa-session [67], cookie/.test(name))) {
  describe(`koa lineages: a decode that throws, ${lineage.name}`, () => {
    for (const [what, make] of Object.entries(FAILURES)) {
      for (const path of ['/look', '/ignore', '/assign']) {
        it(`${what}, ${path}`, async () => {
          const options = {
            decode() {
              throw make()
            },
          }
          const { original, preset } = await sideBySide(lineage, LOOKS, ['/fill', path, '/ignore'], {
            options: options as never,
            throws: true,
          })
          const outcome = (answers: typeof original): unknown =>
            answers.map(({ status, body }) => [status, status === 200 ? body : 'failed'])
          expect(outcome(preset)).to.deep.equal(outcome(original))
          if (path !== '/look') return
          const cleared = preset[1]?.lines.some(line => line.startsWith('koa.sess=;')) ?? false
          expect(cleared, 'the cookie is cleared').to.equal(true)
        })
      }
    }
  })
}
