import { expect } from 'chai'
import { useDiagnostics } from '../support/diagnostics'
import { data } from '../support/handlers'
import { onEachStore } from '../support/hosts'
import { endOf } from '../support/jar'
import { overlap, put, type Act, type Outcome } from '../support/overlap'
import { siteOn, type Req } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const read: Act = () => {}

const remember: Act = req => {
  req.session.cookie.maxAge = 3_600_000
  data(req).remembered = true
}

const save = async (req: Req): Promise<void> =>
  new Promise((resolve, reject) => req.session.save(err => (err ? reject(err as Error) : resolve())))

onEachStore('options: concurrency, with requests that overlap', (host, storage) => {
  const { touch } = storage
  const meet = async (slow: Act, fast: Act, options?: Partial<SessionOptions>): Promise<Outcome> =>
    overlap([host, storage], slow, fast, options)

  it('a key deleted by one request is not restored by another that changes it', async () => {
    const { stored } = await meet(put('user', { name: 'ada', seen: 1 }), req => delete data(req).user)
    expect(stored).to.deep.equal({ count: 1 })
  })

  it('a key is deleted though another request has changed it', async () => {
    const { stored } = await meet(req => delete data(req).user, put('user', { name: 'eve' }))
    expect(stored).to.deep.equal({ count: 1 })
  })

  it('the later of two values of a key is kept', async () => {
    expect((await meet(put('count', 2), put('count', 3))).stored.count).to.equal(2)
  })

  if (!host.lacks.includes('resave')) {
    it('a request that only reads does not overwrite a change, with resave', async () => {
      const { stored, calls } = await meet(read, put('count', 2), { resave: true })
      expect({ count: stored.count, calls }).to.deep.equal({ count: 2, calls: ['get', 'get', 'set', 'get', 'set'] })
    })
  }

  it('a request that only reads does not overwrite a change, with rolling, and does not touch what was just saved', async () => {
    const { stored, calls } = await meet(read, put('count', 2), { rolling: true })
    expect({ count: stored.count, calls }).to.deep.equal({ count: 2, calls: ['get', 'get', 'set'] })
  })

  it('two requests that only read both touch the session', async () => {
    expect((await meet(read, read, host.keepsAlive)).calls).to.deep.equal(['get', 'get', touch, touch])
  })

  it('a second save in a request is merged as well', async () => {
    const twice: Act = async req => {
      data(req).slow = 1
      await save(req)
      data(req).slow = 2
    }
    const { stored, calls } = await meet(twice, put('fast', 1))
    expect(stored).to.deep.include({ slow: 2, fast: 1 })
    expect(calls).to.deep.equal(['get', 'get', 'set', 'get', 'set', 'get', 'set'])
  })

  it('changes after a reload are compared with the reloaded data', async () => {
    const reloads: Act = async req => {
      await new Promise(resolve => req.session.reload(resolve))
      delete data(req).fast
    }
    expect((await meet(reloads, put('fast', 1))).stored).to.deep.equal({ user: { name: 'ada' }, count: 1 })
  })

  /** Whether a cookie has the lifetime that `remember` has set. */
  const isRemembered = (cookie: string | undefined): boolean => {
    const lifetime = endOf(cookie ?? '') - Date.now()
    return lifetime > 3_500_000 && lifetime <= 3_600_000
  }

  it('a changed cookie.maxAge survives a concurrent request', async () => {
    const { cookieStored, cookie } = await meet(put('slow', 1), remember)
    expect(cookieStored.originalMaxAge).to.equal(3_600_000)
    if (storage.setsCookieOnSave) expect(isRemembered(cookie)).to.equal(true)
    else expect(cookie).to.equal(undefined)
  })

  for (const [what, slow] of Object.entries({ 'changes the session': put('slow', 1), 'only reads': read })) {
    it(`a changed cookie.maxAge is in the rolling cookie of a concurrent request that ${what}`, async () => {
      const { cookie } = await meet(slow, remember, { rolling: true, cookie: { maxAge: 60_000 } })
      expect(isRemembered(cookie)).to.equal(true)
    })
  }

  it('a shorter cookie.maxAge of the later request is kept', async () => {
    const { cookieStored } = await meet(req => void ((req.session.cookie.maxAge = 1000), (data(req).short = 1)), remember)
    expect(cookieStored.originalMaxAge).to.equal(1000)
  })
})

onEachStore('options: concurrency, on diagnostics channels', (host, storage) => {
  const messages = useDiagnostics('resession:merged', 'resession:conflict', 'resession:interrupted')
  const meet = async (slow: Act, fast: Act): Promise<Outcome> => overlap([host, storage], slow, fast)

  it('a merge is published', async () => {
    await meet(put('slow', 1), put('fast', 2))
    expect(messages).to.deep.equal([['resession:merged', {}]])
  })

  it('the keys of a conflict are published, without values and IDs', async () => {
    await meet(put('count', 2), put('count', 3))
    expect(messages).to.deep.equal([
      ['resession:merged', {}],
      ['resession:conflict', { keys: ['count'] }],
    ])
  })

  it('a dropped write is published, once', async () => {
    const { stored } = await meet(put('slow', 1), async req => new Promise(resolve => req.session.destroy(resolve)))
    expect(stored).to.deep.equal({})
    expect(messages).to.deep.equal([['resession:interrupted', {}]])
  })

  it('nothing is published if no requests overlap', async () => {
    const site = siteOn(host, storage.options(new TracingStore()), (req, res) => ((data(req).user = 1), res.end()))
    await site.visitor().get()
    expect(messages).to.deep.equal([])
  })
})
