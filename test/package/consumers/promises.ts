import session from 'PACKAGE'

type Data = session.SessionData

/** Without callbacks, the methods of a MemoryStore return promises. */
export async function use(store: session.MemoryStore, data: Data): Promise<number> {
  const found: Data | undefined = await store.get('id')
  const done: void = await store.set('id', data)
  await store.destroy('id')
  await store.touch('id', data)
  const outcome: session.Outcome = await store.compareAndSet('id', data, null)
  const all: Record<string, Data> = await store.all()
  await store.clear()
  const loaded: Data | undefined = await store.load('id')
  await store.regenerate({ sessionID: 'id', sessionStore: store })
  store
    .length()
    .then(count => count.toFixed())
    .catch(() => {})
  // @ts-expect-error: it may not exist
  found.cookie
  // @ts-expect-error: a promise is not its value
  store.get('id').cookie
  return [found, done, outcome.ok, Object.keys(all), loaded].length + (await store.length())
}

/** With callbacks, they return nothing. */
export function call(store: session.MemoryStore, data: Data, maybe?: (err?: unknown) => void): void {
  store.get('id', (err, found) => [err, found?.cookie])
  store.set('id', data, maybe)
  store.destroy('id', maybe)
  store.touch('id', data, () => {})
  store.compareAndSet('id', data, null, (_err, outcome) => outcome?.ok)
  store.all((_err, all) => Object.keys(all ?? {}))
  store.length((_err, count) => count?.toFixed())
  store.clear(maybe)
  store.load('id', (_err, loaded) => loaded?.cookie)
}

type Callback = Parameters<session.MemoryStore['get']>[1]
export const callback: Callback = (_err: unknown, found?: Data | null) => found

/** The methods as the types of jest.spyOn and sinon.stub see them. */
export const spied: Pick<session.MemoryStore, 'get' | 'set'> = {
  get: (_id: string, done: (err?: unknown) => void): void => done(),
  set: (_id: string, _data: Data, done?: (err?: unknown) => void): void => done?.(),
}
