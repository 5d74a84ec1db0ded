import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { answerOf } from '../support/program'
import { freePort } from '../support/free-port'

const root = join(__dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** The code blocks of a language, in order. */
function blocks(language: string): string[] {
  return Array.from(readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms')), ([, code]) => code as string)
}

const PROGRAMS = { 'the first program': 'views.js', 'sessions in the cookie': 'cookie.js' }

for (const [index, [title, name]] of Object.entries(PROGRAMS).entries()) {
  const file = join(root, 'examples', name)

  describe(`README: ${title}`, () => {
    let program: ChildProcess
    let port: number
    let folder: string

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'resession-readme-'))
      port = await freePort()
      program = spawn(process.execPath, [file], { env: { ...process.env, PORT: String(port) }, stdio: 'inherit' })
      await answerOf(program, `http://localhost:${port}/none`)
    })

    after(() => {
      program.kill()
      rmSync(folder, { recursive: true })
    })

    it(`is examples/${name}`, () => {
      expect(blocks('js')).to.include(readFileSync(file, 'utf8'))
    })

    it('answers as its transcript says', () => {
      const transcript = blocks('console')[index] as string
      for (const step of transcript.split(/^\$ /m).slice(1)) {
        const [command, ...answer] = step.trimEnd().split('\n') as [string, ...string[]]
        const output = execFileSync('/bin/sh', ['-c', command.replace('localhost:3000', `localhost:${port}`)], {
          cwd: folder,
          encoding: 'utf8',
        })
        expect(output.replaceAll('\r', '').trimEnd(), command).to.match(pattern(answer.join('\n')))
      }
    })
  })
}

/** What must come, with `…` for anything on the line. */
function pattern(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('…', '[^\\n]+')}$`)
}
