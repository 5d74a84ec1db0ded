import { cookieSessionSite, ironSessionSite } from './cookie-sites'
import { fastifySite } from './fastify-site'
import { koaSite } from './koa-site'
import { redisStore, type RedisPlace } from './redis-store'
import { bareSite, connectSite, load, type Site } from './site'
import type { Subject } from './subjects'
import type { Visit } from './visits'

/** @param place where sessions are kept; in memory where there is none */
export async function openSite(subject: Subject, visit: Visit, place?: RedisPlace): Promise<Site> {
  const { kind, module = '', options, atomic } = subject
  switch (kind) {
    case 'bare':
      return bareSite(visit)
    case 'connect':
      return connectSite(load(module), visit, options, place && (await redisStore(place, atomic)))
    case 'koa':
      return koaSite(subject, visit)
    case 'fastify':
      return fastifySite(subject, visit)
    case 'cookie-session':
      return cookieSessionSite(module, visit)
    case 'iron-session':
      return ironSessionSite(module, visit)
  }
}
