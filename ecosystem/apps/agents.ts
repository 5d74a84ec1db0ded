import type { Express, Request } from 'express'
import type { Integration, Scenario } from '../integration'
import { scenariosFrom } from './scenarios-from'
import { EXPRESS, sessionApp } from './session-app'

/** A pending request with the expected body: it rejects if the response differs. */
interface Asked extends PromiseLike<unknown> {
  expect(what: number | string | RegExp): Asked
  expect(header: string, value: string | RegExp): Asked
  set(header: string, value: string): Asked
  send(form: string): Asked
  redirects(most: number): Asked
}
interface Agent {
  get(path: string): Asked
  post(path: string): Asked
}
interface Supertest {
  (app: Express): Agent
  agent(app: Express): Agent
}

interface Data {
  user?: string
  visits?: number
}
const dataOf = (req: Request): Data => req.session as unknown as Data

const played: Readonly<Record<string, (supertest: Supertest, app: Express) => Promise<void>>> = {
  'an agent keeps its session': async (supertest, app) => {
    const ada = supertest.agent(app)
    await ada
      .get('/visit')
      .expect('set-cookie', /^connect\.sid=/)
      .expect('visit 1')
    await ada.get('/visit').expect('visit 2')
    await ada.get('/visit').expect('visit 3')
  },
  'two agents have two sessions': async (supertest, app) => {
    const [ada, eve] = [supertest.agent(app), supertest.agent(app)]
    await ada.post('/login').send('user=ada')
    await eve.get('/visit').expect('visit 1')
    await ada.get('/who').expect('ada')
    await eve.get('/who').expect('guest')
  },
  'an agent uses the new session ID after its login, also after redirects': async (supertest, app) => {
    const ada = supertest.agent(app)
    await ada.get('/visit')
    await ada.post('/login').send('user=ada').redirects(1).expect(200).expect('ada')
    await ada.get('/visit').expect('visit 1')
    await ada.get('/who').expect('ada')
  },
  'the next request sees the logout': async (supertest, app) => {
    const ada = supertest.agent(app)
    await ada.post('/login').send('user=ada').redirects(1).expect('ada')
    await ada.post('/logout').expect(200)
    await ada.get('/who').expect('guest')
  },
}

function countingApp(app: Express): Express {
  app.get('/visit', (req, res) => void res.send(`visit ${(dataOf(req).visits = (dataOf(req).visits ?? 0) + 1)}`))
  app.get('/who', (req, res) => void res.send(dataOf(req).user ?? 'guest'))
  app.post('/login', (req, res, next) => {
    req.session.regenerate(err => {
      if (err) return next(err)
      dataOf(req).user = (req.body as { user: string }).user
      res.redirect('/who')
    })
  })
  app.post('/logout', (req, res, next) => {
    req.session.destroy(err => (err ? next(err) : res.send('bye')))
  })
  return app
}

/** Clients for tests. */
export const agents: readonly Integration[] = ['6.3.4', '7.3.2'].map(version => {
  const name = `supertest-${version.split('.')[0]}`
  const scenario =
    (play: (supertest: Supertest, app: Express) => Promise<void>): Scenario =>
    async ({ here }) =>
      play(here.load<Supertest>(name), countingApp(sessionApp(here)))
  return {
    title: `supertest ${version}`,
    packages: { ...EXPRESS, [name]: `npm:supertest@${version}` },
    scenarios: scenariosFrom(played, scenario),
  }
})
