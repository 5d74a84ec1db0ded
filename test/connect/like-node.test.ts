import { expect } from 'chai'
import fc from 'fast-check'
import type { ServerResponse } from 'node:http'
import onHeaders = require('on-headers')
import { readAnswers, turns, useServers, Wire } from '../support/wire'
import { play, scripts, type Account, type Step } from './script'
import { FATES, plain, stage, withoutCookie, type FateName } from './stage'

const RUNS = process.env.CI ? 200 : Number(process.env.RUNS ?? 100)

const REQUESTS = {
  GET: 'GET / HTTP/1.1\r\nHost: site\r\n\r\n',
  'GET that closes': 'GET / HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n',
  HEAD: 'HEAD / HTTP/1.1\r\nHost: site\r\n\r\n',
  'GET of HTTP/1.0': 'GET / HTTP/1.0\r\n\r\n',
} as const

type RequestName = keyof typeof REQUESTS

interface Seen extends Account {
  readonly sent: unknown
}

/** The bytes without what may differ: the date, the session cookie, the order of headers, and the boundaries of chunks. RFC 9112 section 7.1. */
function normal(text: string, request: RequestName): unknown {
  const method = request === 'HEAD' ? 'HEAD' : 'GET'
  const [answer] = readAnswers(text, [method])
  if (answer) return withoutCookie(answer)
  const [line, ...headers] = (text.split('\r\n\r\n', 1)[0] as string).split('\r\n')
  const body = text.slice(text.indexOf('\r\n\r\n') + 4)
  return { line, headers: headers.filter(header => !/^(date|set-cookie):/i.test(header)).sort(), body }
}

type Before = (req: unknown, res: ServerResponse) => void

async function without(script: readonly Step[], request: RequestName, before: Before): Promise<Seen> {
  let playing: Promise<Account> | undefined
  const server = plain((req, res) => {
    before(req, res)
    playing = play(script, res)
  })
  const wire = (await Wire.to(server)).send(REQUESTS[request])
  while (!playing) await turns(1)
  const account = await playing
  return { ...account, sent: normal(wire.text, request) }
}

async function within(fate: FateName, later: boolean, script: readonly Step[], request: RequestName, before: Before): Promise<Seen> {
  let playing: Promise<Account> | undefined
  const { server, store, headers, errors } = await stage(fate, (_, res) => void (playing = play(script, res)), before)
  store.open = !later
  const asked = REQUESTS[request].replace('\r\n\r\n', `\r\n${headers.map(line => `${line}\r\n`).join('')}\r\n`)
  const wire = (await Wire.to(server)).send(asked)
  while (!playing) await turns(1)
  // Longer than any script
  await turns(20)
  store.open = true
  store.release()
  const account = await playing
  expect(errors).to.deep.equal([])
  return { ...account, sent: normal(wire.text, request) }
}

/**
 * Whether nothing in a script makes Node refuse the headers: an earlier middleware may correct them until the last moment, so the result is not
 * predictable.
 */
function hasGoodHeaders(script: readonly Step[]): boolean {
  return script.every(([, ...args]) => !args.includes(99))
}

describe('connect: any sequence of calls', () => {
  useServers()

  const check = async (fate: FateName, later: boolean, from: typeof scripts, before: Before): Promise<void> =>
    fc.assert(
      fc.asyncProperty(from, fc.constantFrom(...(Object.keys(REQUESTS) as RequestName[])), async (script, request) => {
        expect(await within(fate, later, script, request, before)).to.deep.equal(await without(script, request, before))
      }),
      { numRuns: RUNS },
    )

  for (const fate of Object.keys(FATES) as FateName[]) {
    for (const later of FATES[fate].asks.length > 0 ? [false, true] : [false]) {
      const title = `has the same bytes, return values and callbacks as without a session, if the session is ${fate} ${later ? 'later' : 'at once'}`

      it(title, async function () {
        this.timeout(RUNS * 200)
        await check(fate, later, scripts, () => {})
      })

      it(`${title}, with an earlier listener of on-headers`, async function () {
        this.timeout(RUNS * 200)
        await check(fate, later, scripts.filter(hasGoodHeaders), (_, res) => onHeaders(res, () => {}))
      })
    }
  }
})
