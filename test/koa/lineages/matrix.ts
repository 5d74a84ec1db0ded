import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pair } from './compare'
import { LINEAGES, scenariosOf, type Lineage } from './lineages'
import type { Seen } from './namer'
import { play } from './play'
import { SCENARIOS, type Scenario } from './scenarios'

export const MATRIX = join(__dirname, 'matrix.md')

const HEAD = `# What the older middlewares do, and what ours does in their place

Made by \`npm run koa-matrix\`, and held against what the tests see. Each cell is what the visits of a scenario bring about, one by one: the status where it
is not 200, calls of the store, \`SC\` for a cookie that is set, \`CLR\` for one that is cleared, each with \`.sig\` where its signature goes along, and \`–\`
for nothing. Where the original does otherwise, that comes second, after *was*.
`

/** A short description of a result. */
function short({ status, calls, cookies }: Seen): string {
  const asked = calls.map(call => call.split(' ')[0])
  const signed = (what: 'set' | 'cleared'): string =>
    cookies.some(text => (what === 'set' ? text === 'cookie.sig' : text === 'cookie.sig cleared')) ? '.sig' : ''
  const set = cookies.some(text => text.startsWith('cookie:')) ? [`SC${signed('set')}`] : []
  const cleared = cookies.some(text => text.endsWith('cleared')) ? [`CLR${signed('cleared')}`] : []
  return [...(status === 200 ? [] : [status]), ...asked, ...set, ...cleared].join('+') || '–'
}

export function cell({ preset, original }: Pair): string {
  const [ours, theirs] = [preset, original].map(seen => seen.map(short).join(', '))
  return ours === theirs ? (ours as string) : `${ours} *was* ${theirs}`
}

/** @param cells by lineage and scenario */
export function matrix(cells: ReadonlyMap<string, string>): string {
  const row = (texts: readonly string[]): string => `| ${texts.join(' | ')} |\n`
  const rows = SCENARIOS.map(scenario => {
    const visits = scenario.visits.map(({ act, fails }) => (fails ? `${act} (${fails} fails)` : act)).join(', ')
    return row([`${scenario.name}: *${visits}*`, ...LINEAGES.map(lineage => cells.get(keyOf(lineage, scenario)) ?? '')])
  })
  return `${HEAD}\n${row(['', ...LINEAGES.map(({ name }) => name)])}${row(['---', ...LINEAGES.map(() => '---')])}${rows.join('')}`
}

export function keyOf(lineage: Lineage, scenario: Scenario): string {
  return `${lineage.name}: ${scenario.name}`
}

/** Runs both with one scenario. */
export async function pairOf(lineage: Lineage, scenario: Scenario): Promise<Pair> {
  return { original: await play(lineage, scenario, 'original'), preset: await play(lineage, scenario, 'preset') }
}

async function main(): Promise<void> {
  const cells = new Map<string, string>()
  for (const lineage of LINEAGES) {
    for (const scenario of scenariosOf(lineage)) cells.set(keyOf(lineage, scenario), cell(await pairOf(lineage, scenario)))
  }
  writeFileSync(MATRIX, matrix(cells))
  console.log(matrix(cells))
}

if (require.main === module) void main()
