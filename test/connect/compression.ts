import type { ServerResponse } from 'node:http'
import { createGzip, type Gzip } from 'node:zlib'
import onHeaders = require('on-headers')
import type { Req } from '../support/site'

type Args = unknown[]

type Patchable = Record<'write' | 'end' | 'flush' | 'on', (...args: Args) => unknown>

/**
 * Stands in for the `compression` package, which patches the same methods, and decides when the headers are written. Later drain listeners are added
 * to its stream.
 */
export function compress(_: Req, res: ServerResponse, threshold = 100): void {
  const patched = res as unknown as Patchable
  const { write, end, on } = patched
  const listeners: Args[] = []
  let gzip: Gzip | undefined
  let length: number | undefined
  let ended = false

  patched.write = (...args) => {
    if (ended) return false
    if (!res.headersSent) res.writeHead(res.statusCode)
    return gzip ? gzip.write(args[0] as Buffer) : write.apply(res, args)
  }

  patched.end = (...args) => {
    if (ended) return false
    if (!res.headersSent) {
      if (!res.getHeader('Content-Length')) length = Buffer.byteLength((args[0] as Buffer | undefined) ?? '')
      res.writeHead(res.statusCode)
    }
    if (!gzip) return end.apply(res, args)
    ended = true
    return gzip.end(args[0] as Buffer)
  }

  patched.flush = () => gzip?.flush()

  patched.on = (...args) => {
    if (args[0] !== 'drain') return on.apply(res, args)
    if (gzip) gzip.on('drain', args[1] as () => void)
    else listeners.push(args)
    return res
  }

  onHeaders(res, () => {
    if (Number(res.getHeader('Content-Length')) < threshold || Number(length) < threshold) return
    const zip = (gzip = createGzip())
    res.setHeader('Content-Encoding', 'gzip')
    res.removeHeader('Content-Length')
    zip.on('data', chunk => {
      if (write.call(res, chunk) === false) zip.pause()
    })
    zip.on('end', () => end.call(res))
    on.call(res, 'drain', () => zip.resume())
    for (const [, listener] of listeners) zip.on('drain', listener as () => void)
  })
}
