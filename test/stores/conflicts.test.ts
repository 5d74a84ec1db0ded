import { expect } from 'chai'
import { decided, repeatOnConflict, untilNoConflict } from '../../lib/stores/atomic/conflicts'

const CODES = ['40001', '40P01', 'ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT']
const error = (code: string): Error => Object.assign(new Error(`failed with ${code}`), { code })

/** Fails so many times, and then returns the number of attempts. */
function failing(times: number, code: string): { tries: number; act: () => Promise<number> } {
  const statement = {
    tries: 0,
    act: async () => {
      if (++statement.tries <= times) throw error(code)
      return statement.tries
    },
  }
  return statement
}

const refusal = async (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => undefined,
    (err: unknown) => err,
  )

describe('stores: a statement with a serialization conflict or deadlock', () => {
  for (const code of CODES) {
    it(`is repeated after ${code}`, async () => {
      expect(await untilNoConflict(failing(3, code).act)).to.equal(4)
    })

    it(`is a failed comparison after ${code}`, async () => {
      const compared = async (): Promise<never> => Promise.reject(error(code))
      expect(await decided('a version', compared)).to.deep.equal({ ok: false })
    })

    it(`is repeated after ${code} if it creates a record`, async () => {
      const statement = failing(2, code)
      expect(await decided(null, async () => ({ ok: (await statement.act()) > 0 }))).to.deep.equal({ ok: true })
      expect(statement.tries).to.equal(3)
    })

    for (const method of ['destroy', 'touch'] as const) {
      it(`is repeated after ${code} if it is the store's own ${method}`, async () => {
        const { store, statement } = storeOf(method, failing(2, code))
        const args = method === 'destroy' ? ['a'] : ['a', {}]
        expect(await new Promise(resolve => store[method]?.(...args, (...answer: unknown[]) => resolve(answer)))).to.deep.equal([null])
        expect(statement.tries).to.equal(3)
      })
    }
  }

  it('fails after ten attempts, with the error of the engine', async () => {
    const statement = failing(Infinity, '40001')
    expect(await refusal(untilNoConflict(statement.act))).to.have.property('code', '40001')
    expect(statement.tries).to.equal(10)
  })

  it('is not repeated after another error', async () => {
    const statement = failing(1, '42P01')
    expect(await refusal(untilNoConflict(statement.act))).to.have.property('code', '42P01')
    expect(await refusal(decided('a version', failing(1, '42P01').act as never))).to.have.property('code', '42P01')
    expect(statement.tries).to.equal(1)
  })

  it('does not change destroy and touch without a callback, or their number of parameters', async () => {
    const { store } = storeOf('destroy', failing(1, '40001'))
    expect(await refusal(store.destroy?.('a') as Promise<unknown>)).to.have.property('code', '40001')
    expect([store.destroy?.length, store.touch?.length]).to.deep.equal([2, 3])
    expect(Object.keys(repeatOnConflict({ get() {}, set() {}, destroy() {} }))).to.not.include('touch')
  })
})

type Method = (...args: unknown[]) => unknown

/** A store, one of whose methods runs a statement, and calls back or returns a promise. */
function storeOf(name: 'destroy' | 'touch', statement: ReturnType<typeof failing>) {
  const method: Method = (...args) => {
    const done = args.at(-1)
    if (typeof done !== 'function') return statement.act()
    return void statement.act().then(
      () => (done as Method)(null),
      (err: unknown) => (done as Method)(err),
    )
  }
  const store = repeatOnConflict({ get() {}, set() {}, destroy: () => {}, touch: () => {}, [name]: method })
  return { store: store as unknown as Partial<Record<'destroy' | 'touch', Method>>, statement }
}
