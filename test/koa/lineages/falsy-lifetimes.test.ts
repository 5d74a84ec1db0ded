import { expect } from 'chai'
import type { KoaContext } from './koa-app'
import { LINEAGES, type Lineage } from './lineages'
import type { Answer } from './serve'
import { bodies, sideBySide, type Looks } from './side-by-side'

type Data = Record<string, unknown>

const LOOKS: Looks = {
  fill: ctx => {
    const session = ctx.session as Data
    return (session.a = Number(session.a ?? 0) + 1)
  },
  life: ctx => ctx.session?.maxAge ?? 'none',
  'set-life': ctx => {
    const session = ctx.session as NonNullable<KoaContext['session']>
    return (session.maxAge = Math.min(session.maxAge ?? Infinity, 60_000))
  },
}

const PATHS = ['/fill', '/fill', '/fill']

/** The attributes of cookies that are false, as an app has them from a missing configuration. */
const FALSY: readonly (readonly [attribute: 'maxAge' | 'expires', value: unknown])[] = [
  ['maxAge', 0],
  ['maxAge', false],
  ['maxAge', ''],
  ['expires', 0],
  ['expires', false],
  ['expires', ''],
  ['expires', null],
  ['expires', NaN],
]

/** In how many seconds the cookie of the first response expires. */
function livesOf(line = ''): number | 'until the browser closes' {
  const ends = /expires=([^;]*)/.exec(line)?.[1]
  return ends === undefined ? 'until the browser closes' : Math.round((Date.parse(ends) - Date.now()) / 10_000) * 10
}

/** koa-session 7 throws at setup for a `maxAge` of another type. */
const refuses = ({ name }: Lineage, attribute: string, value: unknown): boolean =>
  name.startsWith('koa-session 7') && attribute === 'maxAge' && typeof value !== 'number'

const isKoaSession = ({ name }: Lineage): boolean => /^koa-session [67]/.test(name)

describe('koa lineages: a lifetime that is false is none', () => {
  for (const lineage of LINEAGES) {
    for (const [attribute, value] of FALSY.filter(pair => !refuses(lineage, ...pair))) {
      const options = lineage.words({ cookie: { signed: true, [attribute]: value } as never })

      it(`${lineage.name}: ${attribute}: ${Number.isNaN(value) ? 'NaN' : JSON.stringify(value)}`, async () => {
        const sides = await sideBySide(lineage, LOOKS, PATHS, { options })
        const { original, preset } = bodies(sides)
        expect(preset).to.deep.equal(original).and.deep.equal(['1', '2', '3'])
        expect(livesOf(sides.preset[0]?.lines[0])).to.equal(livesOf(sides.original[0]?.lines[0]))
      })

      if (!isKoaSession(lineage)) continue

      it(`${lineage.name}: ${attribute}: ${Number.isNaN(value) ? 'NaN' : JSON.stringify(value)}, and what maxAge is then`, async () => {
        const { original, preset } = bodies(
          await sideBySide(lineage, LOOKS, ['/fill', '/life', '/set-life', '/life', '/fill'], { options }),
        )
        expect(preset).to.deep.equal(original).and.deep.equal(['1', '86400000', '60000', '60000', '2'])
      })
    }
  }
})

describe('koa lineages: a maxAge of koa-session counts, and not an expires beside it', () => {
  for (const lineage of LINEAGES.filter(isKoaSession)) {
    for (const options of [
      { maxAge: 60_000, expires: new Date('2100-01-01') },
      { expires: new Date('2100-01-01'), maxAge: 60_000 },
    ]) {
      it(`${lineage.name}: ${Object.keys(options).join(', ')}`, async () => {
        const { original, preset } = await sideBySide(lineage, LOOKS, PATHS, { options })
        expect([livesOf(original[0]?.lines[0]), livesOf(preset[0]?.lines[0])]).to.deep.equal([60, 60])
      })
    }
  }
})

describe('koa lineages: an expires counts in spite of a default lifetime', () => {
  const expires = new Date('2100-01-01')

  for (const lineage of LINEAGES.filter(({ name }) => /^koa-(generic-session|session-store|session-ts)/.test(name))) {
    for (const [attributes, end] of [
      [{ expires }, expires.valueOf()],
      [{ expires, maxAge: 60_000 }, Date.now() + 60_000],
      [{ maxAge: 60_000, expires }, Date.now() + 60_000],
    ] as const) {
      it(`${lineage.name}: ${Object.keys(attributes).join(', ')}`, async () => {
        const options = lineage.words({ cookie: { signed: true, ...attributes } as never })
        const { preset } = await sideBySide({ ...lineage, original: lineage.preset }, LOOKS, PATHS, { options })
        expect(livesOf(preset[0]?.lines[0])).to.be.closeTo((end - Date.now()) / 1000, 60)
      })
    }
  }
})

describe('koa lineages: an expires of ctx.session.cookie that is false is none', () => {
  for (const lineage of LINEAGES.filter(({ name }) => /^koa-(generic-session|session-ts)/.test(name))) {
    for (const [value, what] of [null, false, 0, undefined].map(value => [
      value,
      value === undefined ? 'undefined' : JSON.stringify(value),
    ])) {
      for (const maxAge of [60_000, null]) {
        it(`${lineage.name}: ${what}, with a maxAge of ${maxAge}`, async () => {
          const looks: Looks = {
            ...LOOKS,
            'set-end': ctx => void (((ctx.session as Data).cookie as Data).expires = value),
            'set-both': ctx => void Object.assign((ctx.session as Data).cookie as Data, { maxAge: 7_200_000, expires: value }),
          }
          const options = lineage.words({ cookie: { signed: true, maxAge } as never })
          const sides = await sideBySide(lineage, looks, ['/fill', '/set-end', '/fill', '/set-both', '/fill'], { options })
          const { original, preset } = bodies(sides)
          expect(preset).to.deep.equal(original)
          // An assignment alone need not send the cookie
          const lives = (side: readonly Answer[]): unknown[] => side.filter((_, at) => at !== 1).map(({ lines }) => livesOf(lines[0]))
          expect(lives(sides.preset)).to.deep.equal(lives(sides.original))
        })
      }
    }
  }
})
