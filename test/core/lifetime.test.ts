import { expect } from 'chai'
import { Cookie } from '../../lib/core/record/cookie'
import {
  cookieUntil,
  dateOf,
  ENDS,
  isDue,
  isPastLimits,
  latestCookie,
  markTouched,
  nearestEnd,
  type Limits,
} from '../../lib/core/record/lifetime'
import { marksIn, mergeMarks, newMarks, separate } from '../../lib/core/record/marks'
import { isMarks } from '../../lib/core/record/reserved-key'
import { serializeData, serializeRecord } from '../../lib/core/record/serialize-data'
import type { SessionData } from '../../lib/core/record/session-data'

const DAY = 86_400_000
const NONE: Limits = { idle: Infinity, absolute: Infinity, otherwise: Infinity }
const MARKS = { c: 1000, a: 2000, h: 'handle' }
const COOKIE = { path: '/', originalMaxAge: null, expires: '1970-01-01T00:00:09.000Z' }

const record = (data: object): SessionData => ({ cookie: COOKIE, ...data }) as never

describe('core: lifetime', () => {
  for (const [limits, own, end] of [
    [{}, null, Infinity],
    [{}, 9000, 9000],
    [{ otherwise: DAY }, null, 5000 + DAY],
    [{ otherwise: DAY }, 9000, 9000],
    [{ idle: 100 }, null, 5100],
    [{ idle: 100 }, 5001, 5100],
    [{ absolute: 4000 }, null, 6000],
    [{ absolute: 4000 }, 5500, 5500],
    [{ absolute: 4000 }, 6500, 6000],
    [{ idle: 999, absolute: 4000 }, null, 5999],
    [{ idle: 1001, absolute: 4000 }, null, 6000],
  ] as const) {
    it(`${JSON.stringify(limits)} and a cookie until ${own}: ${end}`, () => {
      expect(nearestEnd(MARKS, { ...NONE, ...limits }, { now: 5000, own })).to.equal(end)
    })
  }

  it('leaves the idle end where it is for a request that is no activity', () => {
    expect(nearestEnd(MARKS, { ...NONE, idle: 100 }, { now: 5000, own: null, idleEnd: 5050 })).to.equal(5050)
  })

  for (const [limits, end, over] of [
    [{}, 1, false],
    [{ absolute: 3000 }, undefined, true],
    [{ absolute: 3001 }, undefined, false],
    [{ idle: 1 }, undefined, false],
    [{ idle: 1 }, 5000, true],
    [{ idle: 1 }, 5001, false],
  ] as const) {
    it(`${JSON.stringify(limits)} and a record until ${end}: ${over ? 'over' : 'not over'} at 5000`, () => {
      expect(isPastLimits(MARKS, { ...NONE, ...limits }, { now: 5000, end })).to.equal(over)
    })
  }

  for (const [stored, end, least, due] of [
    [undefined, 1, 100, true],
    [1000, 1099, 100, false],
    [1000, 1100, 100, true],
    [1000, 1000, 0, false],
    [1000, 1001, 0, true],
    [1000, 900, 0, false],
  ] as const) {
    it(`an end that moves from ${stored} to ${end} is ${due ? '' : 'not '}due after ${least}`, () => {
      expect(isDue(stored, end, least)).to.equal(due)
    })
  }

  it('sends no cookie beyond the absolute limit, nor 400 days', () => {
    expect(latestCookie(MARKS, { ...NONE, absolute: 4000 }, 5000)).to.equal(6000)
    expect(latestCookie(MARKS, NONE, 5000)).to.equal(5000 + 400 * DAY)
  })

  it('copies a cookie with another end and the same lifetime', () => {
    const cookie = new Cookie({ maxAge: 9000, sameSite: 'lax' })
    const copy = cookieUntil(cookie, 5000)
    expect(copy).to.be.an.instanceof(Cookie)
    expect(copy.toJSON()).to.deep.equal({ ...cookie.toJSON(), expires: new Date(5000) })
    expect(cookieUntil(cookie, Infinity).expires).to.equal(null)
    expect(cookie.originalMaxAge).to.equal(9000)
  })

  for (const [what, given, date] of [
    ['a date in JSON', record({}), 9000],
    ['a Date', { cookie: { ...COOKIE, expires: new Date(7000) } }, 7000],
    ['none', { cookie: { ...COOKIE, expires: null } }, undefined],
    ['nonsense', { cookie: { ...COOKIE, expires: 'soon' } }, undefined],
    ['no cookie', {}, undefined],
    ['an end beside the cookie', { cookie: COOKIE, [ENDS]: 3000 }, 3000],
  ] as const) {
    it(`reads the end of a record with ${what}`, () => {
      expect(dateOf(given as never)).to.equal(date)
    })
  }
})

describe('core: the reserved key', () => {
  for (const value of [MARKS, { ...MARKS, u: 'ada', m: null }, newMarks(1)]) {
    it(`is ours: ${JSON.stringify(Object.keys(value))}`, () => expect(isMarks(value)).to.equal(true))
  }
  for (const value of [
    null,
    'mine',
    1,
    [],
    {},
    { c: 1 },
    { c: 1, a: 2 },
    { c: '1', a: 2, h: 'x' },
    { c: 1, a: NaN, h: 'x' },
    { c: 1, a: 1e300, h: 'x' },
  ]) {
    it(`is the app's: ${JSON.stringify(value)}`, () => expect(isMarks(value)).to.equal(false))
  }

  it('has 128 random bits in a handle', () => {
    const handles = new Set(Array.from({ length: 100 }, () => newMarks(1).h))
    expect(handles.size).to.equal(100)
    for (const handle of handles) expect(Buffer.from(handle, 'base64url')).to.have.length(16)
  })

  it('merges: what was stored first holds, and the later authentication; keys of later versions stay', () => {
    const mine = { c: 5, a: 7, h: 'mine' }
    expect(mergeMarks(mine, { c: 1, a: 2, h: 'stored', u: 'ada' } as never)).to.deep.equal({ c: 1, a: 7, h: 'stored', u: 'ada' })
    expect(mergeMarks(mine, { c: 1, a: 9, h: 'stored' })).to.deep.equal({ c: 1, a: 9, h: 'stored' })
  })

  it('is taken out of what was read, with the end that is not the cookie’s own', () => {
    const read = { record: record({ n: 1, '~': MARKS }), moment: 3, likeness: { text: 'all', parsed: { n: 1, '~': MARKS } } }
    expect(separate(read)).to.deep.equal({
      record: { cookie: { ...COOKIE, expires: null }, n: 1 },
      moment: 3,
      version: undefined,
      marks: MARKS,
      end: 9000,
      isTouched: false,
      likeness: { text: '{"n":1}', parsed: { n: 1 } },
    })
    expect(read.record).to.deep.equal(record({ n: 1, '~': MARKS }))
  })

  it('is taken out with what a touch has left in the cookie', () => {
    const touched = { ...COOKIE, originalMaxAge: 5, touched: true }
    const read = separate({ record: { cookie: touched, '~': MARKS } as never, moment: 3 })
    expect(read).to.include({ isTouched: true, end: 9000 })
    expect(read.record).to.deep.equal({ cookie: { ...COOKIE, originalMaxAge: 5 } })
    const cookie = markTouched(new Cookie({ maxAge: 5 }))
    expect(JSON.parse(JSON.stringify(cookie))).to.include({ touched: true, originalMaxAge: 5 })
  })

  it('leaves records without it as they are, to the object', () => {
    for (const data of [{ n: 1 }, { '~': 'mine' }]) {
      const read = { record: record(data), moment: 3 }
      expect(separate(read)).to.equal(read)
      expect(marksIn(read.record)).to.equal(undefined)
    }
  })

  it('is no data to compare, and is stored', () => {
    expect(serializeData({ cookie: {}, n: 1, '~': MARKS })).to.equal('{"n":1}')
    expect(serializeRecord({ cookie: {}, n: 1, '~': MARKS })).to.equal(`{"n":1,"~":${JSON.stringify(MARKS)}}`)
    expect(serializeData({ cookie: {}, '~': MARKS })).to.equal('{}')
    expect(serializeData({ cookie: {}, '~': 'mine' })).to.equal('{"~":"mine"}')
  })
})
