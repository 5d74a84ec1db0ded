import fc from 'fast-check'
import type { ServerResponse } from 'node:http'
import { turns } from '../support/wire'

type Method = 'writeHead' | 'setHeader' | 'removeHeader' | 'addTrailers' | 'write' | 'end' | 'flushHeaders'

/** One call of a handler on its response; `turn` waits for a turn of the event loop, and `CALLBACK` stands for a function that records its call. */
export type Step = readonly [Method | 'statusCode' | 'turn', ...unknown[]]

export const CALLBACK = 'a callback'

/** The observations of a handler. */
export interface Account {
  /** The result or error of each step. */
  readonly calls: unknown[]
  /** The callbacks and events, in order. */
  readonly events: string[]
}

// Without Trailer, which Node refuses in some cases
const HEADERS: readonly (readonly [string, unknown])[] = [
  ['X-A', 'a'],
  ['X-B', ['b', 'c']],
  ['Content-Length', 4],
  ['Content-Length', 0],
  ['Transfer-Encoding', 'chunked'],
  ['Connection', 'close'],
  ['Content-Type', 'text/plain'],
]

const header = fc.constantFrom(...HEADERS)
const status = fc.constantFrom(200, 201, 204, 304, 404, 500)
const oddity = fc.constantFrom<unknown>(null, undefined, 0, false, 5, {}, ['a'])

/**
 * Chunks with suitable encodings, with a callback or without. Excluded are malformed base64, whose bytes Node counts wrongly, and the encoding
 * 'buffer' for a string, which only the socket refuses. The time of the callback of an empty chunk depends on whether the one before it is sent.
 */
const bytes = fc
  .constantFrom<unknown[]>(
    ...[undefined, null, '', 'utf8', 'latin1', 'hex', 'base64'].map(encoding => ['feed', encoding]),
    ...[undefined, 'latin1'].map(encoding => ['né', encoding]),
    ...[undefined, 'utf8', 'buffer'].map(encoding => [Buffer.from('byte'), encoding]),
    [new Uint8Array([97, 98]), undefined],
    ['', undefined],
  )
  .chain(([data, encoding]) => fc.constantFrom(undefined, data === '' ? undefined : CALLBACK).map(callback => [data, encoding, callback]))

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: status.map((code): Step => ['statusCode', code]) },
  { weight: 1, arbitrary: fc.constantFrom<Step>(['statusCode', 99], ['statusCode', 103], ['statusCode', '204']) },
  { weight: 4, arbitrary: header.map(([name, value]): Step => ['setHeader', name, value]) },
  { weight: 3, arbitrary: header.map(([name]): Step => ['removeHeader', name]) },
  { weight: 1, arbitrary: status.map((code): Step => ['writeHead', code]) },
  { weight: 2, arbitrary: fc.tuple(status, header).map(([code, [name, value]]): Step => ['writeHead', code, { [name]: value }]) },
  { weight: 1, arbitrary: fc.tuple(status, header).map(([code, pair]): Step => ['writeHead', code, 'Reason', [...pair]]) },
  { weight: 1, arbitrary: fc.constant<Step>(['addTrailers', { 'X-T': 't' }]) },
  { weight: 8, arbitrary: bytes.map((args): Step => ['write', ...args]) },
  { weight: 1, arbitrary: fc.constant<Step>(['write', 'text', CALLBACK]) },
  { weight: 1, arbitrary: oddity.map((data): Step => ['write', data]) },
  { weight: 3, arbitrary: bytes.map((args): Step => ['end', ...args]) },
  { weight: 2, arbitrary: fc.constantFrom<Step>(['end'], ['end', CALLBACK], ['end', 'text', CALLBACK]) },
  { weight: 1, arbitrary: oddity.map((data): Step => ['end', data]) },
  { weight: 1, arbitrary: fc.constant<Step>(['flushHeaders']) },
  { weight: 3, arbitrary: fc.constant<Step>(['turn']) },
)

/** Steps in any order, sensible or not. */
export const scripts = fc.array(step, { minLength: 1, maxLength: 10 }).map(foreseeable)

/** Removes steps whose result depends on timing inside Node. */
function foreseeable(script: Step[]): Step[] {
  const end = script.findIndex(([name]) => name === 'end')
  const bad = script.findIndex(([name, code]) => name === 'statusCode' && code === 99)
  return (
    script
      // The argument of the callback of a second end depends on whether everything was sent by then
      .map((each, index) => (each[0] === 'end' && index > end ? (each.filter(arg => arg !== CALLBACK) as unknown as Step) : each))
      // If Node refuses a status at the end, it keeps the length of that end for headers before the next end
      .filter(([name], index) => bad === -1 || index < bad || !['writeHead', 'write', 'flushHeaders'].includes(name))
  )
}

/** Plays a script on a response, and ends the response. Resolves when it is closed. */
export async function play(script: readonly Step[], res: ServerResponse): Promise<Account> {
  const account: Account = { calls: [], events: [] }
  const closed = new Promise(resolve => res.once('close', resolve))
  for (const name of ['finish', 'error']) res.on(name, (err?: NodeJS.ErrnoException) => account.events.push(`${name} ${err?.code ?? ''}`))
  for (const [index, [name, ...args]] of [...script, ['end'] as Step].entries()) {
    // The effect of a late call in Node depends on whether the response is sent by then
    if (name !== 'turn') account.calls.push(take(res, name, withCallbacks(args, `${name} ${index}`, account)))
    else if (!res.writableEnded) await turns(1)
  }
  if (!res.writableEnded) res.destroy()
  await closed
  await turns(5)
  return account
}

function withCallbacks(args: unknown[], name: string, { events }: Account): unknown[] {
  const callback = (err?: NodeJS.ErrnoException | null): void => void events.push(`${name} ${err?.code ?? ''}`)
  return args.map(arg => (arg === CALLBACK ? callback : arg))
}

/** The result, as far as it does not depend on when bytes are sent, or the error. */
function take(res: ServerResponse, name: Method | 'statusCode', args: unknown[]): unknown {
  try {
    if (name === 'statusCode') return (res.statusCode = args[0] as number)
    const returned = (res[name] as (...args: unknown[]) => unknown).apply(res, args)
    return returned === res ? 'the response' : typeof returned
  } catch (err) {
    return (err as NodeJS.ErrnoException).code
  }
}
