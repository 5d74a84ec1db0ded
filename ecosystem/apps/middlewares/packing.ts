import { equal, match, ok } from 'node:assert/strict'
import { Readable } from 'node:stream'
import type { Express, RequestHandler, Response as Res } from 'express'
import type { Integration } from '../../integration'
import { sessionCookie } from '../../visitor'
import { EXPRESS } from '../session-app'
import { beforeAndAfter, count, isKept, visitorOf } from './stage'

const VERSIONS = ['1.7.4', '1.8.2']

/** Above the threshold of compression, 1 KB. */
const LONG = 'A session is kept. '.repeat(1000)

const plays: Record<string, (packing: Express) => Promise<void>> = {
  'a long text is compressed and has the session cookie': async packing => {
    packing.get('/long', (req, res) => void res.send(`${LONG}${count(req)}`))
    const ada = await visitorOf(packing)
    equal(await unpacked(await ada.ask('long')), `${LONG}1`)
    const short = await ada.ask('count')
    equal(short.headers.get('content-encoding'), null)
    equal(await short.text(), '2')
    await isKept(ada, 2)
  },
  'a stream is compressed and has the session cookie': async packing => {
    packing.get('/stream', (req, res) => {
      count(req)
      Readable.from(LONG.split('. ')).pipe(res.type('text/plain'))
    })
    const ada = await visitorOf(packing)
    equal(await unpacked(await ada.ask('stream')), LONG.replaceAll('. ', ''))
    await isKept(ada, 1)
  },
  'events are sent one at a time': async packing => {
    let release = (): void => {}
    packing.get('/events', (req, res) => {
      count(req)
      res.type('text/event-stream').write('data: first\n\n')
      flush(res)
      release = () => res.end('data: last\n\n')
    })
    const ada = await visitorOf(packing)
    const events = (await ada.ask('events')).body?.pipeThrough(new TextDecoderStream()).getReader() as ReadableStreamDefaultReader<string>
    equal((await events.read()).value, 'data: first\n\n')
    release()
    equal((await events.read()).value, 'data: last\n\n')
    ok((await events.read()).done)
    await isKept(ada, 1)
  },
}

type Play = Parameters<typeof beforeAndAfter>[0][string]

const playsWith = (name: string): Record<string, Play> =>
  Object.fromEntries(
    Object.entries(plays).map(([sentence, play]) => [sentence, ({ room, app }) => play(app(room.load<() => RequestHandler>(name)()))]),
  )

/** Decompresses a response. */
async function unpacked(res: Response): Promise<string> {
  equal(res.headers.get('content-encoding'), 'gzip')
  match(sessionCookie(res) ?? '', /^connect\.sid=s/)
  return res.text()
}

function flush(res: Res): void {
  ;(res as Res & { flush(): void }).flush()
}

export const packing: readonly Integration[] = VERSIONS.map(version => {
  const name = `compression-${version}`
  return {
    title: `compression ${version}`,
    packages: { ...EXPRESS, [name]: `npm:compression@${version}` },
    scenarios: beforeAndAfter(playsWith(name)),
  }
})
