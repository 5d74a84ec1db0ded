import cookieParser = require('cookie-parser')
import { expect } from 'chai'
import { createSecretKey } from 'node:crypto'
import session = require('../../lib')
import { checkDates, validSecrets, type AnySecret } from '../../lib/primitives/secrets'
import { useClock } from '../support/clock'
import { count, routes } from '../support/handlers'
import { Site } from '../support/site'

const NOW = Date.UTC(2030, 0, 1)
const DAY = 86_400_000

describe('primitives: secrets with dates', () => {
  const cases: Record<string, [given: AnySecret[], valid: string[]]> = {
    'of secrets without dates, the first signs': [
      ['a', 'b'],
      ['a', 'b'],
    ],
    'the newest whose from has passed signs': [
      [
        { key: 'a', from: NOW - 2 * DAY },
        { key: 'b', from: NOW - DAY },
      ],
      ['b', 'a'],
    ],
    'one whose from is still to come verifies': [
      [{ key: 'next', from: NOW + DAY }, { key: 'a' }],
      ['a', 'next'],
    ],
    'one signs from the moment of its from': [
      ['a', { key: 'b', from: NOW }],
      ['b', 'a'],
    ],
    'one does not verify from the moment of its until': [['a', { key: 'b', until: NOW }], ['a']],
    'one verifies until its until': [
      ['a', { key: 'b', until: NOW + 1 }],
      ['a', 'b'],
    ],
    'one with a date is newer than one without': [
      ['a', { key: 'b', from: 0 }],
      ['b', 'a'],
    ],
    'of two with the same date, the first signs': [
      [
        { key: 'a', from: 0 },
        { key: 'b', from: 0 },
      ],
      ['a', 'b'],
    ],
    'dates may be Date objects and strings': [
      [
        { key: 'a', from: new Date(NOW - DAY) },
        { key: 'b', from: '2029-12-31T12:00:00Z', until: '2030-01-02' },
      ],
      ['b', 'a'],
    ],
  }
  for (const [what, [given, valid]] of Object.entries(cases)) {
    it(what, () => expect(validSecrets(given, NOW)).to.deep.equal(valid))
  }

  it('are the same array if none has a date', () => {
    const secrets = ['a', Buffer.from('b'), createSecretKey(Buffer.from('c')), new Uint8Array([1])]
    expect(validSecrets(secrets, NOW)).to.equal(secrets)
  })

  it('are an error if none may sign', () => {
    for (const given of [[{ key: 'a', from: NOW + 1 }], [{ key: 'a', until: NOW }]])
      expect(() => validSecrets(given, NOW)).to.throw('secret option has no secret that is valid now')
  })

  it('are refused at setup without a key, with an invalid date, or with until before from', () => {
    for (const wrong of [
      { key: '' },
      { key: 5 as never },
      { key: 'a', from: 'soon' },
      { key: 'a', until: NaN },
      { key: 'a', from: 2, until: 1 },
    ])
      expect(() => session({ secret: [wrong], resave: false, saveUninitialized: false }), JSON.stringify(wrong)).to.throw(
        TypeError,
        'secret option',
      )
    expect(() => checkDates({ key: 'a', from: 1, until: 2 })).to.not.throw()
    expect(() => checkDates({ key: 'a', from: 2, until: 2 })).to.throw(TypeError, 'later than its from')
    expect(() => checkDates({ key: 'a', from: null, until: null } as never)).to.not.throw()
    expect(validSecrets([{ key: 'a', until: null }] as never)).to.deep.equal(['a'])
  })

  describe('in a site', () => {
    const clock = useClock()

    it('a secret signs from its from on, and the old one verifies until its until', async () => {
      const secret = [
        { key: 'old', until: clock.now() + 2 * DAY },
        { key: 'new', from: clock.now() + DAY },
      ]
      const store = new session.MemoryStore()
      const site = (given: unknown): Site => new Site({ store, secret: given as never }, routes({ '/': count }))
      const rotating = site(secret)
      const visitor = rotating.visitor()
      await visitor.get()
      const { cookie } = visitor
      const read = async (given: unknown): Promise<string> => (await site(given).get().set('Cookie', cookie)).text
      expect(await read('old')).to.equal('2')
      const early = site('new').visitor()
      await early.get()
      expect((await rotating.get().set('Cookie', early.cookie)).text, 'verified before it signs').to.equal('2')
      clock.turn(DAY)
      const later = rotating.visitor()
      await later.get()
      expect((await site('new').get().set('Cookie', later.cookie)).text).to.equal('2')
      expect((await rotating.get().set('Cookie', cookie)).text).to.equal('3')
      clock.turn(DAY)
      expect((await rotating.get().set('Cookie', cookie)).text).to.equal('1')
    })

    it('a secret does not verify after its until through cookie-parser either, which still has it', async () => {
      const store = new session.MemoryStore()
      const secret = [{ key: 'old', until: clock.now() + DAY }, 'new']
      const parse = cookieParser('old')
      for (const given of [secret, () => secret, async () => secret]) {
        const visitor = new Site({ store, secret: 'old' }, count).visitor()
        await visitor.get()
        const site = new Site({ store, secret: given as never }, count, (req, res) => parse(req as never, res as never, () => {}))
        expect((await site.get().set('Cookie', visitor.cookie)).text).to.equal('2')
        clock.turn(DAY)
        expect((await site.get().set('Cookie', visitor.cookie)).text).to.equal('1')
        clock.turn(-DAY)
      }
    })

    it('a secret of a function may have dates', async () => {
      const store = new session.MemoryStore()
      const given = (): AnySecret[] => [{ key: 'a' }, { key: 'b', from: clock.now() + DAY }]
      const visitor = new Site({ store, secret: given as never }, count).visitor()
      await visitor.get()
      expect((await new Site({ store, secret: 'a' }, count).get().set('Cookie', visitor.cookie)).text).to.equal('2')
    })
  })
})
