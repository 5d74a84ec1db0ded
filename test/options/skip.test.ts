import { expect } from 'chai'
import { lines } from '../support/browser'
import { count, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { siteOn, type Handler } from '../support/site'
import { TracingStore } from '../support/tracing-store'

const whatIsThere: Handler = (req, res) => res.end(typeof req.session)

const HANDLERS = routes({ '/': count, '/health': whatIsThere, '/late': whatIsThere })

onEachHost('options: skip', host => {
  for (const [how, skip] of Object.entries({
    'true or false': (req: { url?: string }) => req.url === '/health',
    'a promise': async (req: { url?: string }) => Promise.resolve(req.url === '/health'),
  })) {
    it(`makes no store call and sets no cookie if it returns ${how}`, async () => {
      const store = new TracingStore()
      const client = siteOn(host, { store, skip, saveUninitialized: true }, HANDLERS).browser()
      expect((await client.get()).text).to.equal('1')
      store.trace()
      const skipped = await client.get('/health')
      expect([skipped.text, lines(skipped), store.trace()]).to.deep.equal(['undefined', [], []])
      expect((await client.get()).text).to.equal('2')
    })
  }

  const refuse = (): never => {
    throw new Error('no idea')
  }

  for (const [what, skip] of Object.entries({
    throws: refuse,
    'returns a promise that is rejected': () => Promise.reject(new Error('no idea')),
    'returns a promise of another package whose then throws': () => ({ then: refuse }) as never,
  })) {
    it(`is an error of the request if it ${what}`, async () => {
      const { status, text } = await siteOn(host, { skip }, HANDLERS).get()
      expect([status, text]).to.deep.equal([500, host.errorText('no idea')])
    })
  }

  for (const skip of [true, '/health', {}]) {
    it(`is refused at setup if it is ${JSON.stringify(skip)}`, () => {
      expect(() => host.start({ skip: skip as never })).to.throw(TypeError, 'skip option must be a function')
    })
  }
})
