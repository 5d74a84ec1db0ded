import type { SessionModule, SessionStore } from '../site'

type Done = (err?: unknown, value?: unknown, beside?: unknown) => void

/** A store of JSON strings that calls back after a delay, and counts its calls. */
export interface DelayedStore extends SessionStore {
  readonly counts: { gets: number; writes: number }
}

/** @param compares whether it has compareAndSet */
export function delayedStore({ Store = Object }: SessionModule, milliseconds: number, compares: boolean): DelayedStore {
  const texts = new Map<string, string>()
  const counts = { gets: 0, writes: 0 }
  const later = (done: Done, act: () => readonly unknown[]): void => {
    // Half of the delay before the call, half of it after
    setTimeout(() => {
      const given = act()
      setTimeout(() => done(null, ...given), milliseconds / 2)
    }, milliseconds / 2)
  }
  const methods = {
    get(id: string, done: Done): void {
      counts.gets++
      later(done, () => {
        const text = texts.get(id)
        return text === undefined ? [] : [JSON.parse(text), text]
      })
    },
    set(id: string, session: object, done: Done): void {
      counts.writes++
      const text = JSON.stringify(session)
      later(done, () => (texts.set(id, text), []))
    },
    destroy: (id: string, done: Done): void => later(done, () => (texts.delete(id), [])),
    touch: (_id: string, _session: object, done: Done): void => later(done, () => []),
    all: (done: Done): void => done(null, Object.fromEntries(Array.from(texts, ([id, text]) => [id, JSON.parse(text) as object]))),
    ...(compares && {
      compareAndSet(id: string, session: object, version: unknown, done: Done): void {
        counts.writes++
        const text = JSON.stringify(session)
        later(done, () => {
          const ok = (texts.get(id) ?? null) === version
          if (ok) texts.set(id, text)
          return [{ ok, version: text }]
        })
      },
    }),
  }
  return Object.assign(new Store(), methods, { counts }) as never
}
