import express = require('express')
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import http2 = require('node:http2')
import type { AddressInfo } from 'node:net'
import { Asked } from '../connect/http2-site'
import { cookieOf } from '../connect/stage'
import { connect, QUIET } from '../support/connect-host'
import type { Host, Next, Parts } from '../support/host'
import { HOSTS } from '../support/hosts'
import { session } from '../support/subject'
import { portOf, useServers, Wire } from '../support/wire'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- it has no types of its own, and for what is used here those of 5 hold
const express4 = require('express-4') as typeof express

/** A received response. */
export interface Reply {
  readonly status: number
  /** The name and value of its cookie. */
  readonly cookie: string | undefined
  readonly body: string
}

/** One pending request. */
export interface Asking {
  /** Whether any byte of a response has arrived. */
  begun(): boolean
  readonly reply: Promise<Reply>
}

/** One connection to a site. */
export interface Client {
  ask(path: string, cookie?: string): Asking
  /** The number of responses so far, complete or not. */
  answers(): number
  close(): void
}

interface Serving {
  readonly host: Host
  serve(parts: Parts): Promise<Client>
}

const served = (host: Host): Serving => ({ host, serve: parts => client1(createServer(host.listener(parts))) })

const { Connect: _, ...others } = HOSTS

export const SERVERS: Record<string, Serving> = {
  'Express 4': { host: connect, serve: parts => client1(createServer(expressed(express4, parts))) },
  'Express 5': { host: connect, serve: parts => client1(createServer(expressed(express, parts))) },
  'node:http': served(connect),
  'HTTP/2': { host: connect, serve: parts => client2(http2.createServer(connect.listener(parts) as never)) },
  ...Object.fromEntries(Object.entries(others).map(([name, host]) => [name, served(host)])),
}

const opened = new Set<Client>()

/** A connection that the suite's `useClients` closes after the test, even if that fails. */
function opening(client: Client): Client {
  opened.add(client)
  return client
}

/** Closes the connections of the suite that it is called in, and its servers. */
export function useClients(): void {
  useServers()
  afterEach(() => {
    for (const client of opened) client.close()
    opened.clear()
  })
}

function expressed(make: typeof express, { options, handler, fail }: Parts): express.Express {
  const app = make()
  app.use(session({ ...QUIET, ...options }) as never, handler as never)
  // Express recognises an error handler by its four parameters
  app.use((err: unknown, _req: express.Request, res: express.Response, _next: Next) => fail(err, res))
  return app
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
    // Bytes that are no response have no status line
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
