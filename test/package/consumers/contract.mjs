import { describe, it } from 'RUNNER'
import session from 'PACKAGE'
import { storeContract } from 'PACKAGE/store-contract'

/** A store whose methods are async functions. */
class Promises {
  records = new session.MemoryStore()
  get = async id => this.records.get(id)
  set = async (id, data) => this.records.set(id, data)
  destroy = async id => this.records.destroy(id)
  touch = async (id, data) => this.records.touch(id, data)
  all = async () => this.records.all()
  length = async () => this.records.length()
  clear = async () => this.records.clear()
}

class Wrong extends Promises {
  length = async () => 7
}

class Silent extends Wrong {
  clear = () => new Promise(() => {})
}

const stores = { Promises, Wrong, Silent }
const make = () => new stores[process.env.STORE ?? 'Promises']()
storeContract('async store', { make, shortest: 20, runner: { describe, it } })
