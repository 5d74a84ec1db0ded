import { expect } from 'chai'
import { count } from '../support/handlers'
import { setCookie, Site } from '../support/site'
import { session } from '../support/subject'

describe('options: name', () => {
  it('is connect.sid where nothing else is said', async () => {
    expect(setCookie(await new Site({}, count).get())).to.match(/^connect\.sid=s%3A/)
  })

  it('is the name of the cookie that is set and read', async () => {
    const visitor = new Site({ name: 'sid' }, count).visitor()
    await visitor.get()
    expect(visitor.cookie).to.match(/^sid=s%3A/)
    expect((await visitor.get()).text).to.equal('2')
  })

  it('has an older spelling, key', async () => {
    expect(setCookie(await new Site({ key: 'sid' }, count).get())).to.match(/^sid=s%3A/)
  })

  it('goes before key where both are said', async () => {
    expect(setCookie(await new Site({ key: 'old', name: 'new' }, count).get())).to.match(/^new=s%3A/)
  })

  it('that is a number is one in words', async () => {
    const visitor = new Site({ name: 5 as never }, count).visitor()
    await visitor.get()
    expect(visitor.cookie).to.match(/^5=s%3A/)
    expect((await visitor.get()).text).to.equal('2')
  })

  it('may not hold what a cookie name may not', () => {
    for (const name of ['a b', 'a;b', 'a=b', 'a\nb', 'ü']) {
      expect(() => session({ secret: 'x', name }), JSON.stringify(name)).to.throw(TypeError, 'argument name is invalid')
    }
  })

  it('is checked for a cookie function too', () => {
    expect(() => session({ secret: 'x', name: 'a b', cookie: () => ({}) })).to.throw(TypeError, 'argument name is invalid')
  })
})
