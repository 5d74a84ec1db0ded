import type { Integration } from '../../integration'
import { EXPRESS } from '../session-app'
import { fastify } from './fastify'
import { fetchHttp2, fetchHttps } from './fetches'
import { connect, express, polka, restana } from './like-connect'
import { nest } from './nest'
import { inHttp, inHttp2, inHttp2OverTls, inHttps } from './of-node'
import { scenariosOf } from './scenarios'
import type { PublishedServer } from './server'

const published: readonly PublishedServer[] = [
  { title: 'express 4.21.2', packages: { 'express-4.21': 'npm:express@4.21.2' }, serve: express('express-4.21') },
  { title: 'express 4.22.3', packages: { 'express-4': 'npm:express@4.22.3' }, serve: express('express-4') },
  { title: 'express 5.3.0', packages: EXPRESS, serve: express('express-5') },
  { title: 'connect 3.7.0', packages: { connect: '3.7.0' }, serve: connect('connect') },
  { title: 'router 2.3.0', packages: { router: '2.3.0' }, serve: connect('router') },
  { title: 'polka 0.5.2', packages: { 'polka-0': 'npm:polka@0.5.2' }, serve: polka('polka-0') },
  { title: 'polka 1.0.0-next.28', packages: { 'polka-1': 'npm:polka@1.0.0-next.28' }, serve: polka('polka-1') },
  { title: 'restana 5.2.0', packages: { 'restana-5': 'npm:restana@5.2.0' }, serve: restana('restana-5') },
  { title: 'restana 6.1.0', packages: { 'restana-6': 'npm:restana@6.1.0' }, serve: restana('restana-6') },
  ...nest,
  {
    title: 'fastify 5.12.8 with @fastify/express 4.0.7',
    packages: { fastify: '5.12.8', '@fastify/express': '4.0.7' },
    serve: fastify('@fastify/express'),
  },
  {
    title: 'fastify 5.12.8 with @fastify/middie 9.3.6',
    packages: { fastify: '5.12.8', '@fastify/middie': '9.3.6' },
    serve: fastify('@fastify/middie'),
  },
  { title: 'node:http', packages: {}, serve: inHttp },
  { title: 'node:https', packages: {}, serve: inHttps, client: { protocol: 'https', fetch: fetchHttps } },
  { title: 'node:http2, without TLS', packages: {}, serve: inHttp2, client: { protocol: 'http', fetch: fetchHttp2 } },
  { title: 'node:http2, with TLS', packages: {}, serve: inHttp2OverTls, client: { protocol: 'https', fetch: fetchHttp2 } },
]

/** Servers and frameworks, with the same scenarios for each. */
export const servers: readonly Integration[] = published.map(server => ({
  title: server.title,
  packages: server.packages,
  scenarios: scenariosOf(server),
}))
