import { expect } from 'chai'
import express = require('express')
import request = require('supertest')
import { count } from '../support/handlers'
import { QUIET, Site, siteOn } from '../support/site'
import { onEachHost, onEachKoa } from '../support/hosts'
import { session } from '../support/subject'
import { useWarnings } from '../support/warnings'

const HTTPS = { 'X-Forwarded-Proto': 'https' }
const cookie = { secure: true }
let made = 0
const newName = (): string => `fix${made++}`

describe('diagnostics: how to trust a proxy', () => {
  const warnings = useWarnings()
  const expressApp = (trust: boolean, proxy?: boolean): express.Express => {
    const app = express()
    app.set('trust proxy', trust)
    app.use(session({ ...QUIET, name: newName(), cookie, proxy }) as unknown as express.RequestHandler)
    app.use((req, res) => void count(req as never, res))
    return app
  }

  it('is "trust proxy" in Express', async () => {
    await request(expressApp(false)).get('/').set(HTTPS)
    expect(warnings.map(({ message }) => message)[0]).to.contain("To trust the proxy, write app.set('trust proxy', 1).")
  })

  it('is not needed if Express trusts it', async () => {
    await request(expressApp(true)).get('/').set(HTTPS)
    expect(warnings).to.deep.equal([])
  })

  it('is to remove proxy: false', async () => {
    await request(expressApp(true, false)).get('/').set(HTTPS)
    expect(warnings[0]?.message).to.contain('write proxy: true instead of proxy: false in the session options')
  })

  it('is not needed if Express trusts the proxy, and the proxy does not send the header', async () => {
    await request(expressApp(true)).get('/')
    expect(warnings[0]?.message).to.match(/If a proxy ends TLS, make it send X-Forwarded-Proto: https\. For development/)
  })

  it('is proxy: true in a plain server', async () => {
    await new Site({ name: newName(), cookie }, count).get().set(HTTPS)
    expect(warnings[0]?.message).to.contain('write proxy: true in the session options')
  })

  it('is not in the warning if the proxy is trusted and does not send the header', async () => {
    await new Site({ name: newName(), cookie, proxy: true }, count).get()
    expect(warnings[0]?.message).to.match(/If a proxy ends TLS, make it send X-Forwarded-Proto: https\. For development/)
  })

  it('quotes another X-Forwarded-Proto', async () => {
    await new Site({ name: newName(), cookie, proxy: true }, count).get().set('X-Forwarded-Proto', 'http')
    expect(warnings[0]?.message).to.contain('X-Forwarded-Proto is "http"')
  })
})

onEachKoa('diagnostics: how to trust a proxy', host => {
  const warnings = useWarnings()

  it('is app.proxy', async () => {
    await siteOn(host, { name: newName(), cookie }, count).get().set(HTTPS)
    expect(warnings[0]?.message).to.contain('To trust the proxy, write app.proxy = true.')
  })
})

onEachHost('diagnostics: misspelt options', host => {
  const warnings = useWarnings()

  it('cause no warning with diagnostics: false', () => {
    const misspelt = { [`rolling${made++}`]: true }
    host.start({ ...misspelt, diagnostics: false } as never)
    expect(warnings).to.deep.equal([])
    host.start(misspelt as never)
    expect(warnings[0]?.message).to.match(
      /write rolling\. See docs\/troubleshooting\.md#resession_unknown_option in the package resession$/,
    )
  })
})

onEachHost('diagnostics: several cookies of the name', host => {
  const warnings = useWarnings()

  for (const [which, other] of [
    ['the first has an invalid signature', { secret: 'another secret, long enough' }],
    ['the session of the first does not exist', {}],
  ] as const) {
    it(`cause a warning if ${which}`, async () => {
      const name = newName()
      const site = siteOn(host, { name }, count)
      const [lost, visitor] = [siteOn(host, { name, ...other }, count).visitor(), site.visitor()]
      await lost.get()
      await visitor.get()
      const { text } = await site.visitor().get('/', { Cookie: `${lost.cookie}; ${visitor.cookie}` })
      expect(text).to.equal('2')
      expect(warnings.map(({ code }) => code)).to.deep.equal(['RESESSION_SEVERAL_COOKIES'])
    })
  }
})
