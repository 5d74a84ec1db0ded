import type { Request, Response } from 'express'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'

const load = createRequire(__filename)
const send = load('send') as (req: IncomingMessage, path: string) => { pipe(res: ServerResponse): unknown }

/** Larger than any buffer of Node, so that a writer has to wait for 'drain'. */
const FILE = resolve(__dirname, '../../package-lock.json')
const TEXT = 'some text that can be compressed, '.repeat(200)
const PIECES = Array.from({ length: 60 }, (_, index) => `${index} `.repeat(2000))

/** One way to respond, in Express and without it. */
export interface Form {
  readonly method?: 'HEAD'
  readonly headers?: Readonly<Record<string, string>>
  express(req: Request, res: Response): unknown
  plain(req: IncomingMessage, res: ServerResponse): unknown
}

export const FORMS: Record<string, Form> = {
  buffer: {
    express: (_, res) => res.type('txt').send(Buffer.from(TEXT)),
    plain: (_, res) => (res.setHeader('Content-Type', 'text/plain'), res.end(Buffer.from(TEXT))),
  },
  'a stream of many chunks': {
    express: (_, res) => Readable.from(PIECES).pipe(res.type('txt')),
    plain: (_, res) => (res.setHeader('Content-Type', 'text/plain'), Readable.from(PIECES).pipe(res)),
  },
  sendFile: {
    express: (_, res) => res.sendFile(FILE),
    plain: (req, res) => send(req, FILE).pipe(res),
  },
  redirect: {
    express: (_, res) => res.redirect('/home'),
    plain: (_, res) => res.writeHead(302, { Location: '/home' }).end(),
  },
  HEAD: {
    method: 'HEAD',
    express: (_, res) => res.send(TEXT),
    plain: (_, res) => (res.setHeader('Content-Length', TEXT.length), res.end(TEXT)),
  },
  '304': {
    headers: { 'if-none-match': '*' },
    express: (_, res) => res.set('ETag', '"1"').send(TEXT),
    plain: (_, res) => ((res.statusCode = 304), res.setHeader('ETag', '"1"'), res.end()),
  },
  empty: {
    express: (_, res) => res.status(204).end(),
    plain: (_, res) => res.end(),
  },
  'write and end': {
    express: (_, res) => (res.type('txt'), res.write(TEXT), res.write(TEXT), res.end(TEXT)),
    plain: (_, res) => (res.write(TEXT), res.write(TEXT), res.end(TEXT)),
  },
  'flushed headers': {
    express: (_, res) => (res.type('txt'), res.flushHeaders(), res.write(TEXT), setTimeout(() => res.end(TEXT), 1)),
    plain: (_, res) => ((res as Partial<ServerResponse>).flushHeaders?.(), res.write(TEXT), setTimeout(() => res.end(TEXT), 1)),
  },
}
