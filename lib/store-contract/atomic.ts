import { equal, notEqual, ok } from 'node:assert/strict'
import type { Version } from '../core/record/snapshot'
import type { StoreUnderTest, Ability } from './store-under-test'
import type { Group } from './suite'

/** Conditional writes: only if the record has not changed, or only if it exists. */
export const atomic: Group = suite => {
  for (const ability of ['compareAndSet', 'update'] as const) {
    if (suite.has(ability)) {
      suite.rule(`${ability} is a method`, async store => {
        equal(store.has(ability), true)
      })
      RULES[ability](suite)
    } else {
      // The middleware would use a method that no test has checked
      suite.rule(`has no ${ability} unless the option has names it`, async store => {
        equal(store.has(ability), false)
      })
    }
  }
}

const creating: Group = ({ rule, id }) => {
  rule('compareAndSet with the version null creates a session', async store => {
    const key = id()
    equal((await store.compareAndSet(key, { n: 1 }, null)).ok, true)
    equal((await store.get(key))?.n, 1)
  })

  rule('compareAndSet with the version null does not change an existing session', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    equal((await store.compareAndSet(key, { n: 2 }, null)).ok, false)
    equal((await store.get(key))?.n, 1)
  })

  rule('compareAndSet with the version null creates a session that was destroyed before', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    await store.destroy(key)
    equal((await store.compareAndSet(key, { n: 2 }, null)).ok, true)
    equal((await store.get(key))?.n, 2)
  })

  rule('of 50 concurrent compareAndSet calls with the version null, one succeeds', async store => {
    await lets(store, id(), null)
  })
}

const comparing: Group = ({ rule, id }) => {
  rule('compareAndSet accepts the version that get returned', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    equal((await store.compareAndSet(key, { n: 2 }, await store.version(key))).ok, true)
    equal((await store.get(key))?.n, 2)
  })

  rule('compareAndSet returns the version that it has written', async store => {
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

  rule('compareAndSet refuses a version that compareAndSet has replaced', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    const version = await store.version(key)
    await store.compareAndSet(key, { n: 2 }, version)
    equal((await store.compareAndSet(key, { n: 3 }, version)).ok, false)
    equal((await store.get(key))?.n, 2)
  })

  rule('compareAndSet refuses a version that set has replaced', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    const version = await store.version(key)
    await store.set(key, { n: 2 })
    equal((await store.compareAndSet(key, { n: 3 }, version)).ok, false)
    equal((await store.get(key))?.n, 2)
  })

  rule('compareAndSet refuses the version of a destroyed session', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    const version = await store.version(key)
    await store.destroy(key)
    equal((await store.compareAndSet(key, { n: 2 }, version)).ok, false)
    equal(await store.get(key), undefined)
  })

  rule('compareAndSet accepts the version after a touch', async store => {
    const key = id()
    await store.set(key, { n: 1 }, 60_000)
    await store.touch(key, { n: 1 }, 90_000)
    equal((await store.compareAndSet(key, { n: 2 }, await store.version(key))).ok, true)
  })

  for (const [what, text] of [
    ['of all scripts', 'ü 漢 🍪 \u2028 "quoted" \\ \n'],
    ['of 100 KB', 'abcdefghij'.repeat(10_000)],
  ] as const) {
    rule(`compareAndSet replaces a session ${what}`, async store => {
      const key = id()
      await store.set(key, { text, n: 1 })
      equal((await store.compareAndSet(key, { text, n: 2 }, await store.version(key))).ok, true)
      equal((await store.get(key))?.text, text)
    })
  }

  // Equal in the collations of many databases
  for (const [what, before, after] of [
    ['a capital', 'a', 'A'],
    ['an accent', 'a', 'á'],
    ['a space', 'a', 'a '],
  ] as const) {
    rule(`compareAndSet distinguishes sessions that differ by ${what}`, async store => {
      const key = id()
      await store.set(key, { text: before })
      const version = await store.version(key)
      await store.set(key, { text: after })
      equal((await store.compareAndSet(key, { text: 'b' }, version)).ok, false)
    })
  }

  rule('of 50 concurrent compareAndSet calls with one version, one succeeds', async store => {
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

  rule('compareAndSet treats an expired session as missing', async store => {
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
  rule('update replaces an existing session and returns true', async store => {
    const key = id()
    await store.set(key, { n: 1 }, 60_000)
    equal(await store.update(key, { n: 2 }, 60_000), true)
    equal((await store.get(key))?.n, 2)
  })

  rule('update returns true if nothing has changed', async store => {
    const key = id()
    const session = store.session(key, { n: 1 }, 60_000)
    await store.put(key, session)
    equal(await store.update(key, session), true)
  })

  rule('update returns false for a missing session and creates none', async store => {
    const key = id()
    equal(await store.update(key, { n: 1 }, 60_000), false)
    equal(await store.get(key), undefined)
  })

  rule('update does not restore a destroyed session', async store => {
    const key = id()
    await store.set(key, { n: 1 }, 60_000)
    await store.destroy(key)
    equal(await store.update(key, { n: 2 }, 60_000), false)
    equal(await store.get(key), undefined)
  })

  if (lacks('expiry')) return

  rule('update does not restore an expired session', async store => {
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
  compareAndSet: suite => [creating, comparing, comparingInTime].forEach(group => group(suite)),
  update: updating,
}

/** Fifty writes at once, of which exactly one may succeed: the one that is read afterwards. */
async function lets(store: StoreUnderTest, key: string, version: Version | null): Promise<void> {
  const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => store.compareAndSet(key, { n }, version)))
  const written = outcomes.flatMap((outcome, n) => (outcome.ok ? [n] : []))
  ok(written.length === 1, `${written.length} were written`)
  equal((await store.get(key))?.n, written[0])
}
