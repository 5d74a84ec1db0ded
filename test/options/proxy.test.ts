import { expect } from 'chai'
import express = require('express')
import request = require('supertest')
import { count } from '../support/handlers'
import { QUIET, setCookie, Site } from '../support/site'
import { session } from '../support/subject'

describe('options: proxy', () => {
  const cookie = { secure: true }
  const visit = async (proxy: boolean | undefined, header: string, before?: ConstructorParameters<typeof Site>[2]): Promise<boolean> =>
    Boolean(setCookie(await new Site({ cookie, proxy }, count, before).get().set('X-Forwarded-Proto', header)))

  describe('true', () => {
    for (const header of ['https', 'HTTPS', ' https ', 'https,http', 'https , http']) {
      it(`trusts X-Forwarded-Proto: ${JSON.stringify(header)}`, async () => {
        expect(await visit(true, header)).to.equal(true)
      })
    }
    for (const header of ['http', 'http,https', 'wss', 'httpss', '']) {
      it(`does not treat X-Forwarded-Proto: ${JSON.stringify(header)} as HTTPS`, async () => {
        expect(await visit(true, header)).to.equal(false)
      })
    }

    it('ignores req.secure', async () => {
      expect(await visit(true, 'http', req => Object.assign(req, { secure: true }))).to.equal(false)
    })
  })

  describe('false', () => {
    it('trusts neither the header nor req.secure', async () => {
      expect(await visit(false, 'https')).to.equal(false)
      expect(await visit(false, 'https', req => Object.assign(req, { secure: true }))).to.equal(false)
    })
  })

  describe('undefined', () => {
    it('does not trust the header by itself', async () => {
      expect(await visit(undefined, 'https')).to.equal(false)
    })

    it('trusts req.secure', async () => {
      expect(await visit(undefined, 'http', req => Object.assign(req, { secure: true }))).to.equal(true)
    })

    it('follows the "trust proxy" of Express', async () => {
      const app = (trust: boolean): express.Express => {
        const app = express()
        app.set('trust proxy', trust)
        app.use(session({ ...QUIET, cookie }) as express.RequestHandler)
        app.get('/', (req, res) => count(req as never, res))
        return app
      }
      expect(setCookie(await request(app(true)).get('/').set('X-Forwarded-Proto', 'https'))).to.match(/; Secure$/)
      expect(setCookie(await request(app(false)).get('/').set('X-Forwarded-Proto', 'https'))).to.equal(undefined)
    })
  })

  it('has no effect on a TLS connection', async () => {
    const encrypted = (req: object): void => void Object.defineProperty(req, 'connection', { value: { encrypted: true } })
    expect(await visit(false, 'http', encrypted)).to.equal(true)
  })
})
