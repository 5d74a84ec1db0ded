import { Connection } from './connection'
import { record, type Data } from './record'
import { VISITORS, type Site } from './site'
import type { Visit } from './visits'

/** The present handler of the app. */
export interface App {
  act(session: Data): string
  writes: boolean
}

/** A site whose clients already have a session, if the visit needs one: each has made a first request, and sends the cookies that it was given. */
export async function entered(visit: Visit, open: (app: App) => Promise<Omit<Site, 'cookies'>>): Promise<Site> {
  const app: App = { act: visit.act, writes: visit.writes }
  const site = await open(app)
  if (!visit.returning) return { ...site, cookies: [''] }
  const cookies: string[] = []
  const connection = new Connection(site.listener, [''])
  app.writes = true
  for (let visitor = 0; visitor < VISITORS; visitor++) {
    app.act = session => `welcome, ${Object.assign(session, record(visit.bytes, visitor)).user.name}`
    const { setCookie } = await connection.ask()
    cookies.push(setCookie.map(line => line.split(';')[0]).join('; '))
  }
  Object.assign(app, { act: visit.act, writes: visit.writes })
  return { ...site, cookies }
}
