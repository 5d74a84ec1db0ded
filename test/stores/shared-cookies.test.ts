import { expect } from 'chai'
import { Cookie } from '../../lib/core/record/cookie'
import { SharedCookies } from '../../lib/stores/memory/shared-cookies'
import { useCalls } from '../support/calls'

describe('stores: shared cookie attributes', () => {
  const written = useCalls(JSON, 'stringify')
  const plain = (attributes: object = {}) => ({ originalMaxAge: null, expires: null, httpOnly: true, path: '/', ...attributes }) as never

  it('are shared by cookies with the same attributes', () => {
    const forms = new SharedCookies()
    const form = forms.of(new Cookie(), undefined)
    expect(forms.of(new Cookie(), undefined)).to.equal(form)
    expect(forms.of(plain(), undefined)).to.equal(form)
    expect(forms.of(new Cookie({ path: '/other' }), undefined)).to.not.equal(form)
  })

  it('are not serialized for a cookie like the last one, with any expiry', () => {
    const forms = new SharedCookies()
    const dated = (ms: number): unknown => {
      const cookie = new Cookie({ maxAge: 60_000 })
      cookie._expires = new Date(ms)
      return forms.of(cookie, Number.isNaN(ms) ? undefined : ms)
    }
    dated(1_000)
    written.count()
    expect(dated(2_000)).to.equal(dated(3_000))
    expect(written.count()).to.equal(0)
    dated(NaN)
    expect(written.count()).to.equal(1)
  })

  it('are not serialized for a Cookie after a plain object with the same attributes', () => {
    const forms = new SharedCookies()
    forms.of(plain(), undefined)
    forms.of(new Cookie(), undefined)
    written.count()
    forms.of(new Cookie(), undefined)
    expect(written.count()).to.equal(0)
  })

  it('know whether an attribute is an object', () => {
    const forms = new SharedCookies()
    expect([forms.of(plain(), undefined).isNested, forms.of(plain({ deep: { x: 1 } }), undefined).isNested]).to.deep.equal([false, true])
  })

  it('are cleared when there are more than a hundred', () => {
    const forms = new SharedCookies()
    const first = forms.of(plain({ path: '/0' }), undefined)
    for (let path = 1; path < 100; path++) forms.of(plain({ path: `/${path}` }), undefined)
    expect(forms.of(plain({ path: '/0' }), undefined)).to.equal(first)
    forms.of(plain({ path: '/100' }), undefined)
    expect(forms.of(plain({ path: '/0' }), undefined)).to.not.equal(first)
  })
})
