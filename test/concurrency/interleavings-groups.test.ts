import { play, someOrders, type Act, type Choose } from './rig'
import { core } from './rig-core'
import { check, kinds, KNOWN, type Kind } from './two-requests'
import type { Ability } from './stepped-store'

const ORDERS = 150
const OPTIONS = { rolling: true }

/** Requests that write while others wait. */
const more = (name: string): Record<string, Kind> => ({
  updates: { act: update(draft => void Object.assign(draft, { [name]: true })), puts: name },
  'fails to update': {
    act: update(draft => {
      Object.assign(draft, { spoilt: true })
      throw new Error('no')
    }),
  },
})

function update(change: (draft: object) => void): Act {
  return (host, done) => host.update(change, () => done())
}

const all = (name: string): Record<string, Kind> => ({ ...kinds(name), ...more(name) })

/** Any three, in alphabetical order, and one that puts: so many write that some of them wait at the same time. */
function* triples(): Generator<readonly string[]> {
  const names = Object.keys(all('a')).filter(name => name !== 'reads')
  for (const [one, a] of names.entries()) {
    for (const [two, b] of names.entries()) {
      for (const [three, c] of names.entries()) if (one <= two && two <= three) yield [a, b, c]
    }
  }
}

async function playAll(names: readonly string[], ability: Ability, processes: number): Promise<void> {
  const requests = [...names, 'puts'].map((name, index) => all(`key-${index}`)[name] as Kind)
  const users = names.includes('changes') ? ['ada', 'key-0', 'key-1', 'key-2'] : ['ada']
  const playOne = async (choose: Choose): Promise<void> => {
    const played = await play(
      requests.map(({ act }) => act),
      KNOWN,
      choose,
      { floor: core, place: { ability, processes }, options: OPTIONS },
    )
    check(requests, played, users)
  }
  await someOrders(ORDERS, playOne)
}

describe(`concurrency: four requests, in ${ORDERS} random orders of their steps`, () => {
  for (const names of triples()) {
    it(`one puts, the others: ${names.join(', ')}`, async () => {
      await playAll(names, 'set', 1)
      await playAll(names, 'update', 1)
      await playAll(names, 'compareAndSet', 1)
      await playAll(names, 'compareAndSet', 2)
    }).timeout(60_000)
  }
})
