import type { Neighbour, Store } from '../neighbour'

type Factory = (session: unknown) => new (options: object) => Store & { close(): unknown; onReady?(): Promise<void> }

export const mariadb: readonly Neighbour[] = ['2.1.8', '3.0.3'].map(version => {
  const name = `express-mysql-session-${version.split('.')[0]}`
  return {
    title: `express-mysql-session ${version}`,
    engine: 'mariadb',
    packages: { [name]: `npm:express-mysql-session@${version}` },
    make: ({ load, session, port, name: table }) => {
      const options = { host: '127.0.0.1', port, user: 'root', password: '', database: 'test', schema: { tableName: table } }
      const store = new (load<Factory>(name)(session))(options)
      return { store, close: () => store.close() }
    },
  }
})
