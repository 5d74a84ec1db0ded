import { manualSite } from './manual-site'
import { cookieSessionSite, ironSessionSite } from './cookie-sites'
import { storeAt, type StorePlace } from './distant-store'
import { durableStore } from './durable-store'
import { fastifySite } from './fastify-site'
import { koaManualSite } from './koa-manual-site'
import { koaSite } from './koa-site'
import { bareSite, connectSite, load, type Site } from './site'
import type { Subject } from './subjects'
import type { Visit } from './visits'

/** @param place the place of the sessions; in memory by default */
export async function openSite(subject: Subject, visit: Visit, place?: StorePlace): Promise<Site> {
  const { kind, module = '', options, atomic, durable } = subject
  switch (kind) {
    case 'bare':
      return bareSite(visit)
    case 'manual':
      return manualSite(visit)
    case 'connect':
      return connectSite(load(module), visit, options, durable ? await durableStore(durable) : place && (await storeAt(place, atomic)))
    case 'koa':
      return koaSite(subject, visit)
    case 'koa manual':
      return koaManualSite(visit)
    case 'fastify':
      return fastifySite(subject, visit)
    case 'cookie-session':
      return cookieSessionSite(module, visit)
    case 'iron-session':
      return ironSessionSite(module, visit)
  }
}
