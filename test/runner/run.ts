// npm test, npm run quick, npm run test:…: runs a suite, part by part, and prints one summary at the end
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { isGood, readOutcome, summaryOf, type Outcome } from './outcome'
import { ROOT, SUITES, type Part } from './suites'

const BIN = join(ROOT, 'node_modules/.bin')

/** @param isAlone prints the output immediately; the output of concurrent parts is printed part by part */
function run({ name, command: [program = '', ...args] }: Part, isAlone: boolean): Promise<Outcome> {
  const began = performance.now()
  const env = { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}` }
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (isAlone) process.stdout.write(chunk)
    })
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', code => {
      const output = Buffer.concat(chunks)
      if (!isAlone) process.stdout.write(output)
      resolve(readOutcome({ name, output: output.toString(), code, seconds: (performance.now() - began) / 1000 }))
    })
  })
}

async function main(suite: string | undefined): Promise<void> {
  const stages = SUITES[suite ?? '']
  if (!stages) throw new Error(`a suite is one of ${Object.keys(SUITES).join(', ')}`)
  const outcomes: Outcome[] = []
  for (const parts of stages) {
    console.log(`\n== ${parts.map(({ name }) => name).join(', ')} ==`)
    outcomes.push(...(await Promise.all(parts.map(async part => run(part, parts.length === 1)))))
  }
  console.log(`\n== summary ==\n${summaryOf(outcomes)}`)
  process.exitCode = outcomes.every(isGood) ? 0 : 1
}

void main(process.argv[2])
