import { setTimeout as pause } from 'node:timers/promises'
import { storeContract } from '../../lib/store-contract'
import type { StoreScenario } from './scenario'

type Rule = readonly [title: string, sit: () => Promise<void>]

/** The conformance tests of `resession/store-contract`, as far as the store's own abilities go. */
export const contract: StoreScenario = async ({ published: { title, lacks = [], shortest = 1000 }, store, empty }) => {
  const rules: Rule[] = []
  const runner = { describe: (_: string, suite: () => void) => suite(), it: (...rule: Rule) => rules.push(rule) }
  let counting = false
  storeContract(title, { make: () => (counting ? empty() : store), lacks, shortest, runner })
  const broken = new Set<Rule>()
  const sit = async (rule: Rule): Promise<void> => inTime(rule[1]()).catch(() => void broken.add(rule))
  // In parallel, because most of them wait for lifetimes; except for those that count the sessions in the store
  const counts = ([title]: Rule): boolean => /^(all|length|clear) /.test(title)
  await Promise.all(rules.filter(rule => !counts(rule)).map(sit))
  counting = true
  for (const rule of rules.filter(counts)) await sit(rule)
  const titles = rules.filter(rule => broken.has(rule)).map(([title]) => title)
  if (titles.length > 0) throw new Error(`${rules.length - titles.length} of ${rules.length} rules; not: ${titles.join('; ')}`)
}

async function inTime(done: Promise<void>): Promise<void> {
  const late = pause(20_000, undefined, { ref: false }).then(() => Promise.reject(new Error('no answer')))
  await Promise.race([done, late])
}
