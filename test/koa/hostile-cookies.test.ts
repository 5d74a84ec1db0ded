import { expect } from 'chai'
import fc from 'fast-check'
import { count, KoaSite, leave, show } from './site'

const HANDLERS = { '/': count, '/read': show, '/leave': leave }
const RECORDS = ['cookie', 'options', 'expiry', 'data'] as const
const runs = Number(process.env.RUNS ?? 200)

const siteOf = (record: (typeof RECORDS)[number]): KoaSite => new KoaSite({ signed: false, record }, HANDLERS)

const sent = (payload: unknown): string => `koa.sess=${Buffer.from(JSON.stringify(payload)).toString('base64')}`

describe('koa: a cookie that nobody has signed, and that is of nobody’s making', () => {
  const hostile = [{ originalMaxAge: 'x' }, { domain: -1 }, { path: 'a;b' }, { sameSite: 'loose' }, { priority: -1 }, { secure: true }]

  for (const record of RECORDS) {
    const site = siteOf(record)
    for (const cookie of hostile) {
      for (const [path, text] of Object.entries({ '/': '1', '/read': '{}', '/leave': 'left' })) {
        it(`whose cookie is ${JSON.stringify(cookie)} is a new session, and no error, on ${path}, as ${record}`, async () => {
          const res = await site.get(path).set('Cookie', sent({ views: 1, cookie: { originalMaxAge: 1000, ...cookie } }))
          expect([res.status, res.text]).to.deep.equal([200, text])
        })
      }
    }

    it(`is believed where its cookie is one, as ${record}`, async () => {
      const cookie = { originalMaxAge: null, expires: null, path: '/', httpOnly: true, secure: false }
      expect((await site.get('/').set('Cookie', sent({ views: 1, cookie }))).text).to.equal('2')
    })

    it(`is no error, whatever it says, as ${record}`, async () => {
      await fc.assert(
        fc.asyncProperty(PAYLOAD, fc.constantFrom(...Object.keys(HANDLERS)), async (payload, path) => {
          const res = await site.get(path).set('Cookie', sent(payload))
          expect([res.status, site.errors]).to.deep.equal([200, []])
        }),
        { numRuns: runs },
      )
    })
  }
})

const ATTRIBUTES = [
  'originalMaxAge',
  'maxAge',
  '_maxAge',
  'expires',
  '_expires',
  'path',
  'domain',
  'httpOnly',
  'secure',
  'sameSite',
  'priority',
]
const NAMES = [...ATTRIBUTES, 'partitioned', 'signed', 'overwrite', 'data', 'serialize', 'toJSON', 'constructor', '__proto__']

/** What JSON can say, and what the parts of a session mostly are. */
const anything = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1e9, 1e300, '', '/', 'a;b', 'x\r\ny', 'lax', 'low', '2030-01-01T00:00:00.000Z', 'never'),
  fc.jsonValue({ maxDepth: 2 }),
)
const cookie = fc.oneof(anything, fc.dictionary(fc.constantFrom(...NAMES), anything))
const PAYLOAD = fc.oneof(
  { weight: 1, arbitrary: anything },
  {
    weight: 9,
    arbitrary: fc
      .record({ cookie, _expire: anything, _maxAge: anything, _session: anything, _sid: anything, data: anything }, { requiredKeys: [] })
      // Whether it is one of ours is told by what it has, and `views` is what the handlers use
      .map(payload => ({ ...payload, views: 1 })),
  },
)
