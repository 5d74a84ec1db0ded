import { equal, notEqual, ok } from 'node:assert/strict'
import type { Version } from '../core/store/store-client'
import type { Candidate } from './store-under-test'
import type { Ability, Group } from './suite'

/** Writing on a condition: that nobody else has written, that there is something to write over. */
export const atomic: Group = exam => {
  for (const ability of ['compareAndSet', 'update'] as const) {
    if (exam.has(ability)) {
      exam.rule(`${ability} is a method`, async store => {
        equal(store.has(ability), true)
      })
      RULES[ability](exam)
    } else {
      // It would be used, and nobody has looked at it
      exam.rule(`has no ${ability} that the exam is not told of`, async store => {
        equal(store.has(ability), false)
      })
    }
  }
}

const creating: Group = ({ rule, id }) => {
  rule('creates a session that is not there', async store => {
    const key = id()
    equal((await store.compareAndSet(key, { n: 1 }, null)).ok, true)
    equal((await store.get(key))?.n, 1)
  })

  rule('creates none where there is one, and leaves that', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    equal((await store.compareAndSet(key, { n: 2 }, null)).ok, false)
    equal((await store.get(key))?.n, 1)
  })

  rule('creates a session again that was destroyed', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    await store.destroy(key)
    equal((await store.compareAndSet(key, { n: 2 }, null)).ok, true)
    equal((await store.get(key))?.n, 2)
  })

  rule('of fifty that create at once lets one', async store => {
    await lets(store, id(), null)
  })
}

const comparing: Group = ({ rule, id }) => {
  rule('writes over the version that get gave', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    equal((await store.compareAndSet(key, { n: 2 }, await store.version(key))).ok, true)
    equal((await store.get(key))?.n, 2)
  })

  rule('gives the version of what it has written', async store => {
    const key = id()
    let { version } = await store.compareAndSet(key, { n: 0 }, null)
    for (const n of [1, 2]) {
      notEqual(version ?? undefined, undefined)
      const outcome = await store.compareAndSet(key, { n }, version as Version)
      equal(outcome.ok, true)
      version = outcome.version
    }
    equal((await store.get(key))?.n, 2)
  })

  rule('refuses a version that compareAndSet has written over, and leaves the session', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    const version = await store.version(key)
    await store.compareAndSet(key, { n: 2 }, version)
    equal((await store.compareAndSet(key, { n: 3 }, version)).ok, false)
    equal((await store.get(key))?.n, 2)
  })

  rule('refuses a version that set has written over, and leaves the session', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    const version = await store.version(key)
    await store.set(key, { n: 2 })
    equal((await store.compareAndSet(key, { n: 3 }, version)).ok, false)
    equal((await store.get(key))?.n, 2)
  })

  rule('refuses what was destroyed, and does not bring it back', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    const version = await store.version(key)
    await store.destroy(key)
    equal((await store.compareAndSet(key, { n: 2 }, version)).ok, false)
    equal(await store.get(key), undefined)
  })

  rule('writes over a session that was touched', async store => {
    const key = id()
    await store.set(key, { n: 1 }, 60_000)
    await store.touch(key, { n: 1 }, 90_000)
    equal((await store.compareAndSet(key, { n: 2 }, await store.version(key))).ok, true)
  })

  for (const [what, text] of [
    ['of all scripts', 'ü 漢 🍪 \u2028 "quoted" \\ \n'],
    ['of 100 KB', 'abcdefghij'.repeat(10_000)],
  ] as const) {
    rule(`writes over a session ${what}`, async store => {
      const key = id()
      await store.set(key, { text, n: 1 })
      equal((await store.compareAndSet(key, { text, n: 2 }, await store.version(key))).ok, true)
      equal((await store.get(key))?.text, text)
    })
  }

  // To the collations of many databases these are equal
  for (const [what, before, after] of [
    ['a capital', 'a', 'A'],
    ['an accent', 'a', 'á'],
    ['a space', 'a', 'a '],
  ] as const) {
    rule(`tells versions apart that differ by ${what}`, async store => {
      const key = id()
      await store.set(key, { text: before })
      const version = await store.version(key)
      await store.set(key, { text: after })
      equal((await store.compareAndSet(key, { text: 'b' }, version)).ok, false)
    })
  }

  rule('of fifty that write over one version at once lets one', async store => {
    const key = id()
    await store.set(key, { n: -1 })
    await lets(store, key, await store.version(key))
  })
}

const comparingInTime: Group = ({ rule, id, wait, shortest, lacks }) => {
  if (lacks('expiry')) return

  rule('compareAndSet moves the expiry', async store => {
    const [longer, shorter] = [id(), id()]
    for (const key of [longer, shorter]) await store.set(key, { n: 1 }, shortest * 2)
    await store.compareAndSet(longer, { n: 2 }, await store.version(longer), shortest * 60)
    await store.compareAndSet(shorter, { n: 2 }, await store.version(shorter), shortest)
    await wait(shortest * 3)
    equal((await store.get(longer))?.n, 2)
    equal(await store.get(shorter), undefined)
  })

  rule('an expired session has no version, and can be created again', async store => {
    const key = id()
    await store.set(key, { n: 1 }, shortest)
    const version = await store.version(key)
    await wait(shortest * 2)
    equal((await store.compareAndSet(key, { n: 2 }, version, 60_000)).ok, false)
    equal((await store.compareAndSet(key, { n: 3 }, null, 60_000)).ok, true)
    equal((await store.get(key))?.n, 3)
  })
}

const updating: Group = ({ rule, id, wait, shortest, lacks }) => {
  rule('update writes over a session that is there, and says so', async store => {
    const key = id()
    await store.set(key, { n: 1 }, 60_000)
    equal(await store.update(key, { n: 2 }, 60_000), true)
    equal((await store.get(key))?.n, 2)
  })

  rule('update says so of one that has nothing new, too', async store => {
    const key = id()
    const session = store.session(key, { n: 1 }, 60_000)
    await store.put(key, session)
    equal(await store.update(key, session), true)
  })

  rule('update writes none where there is none, and says so', async store => {
    const key = id()
    equal(await store.update(key, { n: 1 }, 60_000), false)
    equal(await store.get(key), undefined)
  })

  rule('update does not bring a destroyed session back', async store => {
    const key = id()
    await store.set(key, { n: 1 }, 60_000)
    await store.destroy(key)
    equal(await store.update(key, { n: 2 }, 60_000), false)
    equal(await store.get(key), undefined)
  })

  if (lacks('expiry')) return

  rule('update does not bring an expired session back', async store => {
    const key = id()
    await store.set(key, { n: 1 }, shortest)
    await wait(shortest * 2)
    equal(await store.update(key, { n: 2 }, 60_000), false)
    equal(await store.get(key), undefined)
  })

  rule('update moves the expiry', async store => {
    const key = id()
    await store.set(key, { n: 1 }, shortest * 2)
    await store.update(key, { n: 2 }, shortest * 60)
    await wait(shortest * 3)
    equal((await store.get(key))?.n, 2)
  })
}

const RULES: Record<Ability, Group> = {
  compareAndSet: exam => [creating, comparing, comparingInTime].forEach(group => group(exam)),
  update: updating,
}

/** Fifty at once, of which one is to be written: the one that is there afterwards. */
async function lets(store: Candidate, key: string, version: Version | null): Promise<void> {
  const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => store.compareAndSet(key, { n }, version)))
  const written = outcomes.flatMap((outcome, n) => (outcome.ok ? [n] : []))
  ok(written.length === 1, `${written.length} were written`)
  equal((await store.get(key))?.n, written[0])
}
