import { expect } from 'chai'
import type { KoaContext } from './koa-app'
import { LINEAGES } from './lineages'
import type { Answer } from './serve'
import { bodies, sideBySide, type Looks } from './side-by-side'

type Data = Record<string, unknown>
type Before = (ctx: KoaContext, next: () => Promise<void>) => unknown

const session = (ctx: KoaContext): Data => ctx.session as Data
const options = (ctx: KoaContext): Data => (ctx as unknown as { sessionOptions: Data }).sessionOptions

const LOOKS: Looks = {
  read: ctx => [session(ctx).a ?? 'nothing', options(ctx).maxAge ?? 'none', options(ctx).sameSite ?? 'none'],
  fill: ctx => (session(ctx).a = Number(session(ctx).a ?? 0) + 1),
  attribute: ctx => (options(ctx).sameSite = 'lax'),
  life: ctx => (options(ctx).maxAge = 60_000),
  'life and data': ctx => ((options(ctx).maxAge = 60_000), (session(ctx).a = 2)),
}

const withSpaces: Looks = new Proxy(LOOKS, { get: (looks, name: string) => looks[decodeURIComponent(name)] })

/** What a middleware before the session sets. */
const EARLY: Record<string, (ctx: KoaContext) => void> = {
  'an attribute': ctx => void (options(ctx).sameSite = 'strict'),
  'a lifetime': ctx => void (options(ctx).maxAge = 60_000),
  'both, after it has read the session': ctx => void (session(ctx), Object.assign(options(ctx), { maxAge: 60_000, httpOnly: false })),
  'both, before it reads the session': ctx => void (Object.assign(options(ctx), { maxAge: 60_000, httpOnly: false }), session(ctx)),
}

/** The name and the attributes of each cookie, with its lifetime in seconds. */
function sent({ lines }: Answer): string[] {
  return lines.map(line => {
    const [pair = '', ...attributes] = line.split('; ')
    const told = attributes.map(text =>
      text.startsWith('expires=') ? `${Math.round((Date.parse(text.slice(8)) - Date.now()) / 10_000)}0 s` : text,
    )
    return [pair.split('=')[0], ...told].join('; ')
  })
}

for (const lineage of LINEAGES.filter(({ name }) => /^koa-session [67]/.test(name))) {
  describe(`koa lineages: ctx.sessionOptions, ${lineage.name}`, () => {
    const same = async (paths: string[], before?: Before): Promise<string[][]> => {
      const visits = paths.map(path => `/${path}`)
      const sides = await sideBySide(lineage, withSpaces, visits, { options: { maxAge: 120_000 }, ...(before && { before }) })
      const { original, preset } = bodies(sides)
      expect(preset).to.deep.equal(original)
      const [theirs, ours] = [sides.original.map(sent), sides.preset.map(sent)]
      expect(ours).to.deep.equal(theirs)
      return ours
    }

    for (const act of ['attribute', 'life']) {
      it(`${act} alone saves no session, be it new or unchanged`, async () => {
        const cookies = await same([act, 'fill', act, 'read'])
        expect(cookies.map(lines => lines.length)).to.deep.equal([0, 2, 0, 0])
      })
    }

    it('a lifetime is that of the session that is saved', async () => {
      const cookies = await same(['life and data', 'read', 'fill', 'read'])
      expect([cookies[0]?.[0], cookies[2]?.[0]]).to.deep.equal(['koa.sess; path=/; 60 s; httponly', 'koa.sess; path=/; 60 s; httponly'])
    })

    for (const [what, set] of Object.entries(EARLY)) {
      it(`${what} that an earlier middleware sets is that of the request`, async () => {
        const before: Before = (ctx, next) => (set(ctx), next())
        await same(['read', 'fill', 'read', 'fill', 'read'], before)
      })

      it(`${what} that one earlier middleware has set is what the next one reads`, async () => {
        const seen: string[] = []
        const before: Before = (ctx, next) => {
          set(ctx)
          const { maxAge, sameSite, httpOnly } = options(ctx)
          seen.push(JSON.stringify([maxAge, sameSite, httpOnly]))
          return next()
        }
        await same(['fill'], before)
        expect(new Set(seen).size, seen.join()).to.equal(1)
      })
    }

    it('of an earlier middleware do not change the next request', async () => {
      const before: Before = (ctx, next) => {
        if (ctx.path === '/read') options(ctx).sameSite = 'strict'
        return next()
      }
      const cookies = await same(['read', 'fill', 'read', 'fill'], before)
      expect(cookies.flat().join()).to.not.contain('samesite')
    })

    it('refuse a lifetime that is none where they are set', async () => {
      const looks: Looks = { early: () => 'served' }
      const before: Before = (ctx, next) => {
        expect(() => (options(ctx).maxAge = Infinity)).to.throw(TypeError, 'maxAge must be a finite number')
        return next()
      }
      const { preset } = bodies(await sideBySide({ ...lineage, original: lineage.preset }, looks, ['/early'], { before }))
      expect(preset).to.deep.equal(['"served"'])
    })
  })
}
