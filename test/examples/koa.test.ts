import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import { answerOf } from '../support/program'
import { freePort } from '../support/free-port'

const root = join(__dirname, '../..')
const file = join(root, 'examples/koa.ts')

describe('examples/koa.ts', () => {
  let program: ChildProcess
  let url: string
  const cookies: Record<string, string> = {}

  before(async function () {
    // The compiler is slow on a busy machine
    this.timeout(30_000)
    url = `http://localhost:${await freePort()}`
    program = spawn(process.execPath, ['--import', 'tsx', file], { env: { ...process.env, PORT: new URL(url).port }, stdio: 'inherit' })
    await answerOf(program, url)
  })

  after(() => program.kill())

  /** A client without cookies. */
  async function get(path: string): Promise<string> {
    const cookie = Object.entries(cookies)
      .map(pair => pair.join('='))
      .join('; ')
    const res = await fetch(url + path, { headers: { cookie }, redirect: 'manual' })
    for (const line of res.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (line.includes('01 Jan 1970')) delete cookies[name]
      else cookies[name] = value
    }
    const location = res.headers.get('location')
    return location ? get(location) : res.text()
  }

  it('counts requests, and handles login and logout', async () => {
    expect(await get('/')).to.equal('guest, visit 1\n')
    expect(await get('/')).to.equal('guest, visit 2\n')
    expect(await get('/login')).to.equal('tobi, visit 1\n')
    expect(await get('/')).to.equal('tobi, visit 2\n')
    expect(await get('/logout')).to.equal('guest, visit 1\n')
  })
})
