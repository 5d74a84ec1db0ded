import { expect } from 'chai'
import fc from 'fast-check'
import inject from 'light-my-request'
import { deflateSync, inflateSync } from 'node:zlib'
import { count, KoaSite, leave, show } from './site'

const HANDLERS = { '/': count, '/read': show, '/leave': leave }
const RECORDS = ['cookie', 'options', 'expiry', 'data'] as const
const runs = Number(process.env.RUNS ?? 200)

const siteOf = (record: (typeof RECORDS)[number]): KoaSite => new KoaSite({ signed: false, record }, HANDLERS)

const sent = (payload: unknown): string => `koa.sess=${Buffer.from(JSON.stringify(payload)).toString('base64')}`

describe('koa: a forged cookie without signatures', () => {
  const hostile = [{ originalMaxAge: 'x' }, { domain: -1 }, { path: 'a;b' }, { sameSite: 'loose' }, { priority: -1 }, { secure: true }]

  for (const record of RECORDS) {
    const site = siteOf(record)
    for (const cookie of hostile) {
      for (const [path, text] of Object.entries({ '/': '1', '/read': '{}', '/leave': 'left' })) {
        it(`with the value ${JSON.stringify(cookie)} starts a new session, without an error, on ${path}, as ${record}`, async () => {
          const res = await site.get(path).set('Cookie', sent({ views: 1, cookie: { originalMaxAge: 1000, ...cookie } }))
          expect([res.status, res.text]).to.deep.equal([200, text])
        })
      }
    }

    it(`is accepted if its value is valid, as ${record}`, async () => {
      const cookie = { originalMaxAge: null, expires: null, path: '/', httpOnly: true, secure: false }
      expect((await site.get('/').set('Cookie', sent({ views: 1, cookie }))).text).to.equal('2')
    })

    it(`is no error with any value, as ${record}`, async () => {
      // Without sockets: a connection takes ten times as long as a request
      const listener = site.app.callback()
      await fc.assert(
        fc.asyncProperty(PAYLOAD, fc.constantFrom(...Object.keys(HANDLERS)), async (payload, url) => {
          const res = await inject((req, res) => void listener(req, res), { url, headers: { cookie: sent(payload) } })
          expect([res.statusCode, site.errors]).to.deep.equal([200, []])
        }),
        { numRuns: runs },
      )
    })
  }
})

/** JSON with so many levels of nesting. */
const deep: Readonly<Record<string, (levels: number) => string>> = {
  lists: levels => `{"views":1,"a":${'['.repeat(levels)}${']'.repeat(levels)}}`,
  objects: levels => `{"views":1,"a":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`,
  'lists in the cookie': levels => `{"views":1,"cookie":{"originalMaxAge":1000,"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`,
  'lists as the cookie': levels => `{"views":1,"cookie":${'['.repeat(levels)}${']'.repeat(levels)}}`,
  'lists as the expiry': levels => `{"views":1,"_expire":${'['.repeat(levels)}${']'.repeat(levels)}}`,
  'lists alone': levels => '['.repeat(levels) + ']'.repeat(levels),
}

/** The encodings of a text in a cookie. */
const codecs = {
  base64: { encode: (text: string) => Buffer.from(text).toString('base64') },
  JSON: {
    encode: encodeURIComponent,
    decode: (value: string) => JSON.parse(decodeURIComponent(value)) as object,
  },
  'compressed JSON': {
    encode: (text: string) => deflateSync(text).toString('base64url'),
    decode: (value: string) => JSON.parse(inflateSync(Buffer.from(value, 'base64url')).toString()) as object,
  },
}

describe('koa: a cookie that is not signed, with deeply nested values', () => {
  for (const [coding, codec] of Object.entries(codecs)) {
    for (const record of RECORDS) {
      const own = 'decode' in codec ? { encode: (data: object) => codec.encode(JSON.stringify(data)), decode: codec.decode } : {}
      const site = new KoaSite({ signed: false, record, ...own }, HANDLERS)
      for (const [what, write] of Object.entries(deep)) {
        it(`is no error at any depth: ${what}, in ${coding}, as ${record}`, async () => {
          for (const levels of [10, 700, 1400, 5000, 50_000]) {
            const cookie = `koa.sess=${codec.encode(write(levels))}`
            // Node accepts no longer one
            if (cookie.length > 15_900) continue
            for (const path of Object.keys(HANDLERS)) {
              const { status } = await site.get(path).set('Cookie', cookie)
              expect([status, site.errors.map(String)], `${path}, ${levels} levels`).to.deep.equal([200, []])
            }
          }
        })
      }
    }
  }

  it('starts a new session if the nested values cannot be stored again', async () => {
    const site = siteOf('data')
    const payload = Buffer.from((deep.lists as (levels: number) => string)(5800)).toString('base64')
    expect((await site.get('/').set('Cookie', `koa.sess=${payload}`)).text).to.equal('1')
  })

  it('starts a new session if the value from decode cannot be serialized', async () => {
    const site = new KoaSite({ signed: false, decode: () => ({ views: 1n }) }, HANDLERS)
    expect((await site.get('/').set('Cookie', 'koa.sess=any')).text).to.equal('1')
    expect(site.errors).to.deep.equal([])
  })
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

/** Any JSON, with values that are typical of sessions. */
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
      // A record is recognised by its keys, and the handlers use `views`
      .map(payload => ({ ...payload, views: 1 })),
  },
)
