import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { turns, useServers, Wire, type Answer } from '../support/wire'
import { FATES, plain, stage, withoutCookie, type FateName, withheld } from './stage'

type Chunk = string | Buffer | Uint8Array

type Form = (res: ServerResponse, chunk: Chunk, callback: (err?: Error | null) => void) => unknown

const FORMS: Record<string, Form> = {
  'end()': res => res.end(),
  'end(callback)': (res, _, callback) => res.end(callback),
  'end(chunk)': (res, chunk) => res.end(chunk),
  'end(chunk, callback)': (res, chunk, callback) => res.end(chunk, callback),
  'end(chunk, encoding)': (res, chunk) => res.end(chunk, 'latin1'),
  'end(chunk, encoding, callback)': (res, chunk, callback) => res.end(chunk, 'latin1', callback),
}

const CHUNKS: readonly Chunk[] = ['né', Buffer.from('buffer'), new Uint8Array([98, 121, 116, 101]), '']

/** The observations of a handler, from its call of `end` on. */
class Account {
  readonly events: string[] = []
  returned: unknown
  after: unknown[] = []

  constructor(
    readonly form: Form,
    readonly chunk: Chunk,
  ) {}

  readonly handler = (_: unknown, res: ServerResponse): void => {
    res.on('finish', () => this.events.push('finish'))
    res.on('close', () => this.events.push('close'))
    this.returned = this.form(res, this.chunk, err => this.events.push(err ? `callback: ${err.message}` : 'callback')) === res
    this.after = [res.headersSent, res.writableEnded, codeOf(() => res.setHeader('X-Late', 'yes'))]
  }
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act()
  } catch (err) {
    return (err as NodeJS.ErrnoException).code
  }
  return undefined
}

async function withoutSession(form: Form, chunk: Chunk): Promise<{ account: Account; answer: Answer }> {
  const account = new Account(form, chunk)
  const wire = await Wire.to(plain(account.handler))
  return { answer: await wire.get().answer(), account: await settled(account) }
}

async function withSession(fate: FateName, later: boolean, form: Form, chunk: Chunk): Promise<{ account: Account; answer: Answer }> {
  const account = new Account(form, chunk)
  const { server, store, headers } = await stage(fate, account.handler)
  store.open = !later
  const wire = (await Wire.to(server)).get('/', ...headers)
  if (later && FATES[fate].asks.length > 0) {
    await withheld(wire, store)
    expect(account.events).to.deep.equal([])
    store.release()
  }
  const answer = await wire.answer()
  expect(store.asked).to.deep.equal(FATES[fate].asks)
  return { answer: withoutCookie(answer), account: await settled(account) }
}

/** Resolves when no more calls are pending. */
async function settled(account: Account): Promise<Account> {
  await turns()
  return account
}

describe('connect: the forms of res.end', () => {
  useServers()

  for (const [name, form] of Object.entries(FORMS)) {
    for (const fate of Object.keys(FATES) as FateName[]) {
      for (const later of FATES[fate].asks.length > 0 ? [false, true] : [false]) {
        it(`${name} has the same result as without a session, if the session is ${fate}${later ? ' later' : ' at once'}`, async () => {
          for (const chunk of CHUNKS) {
            const expected = await withoutSession(form, chunk)
            const { account, answer } = await withSession(fate, later, form, chunk)
            expect(answer).to.deep.equal(expected.answer)
            expect(account.returned).to.equal(true)
            expect(account.after).to.deep.equal([true, true, 'ERR_HTTP_HEADERS_SENT'])
            expect(account.events.filter(event => event.startsWith('callback'))).to.have.length(name.includes('callback') ? 1 : 0)
            expect(account.events).to.deep.equal(expected.account.events)
          }
        })
      }
    }
  }
})
