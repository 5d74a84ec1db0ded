import { expect } from 'chai'
import { once } from 'node:events'
import http2 = require('node:http2')
import { data } from '../support/handlers'
import { turns } from '../support/wire'
import { Http2Site, type Asked, type Res, type Respond } from './http2-site'

/** How a client disconnects before its response. */
const ENDS: Record<string, (asked: Asked) => unknown> = {
  'the client cancels the stream': ({ stream }) => stream.close(http2.constants.NGHTTP2_CANCEL),
  'the client destroys its session': ({ stream }) => stream.session?.destroy(),
}

const ANSWERS: Record<string, (res: Res) => unknown> = {
  'end with a chunk': res => res.end('text'),
  end: res => res.end(),
  'write and end': res => (res.write('te'), res.end('xt')),
  'writeHead and end': res => res.writeHead(200).end('text'),
  flushHeaders: res => res.flushHeaders(),
}

describe('connect: HTTP/2, streams that are aborted', () => {
  let site: Http2Site | undefined
  afterEach(() => site?.close())

  for (const [how, end] of Object.entries(ENDS)) {
    for (const [what, answer] of Object.entries(ANSWERS)) {
      const title = `${how} while the save for ${what} is pending: the session is saved, and nothing else happens`
      const breakOff = async (secure: boolean): Promise<void> => {
        let response: Res | undefined
        const handler: Respond = (req, res) => {
          data(req).user = 'ada'
          response = res
          answer(res)
        }
        const here = (site = new Http2Site(secure, handler, { cookie: { secure: 'auto' } }))
        const asked = await here.ask()
        await here.store.waits()
        const gone = once(response?.stream as http2.ServerHttp2Stream, 'close').catch(() => {})
        await Promise.resolve(end(asked))
        await gone
        here.store.open = true
        here.store.release()
        await turns()
        expect(here.store.asked.filter(call => call === 'set')).to.have.length(1)
        expect(here.errors).to.deep.equal([])
      }
      it(title, async () => breakOff(false))
      it(`${title}, over TLS`, async () => breakOff(true))
    }
  }

  it('a handler that responds to an aborted stream still saves', async () => {
    let answer = (): void => {}
    const here = (site = new Http2Site(false, (req, res) => {
      answer = () => {
        data(req).user = 'ada'
        res.end('text')
      }
    }))
    here.store.open = true
    const asked = await here.ask()
    const [stream] = (await once(here.server, 'stream')) as [http2.ServerHttp2Stream]
    asked.stream.close(http2.constants.NGHTTP2_CANCEL)
    await once(stream, 'close')
    answer()
    await turns()
    expect({ asked: here.store.asked, errors: here.errors }).to.deep.equal({ asked: ['set'], errors: [] })
  })

  it('the other streams of the connection are not affected', async () => {
    const here = (site = new Http2Site(false, (req, res) => {
      data(req).user = 'ada'
      res.end(req.url as string)
    }))
    const first = await here.ask({ ':path': '/first' })
    const second = await here.ask({ ':path': '/second' })
    while (here.store.asked.length < 2) await turns(1)
    first.stream.close(http2.constants.NGHTTP2_CANCEL)
    await first.reply
    here.store.release()
    expect((await second.reply).body).to.equal('/second')
  })
})
