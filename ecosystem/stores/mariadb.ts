import type { Store } from '../integration'
import type { PublishedStore } from './published-store'
import { withTable } from './with-table'

type Factory = (session: unknown) => new (options: object) => Store

export const mariadb: readonly PublishedStore[] = ['2.1.8', '3.0.3'].map(version => {
  const name = `express-mysql-session-${version.split('.')[0]}`
  return {
    title: `express-mysql-session ${version}`,
    engine: 'mariadb',
    packages: { [name]: `npm:express-mysql-session@${version}` },
    make: ({ load, session, port, name: table }) => {
      const options = { host: '127.0.0.1', port, user: 'root', password: '', database: 'test', schema: { tableName: table } }
      return withTable(new (load<Factory>(name)(session))(options))
    },
  }
})
