import { expect } from 'chai'
import { spell, type AnySpelling } from '../../../lib/koa/settings/option-aliases'
import { count, KoaSite, lines, show, type Ctx } from '../site'
import { Told } from '../told'

const genid = (): string => 'a'
const other = (): string => 'b'
const onError = (): void => {}

/** Each older spelling with the current one, and a value. */
const OLDER: [old: keyof AnySpelling, option: keyof AnySpelling, value: unknown, other: unknown][] = [
  ['key', 'name', 'a', 'b'],
  ['allowEmpty', 'saveUninitialized', true, false],
  ['genSid', 'genid', genid, other],
  ['errorHandler', 'onError', onError, other],
]

/** Cookie attributes that koa-session has among its options. */
const FLAT: [attribute: keyof AnySpelling, value: unknown][] = [
  ['maxAge', 5],
  ['expires', new Date(5)],
  ['path', '/app'],
  ['domain', 'example.com'],
  ['secure', true],
  ['httpOnly', false],
  ['sameSite', 'lax'],
  ['priority', 'high'],
  ['partitioned', true],
  ['signed', false],
  ['overwrite', false],
]

describe('koa options: older spellings', () => {
  for (const [old, option, value, another] of OLDER) {
    it(`${old} sets ${option}`, () => {
      expect(spell({ [old]: value })).to.have.property(option, value)
    })

    it(`${old} has no effect next to ${option}, in any order`, () => {
      expect(spell({ [old]: value, [option]: another })).to.have.property(option, another)
      expect(spell({ [option]: another, [old]: value })).to.have.property(option, another)
    })

    it(`${old} that is undefined does not change ${option}`, () => {
      expect(spell({ [option]: another, [old]: undefined })).to.have.property(option, another)
      expect(spell({ [option]: undefined, [old]: value })).to.have.property(option, value)
    })
  }

  it('cookieOptions sets cookie, and has no effect next to it', () => {
    expect(spell({ cookieOptions: { path: '/a' } }).cookie).to.deep.equal({ path: '/a' })
    expect(spell({ cookieOptions: { path: '/a' }, cookie: { path: '/b' } }).cookie).to.deep.equal({ path: '/b' })
  })

  for (const [attribute, value] of FLAT) {
    it(`${attribute} among the options sets the attribute of the cookie, and has no effect next to it`, () => {
      expect(spell({ [attribute]: value }).cookie).to.deep.equal({ [attribute]: value })
      expect(spell({ [attribute]: value, cookie: { [attribute]: 1 } as never }).cookie).to.deep.equal({ [attribute]: 1 })
    })
  }

  it('maxage sets maxAge, and has no effect next to it', () => {
    expect(spell({ maxage: 5 }).cookie).to.deep.equal({ maxAge: 5 })
    expect(spell({ maxage: 5, maxAge: 6 }).cookie).to.deep.equal({ maxAge: 6 })
    expect(spell({ maxage: 5, cookie: { maxAge: 7 } }).cookie).to.deep.equal({ maxAge: 7 })
  })

  it('a maxAge of "session" means null, in the options and in cookie', () => {
    for (const options of [{ maxAge: 'session' }, { maxage: 'session' }, { cookie: { maxAge: 'session' } }] as AnySpelling[]) {
      expect(spell(options).cookie).to.deep.equal({ maxAge: null })
    }
  })

  it('ContextStore is a store for each request, made with its context', async () => {
    const store = new Told()
    const paths: string[] = []
    class ContextStore {
      readonly get = store.get.bind(store)
      readonly set = store.set.bind(store)
      readonly destroy = store.destroy.bind(store)
      constructor(ctx: unknown) {
        paths.push((ctx as Ctx).path)
      }
    }
    const visitor = new KoaSite({ ContextStore: ContextStore as never }, { '/': count, '/read': show }).visitor()
    await visitor.get()
    expect([(await visitor.get('/read')).text, paths]).to.deep.equal(['{"views":1}', ['/', '/read']])
  })

  for (const ContextStore of ['a', {}, 5]) {
    it(`a ContextStore of ${JSON.stringify(ContextStore)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ ContextStore: ContextStore as never }, count)).to.throw(TypeError, 'ContextStore option must be a class')
    })
  }

  it('key and flat attributes apply to the cookie', async () => {
    const [line] = lines(await new KoaSite({ key: 'old', path: '/', httpOnly: false, sameSite: 'lax' }, count).get())
    expect(line).to.match(/^old=[^;]+; path=\/; samesite=lax$/)
  })
})
