import { createRequire } from 'node:module'
import { expect } from 'chai'
import type { Express } from 'express'
import request = require('supertest')
import { blockWith, pageOf } from '../support/docs/pages'
import { session } from '../support/subject'

const loadModule = createRequire(__filename)

/** The program of the page, which does not listen, and prints lines into an array. */
function programOf(lines: string[]): Express {
  const code = blockWith('docs/events.md', '// audit.js').replace(/^app\.listen\(.*$/m, 'return app')
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code of the documentation is what is tested
  const program = new Function('require', 'console', code) as (...args: unknown[]) => Express
  return program((name: string) => (name === 'resession' ? session : loadModule(name)), { log: (line: string) => lines.push(line) })
}

describe('docs/events.md', () => {
  it('the program prints what the page says', async () => {
    const lines: string[] = []
    const app = programOf(lines)
    const agent = request.agent(app)
    const login = await agent.post('/login')
    expect(login.text).to.equal('logged in\n')
    const confirmed = await agent.post('/confirm')
    expect((await agent.post('/logout')).text).to.equal('logged out\n')
    await request(app)
      .post('/logout')
      .set('Cookie', confirmed.get('Set-Cookie')?.[0]?.split(';')[0] as string)
    const said = pageOf('docs/events.md').text.match(/```text\n(created[^]*?)```/)?.[1] as string
    const named = (text: string): string => text.replaceAll(/[\w-]{22}/g, 'handle')
    expect(named(`${lines.join('\n')}\n`)).to.equal(named(said))
    expect(new Set(lines.slice(0, 3).map(line => line.split(' ')[1])).size).to.equal(1)
  })
})
