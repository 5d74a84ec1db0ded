import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { once } from 'node:events'
import http2 = require('node:http2')
import type { AddressInfo } from 'node:net'
import { runInNewContext } from 'node:vm'
import { data } from '../support/handlers'
import { turns, useServers, Wire } from '../support/wire'
import { Http2Site } from './http2-site'
import { plain, stage, withoutCookie } from './stage'

type Call = (res: Record<'end' | 'write', (...args: unknown[]) => unknown>) => unknown

/** Calls that throw in Node. */
const REFUSED: Record<string, Call> = {
  'write()': res => res.write(),
  'write(null)': res => res.write(null),
  'write(function)': res => res.write(() => {}),
  'write(object)': res => res.write({}),
  'write(number)': res => res.write(5),
  'write(0)': res => res.write(0),
  'end(object)': res => res.end({}),
  'end(array)': res => res.end(['a']),
  'end(number)': res => res.end(5),
  'end(true)': res => res.end(true),
  'end(symbol)': res => res.end(Symbol('a')),
  'end(array of 16 bits)': res => res.end(new Uint16Array([97, 98])),
  'end(array of floats)': res => res.end(new Float64Array(1)),
  'end(array of signed bytes)': res => res.end(new Int8Array([97])),
  'end(DataView)': res => res.end(new DataView(new ArrayBuffer(2))),
  'end(ArrayBuffer)': res => res.end(new ArrayBuffer(2)),
  'write(array of 32 bits)': res => res.write(new Uint32Array([97])),
  'write(array of 32 bits, encoding)': res => res.write(new Uint32Array([97]), 'latin1'),
  'write(DataView)': res => res.write(new DataView(new ArrayBuffer(2))),
  'end(string, unknown encoding)': res => res.end('text', 'bogus'),
  'end(string, number)': res => res.end('text', 5),
  'end(bytes, unknown encoding)': res => res.end(Buffer.from('bytes'), 'bogus'),
  'write(string, unknown encoding)': res => res.write('text', 'bogus'),
  'write(string, object)': res => res.write('text', {}),
}

/** Calls that Node accepts, although the argument is no chunk or no encoding. */
const TAKEN: Record<string, Call> = {
  'end(null)': res => res.end(null),
  'end(undefined, undefined, undefined)': res => res.end(undefined, undefined, undefined),
  'end(0)': res => res.end(0),
  'end(false)': res => res.end(false),
  'end(NaN)': res => res.end(NaN),
  "end(bytes, 'buffer')": res => res.end(Buffer.from('bytes'), 'buffer'),
  'end(bytes of another realm)': res => res.end(runInNewContext('new Uint8Array([98, 99])')),
  "end(string, '')": res => res.end('text', ''),
  'end(string, null)': res => res.end('text', null),
  "end(string, 'UTF8', no function)": res => res.end('text', 'UTF8', 'no function'),
  "write(bytes, 'buffer') and end()": res => [res.write(Buffer.from('bytes'), 'buffer'), res.end()],
  "write('') and end()": res => [res.write(''), res.end()],
}

function codeOf(call: Call, res: ServerResponse): unknown {
  try {
    call(res as never)
  } catch (err) {
    return (err as NodeJS.ErrnoException).code
  }
  return 'nothing thrown'
}

describe('connect: arguments of res.write and res.end', () => {
  useServers()

  const without = async (call: Call): Promise<unknown> => {
    let code: unknown
    const wire = await Wire.to(
      plain((_, res) => {
        code = codeOf(call, res)
        res.destroy()
      }),
    )
    await wire.get().rest()
    return code
  }

  for (const [name, call] of Object.entries(REFUSED)) {
    for (const later of [false, true]) {
      it(`${name} throws the same error as in Node, and the handler can still respond, with a store that calls back ${later ? 'later' : 'at once'}`, async () => {
        let code: unknown
        const { server, store } = await stage('saved', (_, res) => {
          code = codeOf(call, res)
          if (res.writableEnded) return
          res.statusCode = 500
          res.end('sorry')
        })
        store.open = !later
        const wire = (await Wire.to(server)).get()
        if (later) await store.waits()
        await turns()
        if (later) expect(wire.text).to.equal('')
        store.release()
        expect(await wire.answer()).to.deep.include({ line: 'HTTP/1.1 500 Internal Server Error', body: 'sorry' })
        expect(code)
          .to.be.a('string')
          .that.equals(await without(call))
        expect(store.asked).to.deep.equal(['set'])
      })
    }
  }

  for (const [name, call] of Object.entries(TAKEN)) {
    it(`${name} waits for the save, and then has the same result as without a session`, async () => {
      const { server, store } = await stage('saved', (_, res) => void call(res as never))
      const wire = (await Wire.to(server)).get()
      await Promise.race([store.waits(), wire.answer()])
      await turns()
      expect(wire.text).to.equal('')
      store.release()
      const expected = await (await Wire.to(plain((_, res) => void call(res as never)))).get().answer()
      expect(withoutCookie(await wire.answer())).to.deep.equal(expected)
      expect(store.asked).to.deep.equal(['set'])
    })
  }

  for (const later of [false, true]) {
    it(`objects are accepted if an earlier middleware accepts them, with a store that calls back ${later ? 'later' : 'at once'}`, async () => {
      type Patched = Record<'end' | 'write', (...args: unknown[]) => unknown>
      const json = (res: ServerResponse): void => {
        const patched = res as unknown as Patched
        const { write, end } = patched
        patched.write = value => write.call(res, JSON.stringify(value))
        patched.end = value => end.call(res, JSON.stringify(value))
      }
      const respond = (_: unknown, res: ServerResponse): void => {
        const patched = res as unknown as Patched
        patched.write({ first: true })
        patched.end({ last: true })
      }
      const { server, store, errors } = await stage('saved', respond, (_, res) => json(res))
      store.open = !later
      const wire = (await Wire.to(server)).get()
      if (later) await store.waits()
      store.release()
      expect(await wire.answer()).to.include({ line: 'HTTP/1.1 200 OK', body: '{"first":true}{"last":true}' })
      expect(errors).to.deep.equal([])
    })
  }
})

/** Responses without a body, and calls that give them one. */
const BODILESS: Record<string, readonly [method: string, status: number, Call]> = {
  'end(string) of HEAD': ['HEAD', 200, res => res.end('text')],
  'write(bytes) of HEAD': ['HEAD', 200, res => res.write(Buffer.from('bytes'))],
  'end(string) of a 204': ['GET', 204, res => res.end('text')],
  'write(string) of a 204': ['GET', 204, res => res.write('text')],
  'end(string) of a 304': ['GET', 304, res => res.end('text')],
  'end() of a 304': ['GET', 304, res => res.end()],
  'end(string) of a 200': ['GET', 200, res => res.end('text')],
}

describe('connect: a server with rejectNonStandardBodyWrites', () => {
  useServers()

  /** The handler, and what it has caught. */
  const respond = (status: number, call: Call) => {
    const caught: unknown[] = []
    return {
      caught,
      handler(_: unknown, res: ServerResponse): void {
        res.statusCode = status
        caught.push(codeOf(call, res))
        if (!res.writableEnded) res.end()
      },
    }
  }
  const rejecting = <S extends object>(server: S): S => Object.assign(server, { rejectNonStandardBodyWrites: true })

  for (const [name, [method, status, call]] of Object.entries(BODILESS)) {
    for (const later of [false, true]) {
      it(`${name} throws in the call what it throws without a session, with a store that calls back ${later ? 'later' : 'at once'}`, async () => {
        const request = `${method} / HTTP/1.1\r\nHost: site\r\n\r\n`
        const [expected, here] = [respond(status, call), respond(status, call)]
        const bare = await (await Wire.to(rejecting(plain(expected.handler)))).send(request).answer(method)
        const { server, store, errors } = await stage('saved', here.handler)
        store.open = !later
        const wire = (await Wire.to(rejecting(server))).send(request)
        if (later) await store.waits()
        store.release()
        expect(withoutCookie(await wire.answer(method))).to.deep.equal(bare)
        expect(here.caught).to.deep.equal(expected.caught)
        expect(errors).to.deep.equal([])
      })
    }
  }
})

/** Calls whose chunk HTTP/2 may judge in another way. The values of REFUSED and TAKEN are tried too. */
const ODD: Record<string, Call> = {
  "end('')": res => res.end(''),
  'end(0n)': res => res.end(0n),
  'write(false)': res => res.write(false),
}

describe('connect: arguments of res.write and res.end on HTTP/2', () => {
  let site: Http2Site | undefined
  afterEach(() => site?.close())

  /** The error of a call without a session. */
  const bare = async (call: Call): Promise<unknown> => {
    const server = http2.createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const stream = client.request().resume()
    const [, res] = (await once(server, 'request')) as [unknown, ServerResponse]
    const code = codeOf(call, res)
    res.end()
    await once(stream, 'close')
    client.close()
    server.close()
    return code
  }

  for (const [name, call] of Object.entries({ ...REFUSED, ...TAKEN, ...ODD })) {
    it(`${name} throws what it throws without a session, and the handler can still respond`, async () => {
      const expected = await bare(call)
      let code: unknown
      const here = (site = new Http2Site(false, (req, res) => {
        data(req).user = 'ada'
        code = codeOf(call, res as unknown as ServerResponse)
        if (code !== 'nothing thrown') res.statusCode = 500
        if (!res.writableEnded) res.end('sorry')
      }))
      const asked = await here.ask()
      await here.store.waits()
      await turns()
      expect(asked.begun).to.equal(false)
      here.store.open = true
      here.store.release()
      const { status, body } = await asked.reply
      expect(code).to.equal(expected)
      expect(status).to.equal(code === 'nothing thrown' ? 200 : 500)
      if (code !== 'nothing thrown') expect(body).to.equal('sorry')
    })
  }
})
