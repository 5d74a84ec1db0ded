import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { turns, useServers, Wire } from '../support/wire'
import { FATES, plain, stage, storeLate, withoutCookie, type FateName } from './stage'

type Head = (res: ServerResponse) => unknown

/** Arguments with which Node's `writeHead` throws. */
const REFUSED: Record<string, Head> = {
  'a reason of two lines': res => res.writeHead(200, 'a\r\nb'),
  'a reason with a NUL': res => res.writeHead(200, 'a\0b'),
  'a reason of two lines, and headers': res => res.writeHead(200, 'a\r\nb', { 'X-A': 'a' }),
  'a status below 100': res => res.writeHead(99),
  'a status above 999': res => res.writeHead(1000),
  'a status that is no number': res => res.writeHead('abc' as never),
  'no status': res => (res.writeHead as unknown as () => void)(),
  'a header whose value has two lines': res => res.writeHead(200, { 'X-A': 'a\r\nb' }),
  'a header whose name has a space': res => res.writeHead(200, { 'X A': 'a' }),
  'a header without a value': res => (res.setHeader('X-B', 'b'), res.writeHead(200, { 'X-A': undefined as never })),
}

const REASON: readonly unknown[] = [undefined, null, 'Reason', {}, 5]

/** Arguments of `writeHead` with headers in each place. */
const TAKEN: Record<string, unknown[]> = {
  ...Object.fromEntries(REASON.map(reason => [`${JSON.stringify(reason)}, and headers`, [201, reason, { 'X-A': 'a', 'X-B': ['b', 'c'] }]])),
  ...Object.fromEntries(
    REASON.map(reason => [`${JSON.stringify(reason)}, and an array of headers`, [201, reason, ['X-A', 'a', 'X-B', 'b']]]),
  ),
  ...Object.fromEntries(REASON.map(reason => [`${JSON.stringify(reason)}, and no headers`, [201, reason, undefined]])),
  'headers instead of a reason': [201, { 'X-A': 'a' }],
  'headers instead of a reason, and undefined': [201, { 'X-A': 'a' }, undefined],
  'headers instead of a reason, and null': [201, { 'X-A': 'a' }, null],
  'headers in both places': [201, { 'X-A': 'a' }, { 'X-B': 'b' }],
  'a reason alone': [201, 'Reason'],
}

function codeOf(head: Head, res: ServerResponse): unknown {
  try {
    head(res)
  } catch (err) {
    return (err as NodeJS.ErrnoException).code
  }
  return 'nothing thrown'
}

describe('connect: arguments of res.writeHead', () => {
  useServers()

  const without = async (head: Head): Promise<unknown> => {
    let code: unknown
    const wire = await Wire.to(
      plain((_, res) => {
        code = codeOf(head, res)
        res.destroy()
      }),
    )
    await wire.get().rest()
    return code
  }

  for (const fate of Object.keys(FATES) as FateName[]) {
    for (const [name, head] of Object.entries(REFUSED)) {
      for (const later of [false, true]) {
        const title = `${name} throws at the call, and the handler can respond, if the session is ${fate} ${later ? 'later' : 'at once'}`

        it(title, async () => {
          let code: unknown
          const { server, store, headers, errors } = await stage(fate, (_, res) => {
            code = codeOf(head, res)
            if (code !== 'nothing thrown') res.statusMessage = ''
            res.statusCode = 500
            res.end('sorry')
          })
          store.open = !later
          const wire = (await Wire.to(server)).get('/', ...headers)
          if (later) await turns()
          store.open = true
          store.release()
          expect(await wire.answer()).to.include({ line: 'HTTP/1.1 500 Internal Server Error', body: 'sorry' })
          expect(code)
            .to.be.a('string')
            .that.equals(await without(head))
          expect(errors).to.deep.equal([])
        })
      }
    }
  }

  for (const [name, args] of Object.entries(TAKEN)) {
    const head: Head = res => (res.writeHead as (...args: unknown[]) => ServerResponse)(...args).end('text')

    for (const fate of Object.keys(FATES) as FateName[]) {
      for (const later of FATES[fate].asks.length > 0 ? [false, true] : [false]) {
        it(`${name}: all are sent, if the session is ${fate} ${later ? 'later' : 'at once'}`, async () => {
          const { server, store, headers } = await stage(fate, (_, res) => head(res))
          store.open = !later
          const wire = (await Wire.to(server)).get('/', ...headers)
          if (later) await storeLate(wire, store)
          const expected = await (await Wire.to(plain((_, res) => head(res)))).get().answer()
          expect(withoutCookie(await wire.answer())).to.deep.equal(expected)
        })
      }
    }
  }

  for (const [name, head] of Object.entries(REFUSED)) {
    it(`${name} does not prevent an error handler from responding, with saveErrors: 'fail'`, async () => {
      const { server, store } = await stage('saved, or an error response', (_, res) => {
        codeOf(head, res)
        res.writeHead(500).end('sorry')
      })
      const wire = (await Wire.to(server)).get()
      await store.waits()
      store.open = true
      store.release()
      expect(await wire.answer()).to.include({ line: 'HTTP/1.1 500 Internal Server Error', body: 'sorry' })
    })
  }
})
