import { expect } from 'chai'
import { markAtOnce } from '../../lib/primitives/after-return'
import type { SessionData } from '../support/subject'
import { broken, faulty, type Done, type Store } from './faulty-store'

type Versioned = Required<Pick<Store, 'compareAndSet'>> & Store
type Version = string | null

/** A callback that a MemoryStore calls synchronously, so that no other call comes between. */
function inOneStep(callback: Done): Done {
  markAtOnce(callback)
  return callback
}

/** A store of JSON strings, which are their own versions; `alike` maps a string to the one that is compared. */
const texts = (alike: (text: string) => string) =>
  faulty((_, good) => {
    const versionOf = (found: unknown): Version => (found ? alike(JSON.stringify(found)) : null)
    return {
      get: (id: string, done: Done) => good.get(id, (err, found) => done(err, found, versionOf(found) ?? undefined)),
      compareAndSet: (id: string, data: SessionData, version: Version, done: Done) =>
        good.get(
          id,
          inOneStep((_, found) => {
            if (versionOf(found) !== version) return done(null, { ok: false })
            good.set(id, data, () => done(null, { ok: true, version: versionOf(JSON.parse(JSON.stringify(data))) }))
          }),
        ),
    }
  })

/** A store whose `compareAndSet` has one fault; `right` is the correct one. */
const comparing = (
  fault: (right: Versioned['compareAndSet'], good: Store) => (id: string, data: SessionData, version: Version, done: Done) => void,
) => faulty((_, good) => ({ compareAndSet: fault((good as Versioned).compareAndSet.bind(good), good) }))

const update = (good: Store) => (id: string, data: SessionData, done: Done) =>
  good.get(id, (_, found) => (found ? good.set(id, data, err => done(err, true)) : done(null, false)))

const updating = (fault: (right: ReturnType<typeof update>, good: Store) => ReturnType<typeof update>) =>
  faulty((_, good) => ({ update: fault(update(good), good) }))

describe('the store contract: compareAndSet and update', () => {
  it('passes for a store of JSON strings', async () => {
    expect(await broken(texts(text => text))).to.deep.equal([])
  })

  it('passes for a store with update', async () => {
    expect(
      await broken(
        updating(right => right),
        { has: ['compareAndSet', 'update'] },
      ),
    ).to.deep.equal([])
  })

  const faults: Record<string, [() => Store, string]> = {
    'creates nothing': [
      comparing(right => (id, data, version, done) => (version === null ? done(null, { ok: true }) : right(id, data, version, done))),
      'compareAndSet with the version null creates a session',
    ],
    'creates over what is there': [
      comparing(
        (right, good) => (id, data, version, done) =>
          version === null ? good.set(id, data, () => done(null, { ok: true, version: 1 })) : right(id, data, version, done),
      ),
      'compareAndSet with the version null does not change an existing session',
    ],
    'remembers destroyed sessions': [
      faulty((_, good) => {
        const gone = new Set<string>()
        return {
          destroy: (id: string, done?: Done) => good.destroy(id, err => done?.(err, gone.add(id))),
          compareAndSet: (id: string, data: SessionData, version: Version, done: Done) =>
            gone.has(id) ? done(null, { ok: false }) : (good as Versioned).compareAndSet(id, data, version, done),
        }
      }),
      'compareAndSet with the version null creates a session that was destroyed before',
    ],
    'returns no versions': [
      faulty((_, good) => ({ get: (id: string, done: Done) => good.get(id, (err, found) => done(err, found)) })),
      'compareAndSet accepts the version that get returned',
    ],
    'does not return the version that it has written': [
      comparing(right => (id, data, version, done) => right(id, data, version, (err, outcome) => done(err, { ok: outcome?.ok }))),
      'compareAndSet returns the version that it has written',
    ],
    'does not compare': [
      comparing((_, good) => (id, data, version, done) => good.set(id, data, () => done(null, { ok: true, version }))),
      'compareAndSet refuses a version that compareAndSet has replaced',
    ],
    'writes although it refuses': [
      comparing(
        (right, good) => (id, data, version, done) =>
          right(id, data, version, (err, outcome) =>
            outcome?.ok ? done(err, outcome) : good.set(id, data, () => done(null, { ok: false })),
          ),
      ),
      'compareAndSet refuses a version that set has replaced',
    ],
    'restores destroyed sessions': [
      comparing((right, good) => (id, data, version, done) => good.get(id, (_, found) => right(id, data, found ? version : null, done))),
      'compareAndSet refuses the version of a destroyed session',
    ],
    'refuses the version after a touch': [
      faulty((_, good) => {
        const touched = new Set<string>()
        return {
          touch: (id: string, data: SessionData, done: Done) => good.touch(id, data, () => done(null, touched.add(id))),
          compareAndSet: (id: string, data: SessionData, version: Version, done: Done) =>
            touched.has(id) ? done(null, { ok: false }) : (good as Versioned).compareAndSet(id, data, version, done),
        }
      }),
      'compareAndSet accepts the version after a touch',
    ],
    'compares in another character set': [
      texts(text => (/[^ -~]/.test(text) ? `${text}${Math.random()}` : text)),
      'compareAndSet replaces a session of all scripts',
    ],
    'has versions of 64 KB': [
      texts(text => (text.length > 65_536 ? `${text}${Math.random()}` : text)),
      'compareAndSet replaces a session of 100 KB',
    ],
    'ignores case': [texts(text => text.toLowerCase()), 'compareAndSet distinguishes sessions that differ by a capital'],
    'ignores accents': [
      texts(text => text.normalize('NFD').replaceAll('\u0301', '')),
      'compareAndSet distinguishes sessions that differ by an accent',
    ],
    'ignores spaces': [texts(text => text.replaceAll(' ', '')), 'compareAndSet distinguishes sessions that differ by a space'],
    'reads before it writes': [
      faulty((_, good) => ({
        compareAndSet: (id: string, data: SessionData, version: Version, done: Done) =>
          good.get(id, (...given) => {
            const [, , found] = given as Parameters<Done>
            if ((found ?? null) !== version) return done(null, { ok: false })
            queueMicrotask(() => good.set(id, data, () => done(null, { ok: true, version: 1 })))
          }),
      })),
      'of 50 concurrent compareAndSet calls with one version, one succeeds',
    ],
    'reads before it creates': [
      comparing((right, good) => (id, data, version, done) => {
        if (version !== null) return right(id, data, version, done)
        good.get(id, (_, found) => {
          if (found) return done(null, { ok: false })
          queueMicrotask(() => good.set(id, data, () => done(null, { ok: true, version: 1 })))
        })
      }),
      'of 50 concurrent compareAndSet calls with the version null, one succeeds',
    ],
    'does not move the expiry': [
      comparing(
        (right, good) => (id, data, version, done) =>
          good.get(id, (_, found) =>
            right(id, found ? ({ ...JSON.parse(JSON.stringify(data)), cookie: found.cookie } as never) : data, version, done),
          ),
      ),
      'compareAndSet moves the expiry',
    ],
    'finds expired sessions': [
      faulty((_, good) => {
        const there = new Set<string>()
        return {
          set: (id: string, data: SessionData, done?: Done) => good.set(id, data, err => done?.(err, there.add(id))),
          compareAndSet: (id: string, data: SessionData, version: Version, done: Done) =>
            version === null && there.has(id) ? done(null, { ok: false }) : (good as Versioned).compareAndSet(id, data, version, done),
        }
      }),
      'compareAndSet treats an expired session as missing',
    ],
    'calls back twice in compareAndSet': [
      comparing(
        right => (id, data, version, done) =>
          right(id, data, version, (err, outcome) => {
            done(err, outcome)
            done(err, outcome)
          }),
      ),
      'compareAndSet calls back or resolves once',
    ],
  }
  for (const [fault, [make, title]] of Object.entries(faults)) {
    it(`fails for a store that ${fault}`, async () => {
      expect(await broken(make, { rule: title })).to.deep.equal([title])
    })
  }

  const updates: Record<string, [() => Store, string]> = {
    'updates nothing': [updating(() => (_, __, done) => done(null, false)), 'update replaces an existing session and returns true'],
    'returns whether the session has changed': [
      updating(
        (right, good) => (id, data, done) =>
          good.get(id, (_, found) => (JSON.stringify(found) === JSON.stringify(data) ? done(null, false) : right(id, data, done))),
      ),
      'update returns true if nothing has changed',
    ],
    'creates missing sessions in update': [
      updating((_, good) => (id, data, done) => good.set(id, data, () => done(null, false))),
      'update returns false for a missing session and creates none',
    ],
    'always returns true': [
      updating(right => (id, data, done) => right(id, data, () => done(null, true))),
      'update does not restore a destroyed session',
    ],
    'restores expired sessions': [
      faulty((_, good) => {
        const there = new Set<string>()
        return {
          set: (id: string, data: SessionData, done?: Done) => good.set(id, data, err => done?.(err, there.add(id))),
          update: (id: string, data: SessionData, done: Done) =>
            there.has(id) ? good.set(id, data, () => done(null, true)) : done(null, false),
        }
      }),
      'update does not restore an expired session',
    ],
    'does not move the expiry in update': [
      updating(
        (right, good) => (id, data, done) =>
          good.get(id, (_, found) =>
            right(id, found ? ({ ...JSON.parse(JSON.stringify(data)), cookie: found.cookie } as never) : data, done),
          ),
      ),
      'update moves the expiry',
    ],
    'calls back twice in update': [
      updating(
        right => (id, data, done) =>
          right(id, data, (err, updated) => {
            done(err, updated)
            done(err, updated)
          }),
      ),
      'update calls back or resolves once',
    ],
  }
  for (const [fault, [make, title]] of Object.entries(updates)) {
    it(`fails for a store that ${fault}`, async () => {
      expect(await broken(make, { rule: title, has: ['compareAndSet', 'update'] })).to.deep.equal([title])
    })
  }

  it('fails for a store with fewer abilities than the option has names', async () => {
    expect(
      await broken(
        faulty(() => ({})),
        { has: ['compareAndSet', 'update'] },
      ),
    ).to.include('update is a method')
    expect(await broken(faulty(() => ({ compareAndSet: undefined })))).to.include('compareAndSet is a method')
  })

  it('fails for a store with more abilities than the option has names', async () => {
    expect(
      await broken(
        faulty(() => ({})),
        { has: [] },
      ),
    ).to.deep.equal(['has no compareAndSet unless the option has names it'])
    expect(await broken(updating(right => right))).to.deep.equal(['has no update unless the option has names it'])
  })
})
