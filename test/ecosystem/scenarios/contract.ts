import { setTimeout as pause } from 'node:timers/promises'
import { storeContract } from '../../../lib/store-contract'
import type { StoreScenario } from './scenario'

type Rule = readonly [title: string, sit: () => Promise<void>]

/** The exam of `resession/store-contract`, as far as the store's own abilities go. */
export const contract: StoreScenario = async ({ published: { title, lacks = [], shortest = 1000 }, store }) => {
  const rules: Rule[] = []
  const runner = { describe: (_: string, suite: () => void) => suite(), it: (...rule: Rule) => rules.push(rule) }
  storeContract(title, { make: () => store, lacks, shortest, runner })
  const broken: string[] = []
  const sit = async ([title, rule]: Rule): Promise<void> => inTime(rule()).catch(() => void broken.push(title))
  // At once, since most of them wait for lifetimes to pass; but for those that count what is in the store
  const counts = ([title]: Rule): boolean => /^(all|length|clear) /.test(title)
  await Promise.all(rules.filter(rule => !counts(rule)).map(sit))
  for (const rule of rules.filter(counts)) {
    await new Promise(resolve => (store.clear ? store.clear(resolve) : resolve('as it is')))
    await sit(rule)
  }
  if (broken.length > 0) throw new Error(`${rules.length - broken.length} of ${rules.length} rules; not: ${broken.join('; ')}`)
}

async function inTime(done: Promise<void>): Promise<void> {
  const late = pause(20_000, undefined, { ref: false }).then(() => Promise.reject(new Error('no answer')))
  await Promise.race([done, late])
}
