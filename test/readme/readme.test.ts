import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { blocksOf, pageOf, ROOT } from '../support/docs/pages'
import { answerOf } from '../support/program'
import { freePort } from '../support/free-port'

/** A program of examples/, on the page that shows it with its transcript. */
const PROGRAMS = { 'views.js': 'README.md', 'cookie.js': 'docs/stores.md', 'shop.js': 'docs/session.md' }

for (const [name, page] of Object.entries(PROGRAMS)) {
  const file = join(ROOT, 'examples', name)
  const blocks = blocksOf(pageOf(page))

  describe(`${page}: examples/${name}`, () => {
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

    it('is on the page', () => {
      expect(blocks.map(({ code }) => code)).to.include(readFileSync(file, 'utf8'))
    })

    it('responds as in the transcript after it', () => {
      const transcript = blocks[blocks.findIndex(({ code }) => code === readFileSync(file, 'utf8')) + 1]?.code ?? ''
      expect(transcript).to.match(/^\$ curl /)
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

/** The output, with `…` for any text on the line. */
function pattern(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('…', '[^\\n]+')}$`)
}
