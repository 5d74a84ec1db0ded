import { expect } from 'chai'
import { update } from '../../lib'
import { data } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { siteOn, type Handler } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { turns } from '../support/wire'

const rejects = async (): Promise<never> => Promise.reject(new Error('no database'))
const login: Handler = (req, res) => ((data(req).user = 'ada'), res.end('in'))

const updates: Handler = async (req, res) => {
  data(req).user = 'ada'
  await req.session.save()
  res.end(
    await update(req, rejects as never).then(
      () => 'done',
      (err: Error) => err.message,
    ),
  )
}

const replaces: Handler = async (req, res) => {
  await req.session.destroy()
  req.session = { user: 'ada' } as never
  res.end('replaced')
}

interface Case {
  readonly what: string
  readonly options: Partial<SessionOptions>
  readonly handler?: Handler
  readonly says: RegExp
}

const CASES: readonly Case[] = [
  { what: 'userId', options: { userId: rejects as never }, says: /^userId option must return a string or a number.* not a promise$/ },
  {
    what: 'describe',
    options: { userId: s => (s as { user?: string }).user, describe: rejects as never },
    says: /^describe option must return an object, not a promise$/,
  },
  { what: 'the function for update', options: {}, handler: updates, says: /^update needs a synchronous function$/ },
]

onEachHost('a promise where none is allowed', host => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): unknown => unhandled.push(reason)
  let others: NodeJS.UnhandledRejectionListener[]
  beforeEach(() => {
    others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
  })
  afterEach(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of others) process.on('unhandledRejection', listener)
    unhandled.splice(0)
  })

  for (const { what, options, handler = login, says } of CASES) {
    it(`is an error, and its rejection does not end the process: ${what}`, async () => {
      const site = siteOn(host, { saveErrors: 'fail', ...options }, handler)
      const { text } = await site.get()
      await turns()
      expect(site.errors[0]?.message ?? text).to.match(says)
      expect(unhandled).to.deep.equal([])
    })
  }

  it('is an error, and its rejection does not end the process: genid, for an object in the place of a destroyed session', async () => {
    // On Koa another object begins another session
    if (host.framework === 'Koa') return
    let isFirst = true
    const genid = (): Promise<string> => {
      const id = isFirst ? Promise.resolve('an-id-of-a-session-000000') : rejects()
      isFirst = false
      return id
    }
    const site = siteOn(host, { saveErrors: 'fail', genid: genid as never }, replaces)
    await site.get()
    await turns()
    expect(site.errors[0]?.message).to.match(/^req\.session was destroyed; call regenerate first/)
    expect(unhandled).to.deep.equal([])
  })
})
