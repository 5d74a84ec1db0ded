import express = require('express')
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import http2 = require('node:http2')
import type { AddressInfo } from 'node:net'
import { Asked } from '../connect/http2-site'
import { cookieOf } from '../connect/stage'
import type { Req } from '../support/site'
import { portOf, useServers, Wire } from '../support/wire'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- it has no types of its own, and for what is used here those of 5 hold
const express4 = require('express-4') as typeof express

type Next = (err?: unknown) => void
export type Handler = (req: Req, res: ServerResponse, next: Next) => unknown

/** What a server is made of. */
export interface Parts {
  readonly middleware: (req: never, res: never, next: Next) => void
  readonly handler: Handler
  /** Where errors come to. */
  fail(err: unknown, res: ServerResponse): void
}

/** What a client got. */
export interface Reply {
  readonly status: number
  /** The name and value that it was given. */
  readonly cookie: string | undefined
  readonly body: string
}

/** One request under way. */
export interface Asking {
  /** Whether any byte of an answer has come. */
  begun(): boolean
  readonly reply: Promise<Reply>
}

/** One connection to a site. */
export interface Client {
  ask(path: string, cookie?: string): Asking
  /** How many answers have come, by whatever reason. */
  answers(): number
  close(): void
}

export const SERVERS: Record<string, (parts: Parts) => Promise<Client>> = {
  'Express 4': parts => client1(createServer(expressed(express4, parts))),
  'Express 5': parts => client1(createServer(expressed(express, parts))),
  'node:http': parts => client1(createServer(listener(parts) as never)),
  'HTTP/2': parts => client2(http2.createServer(listener(parts) as never)),
}

const opened = new Set<Client>()

/** A connection that the suite's `useClients` hangs up after the test, however that ends. */
function opening(client: Client): Client {
  opened.add(client)
  return client
}

/** Ends the connections of the suite that it is called in, and the servers with them. */
export function useClients(): void {
  useServers()
  afterEach(() => {
    for (const client of opened) client.close()
    opened.clear()
  })
}

function expressed(make: typeof express, { middleware, handler, fail }: Parts): express.Express {
  const app = make()
  app.use(middleware as never, handler as never)
  // Told from others by its four parameters
  app.use((err: unknown, _req: express.Request, res: express.Response, _next: Next) => fail(err, res))
  return app
}

/** Catches what is thrown at it, as a router would. */
export function listener({ middleware, handler, fail }: Parts): (req: Req, res: ServerResponse) => void {
  return (req, res) => {
    const failed = (err: unknown): void => fail(err, res)
    try {
      middleware(req as never, res as never, err => (err ? failed(err) : handler(req, res, failed)))
    } catch (err) {
      failed(err)
    }
  }
}

async function client1(server: Server): Promise<Client> {
  await portOf(server)
  const wire = await Wire.to(server)
  let asked = 0
  return opening({
    ask(path, cookie) {
      const from = wire.text.length
      wire.get(path, ...(cookie ? [`Cookie: ${cookie}`] : []))
      const reply = wire.answers(++asked).then(answers => {
        const answer = answers[asked - 1]
        if (!answer) throw new Error(`no whole answer in ${JSON.stringify(wire.text)}`)
        return { status: Number(answer.line.split(' ')[1]), cookie: cookieOf(answer), body: answer.body }
      })
      return { begun: () => wire.text.length > from, reply }
    },
    // Of bytes that are no answer there is no status line to find
    answers: () => wire.text.split('HTTP/1.1 ').length - 1,
    close: () => wire.socket.destroy(),
  })
}

async function client2(server: http2.Http2Server): Promise<Client> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await once(session, 'connect')
  let answers = 0
  return opening({
    ask(path, cookie) {
      const stream = session.request({ ':path': path, ...(cookie && { cookie }) }).on('response', () => answers++)
      const asked = new Asked(stream)
      const reply = asked.reply.then(({ status, headers, body }) => ({
        status: Number(status),
        cookie: headers['set-cookie']?.[0]?.split(';')[0],
        body,
      }))
      return { begun: () => asked.begun, reply }
    },
    answers: () => answers,
    close: () => {
      session.destroy()
      server.close()
    },
  })
}
