import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import { needsRedis, REDIS } from '../support/engines'
import { answerOf } from '../support/program'
import { freePort } from '../support/free-port'

const root = join(__dirname, '../..')
const file = join(root, 'examples/cluster.js')

describe('examples/cluster.js', () => {
  needsRedis()
  let program: ChildProcess
  let url: string
  let visitor: string | undefined

  before(async () => {
    url = `http://localhost:${await freePort()}/`
    program = spawn(process.execPath, [file], { env: { ...process.env, PORT: new URL(url).port, REDIS_URL: REDIS }, stdio: 'inherit' })
  })

  after(async () => {
    program?.kill()
    const client = new Redis(REDIS)
    await client.del(`example:${/s%3A([^.]+)/.exec(visitor ?? '')?.[1]}`)
    client.disconnect()
  })

  it('is in docs/scaling.md', () => {
    expect(readFileSync(join(root, 'docs/scaling.md'), 'utf8')).to.contain(`\`\`\`js\n${readFileSync(file, 'utf8')}\`\`\``)
  })

  it('counts the views of one client in four processes, and loses none', async () => {
    const [cookie] = ((await answerOf(program, url)).headers.get('set-cookie') as string).split(';') as [string]
    visitor = cookie
    const processes = new Set<string>()
    let before = 0
    while (processes.size < 4) {
      const { views, pid } = await look(cookie)
      processes.add(pid)
      before = views
    }
    const seen = await Promise.all(Array.from({ length: 100 }, async () => look(cookie)))
    const views = seen.map(({ views }) => views).sort((a, b) => a - b)
    expect(views).to.deep.equal(Array.from({ length: 100 }, (_, number) => before + 1 + number))
    expect(new Set(seen.map(({ pid }) => pid))).to.deep.equal(processes)
  }).timeout(60_000)

  /** Uses a connection of its own, which goes to the next process. */
  async function look(cookie: string): Promise<{ views: number; pid: string }> {
    const text = await (await fetch(url, { headers: { cookie, connection: 'close' } })).text()
    const [, views, pid] = /^(\d+) views, process (\d+)$/m.exec(text) as unknown as [string, string, string]
    return { views: Number(views), pid }
  }
})
