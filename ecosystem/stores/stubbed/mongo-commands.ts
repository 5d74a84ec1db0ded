import { isDeepStrictEqual } from 'node:util'

export type Document = Record<string, unknown>
/** By their `_id`, which all of these stores set. */
type Collection = Map<unknown, Document>

interface Update {
  readonly q: Document
  readonly u: { readonly $set: Document }
  readonly upsert?: boolean
}

interface Command extends Document {
  readonly filter: Document
  readonly pipeline: readonly [{ readonly $match: Document }]
  readonly updates: readonly [Update]
  readonly deletes: readonly [{ readonly q: Document }]
}

/** Runs the commands of drivers for these stores on records in memory. Anything else is an error. */
export function mongoCommands(): (command: Document) => Document {
  const collections = new Map<unknown, Collection>()
  return command => {
    const [name, of] = Object.entries(command)[0] as [string, unknown]
    const collection = collections.get(of) ?? new Map<unknown, Document>()
    collections.set(of, collection)
    try {
      return { ...known(COMMANDS, name)(collection, command as Command), ok: 1 }
    } catch (err) {
      return { ok: 0, errmsg: (err as Error).message, code: 59 }
    }
  }
}

// https://www.mongodb.com/docs/manual/reference/command, in the forms that these stores use
const COMMANDS: Record<string, (collection: Collection, command: Command) => Document> = {
  // Version 7.0
  ismaster: () => ({ ismaster: true, minWireVersion: 0, maxWireVersion: 21, maxBsonObjectSize: 2 ** 24, maxMessageSizeBytes: 48_000_000 }),
  // Expired documents would be removed within a minute, and stores do not rely on it
  createIndexes: () => ({}),
  find: (collection, { filter }) => batch(found(collection, filter)),
  // Drivers use it to count
  aggregate: (collection, { pipeline: [{ $match }] }) => {
    const n = found(collection, $match).length
    return batch(n > 0 ? [{ _id: 1, n }] : [])
  },
  update: (collection, { updates: [first] }) => update(collection, first),
  delete: (collection, { deletes: [{ q }] }) => ({ n: found(collection, q).filter(({ _id }) => collection.delete(_id)).length }),
  drop: collection => (collection.clear(), {}),
}

function batch(firstBatch: Document[]): Document {
  return { cursor: { id: 0n, ns: 'of no interest', firstBatch } }
}

function update(collection: Collection, { q, u: { $set, ...others }, upsert }: Update): Document {
  if (Object.keys(others).length > 0) throw new Error(`no such thing here: ${Object.keys(others).join()}`)
  const [record] = found(collection, q)
  if (!record && !upsert) return { n: 0, nModified: 0 }
  const changed = { ...(record ?? q), ...$set }
  collection.set(changed._id, changed)
  if (!record) return { n: 1, nModified: 0, upserted: [{ index: 0, _id: changed._id }] }
  return { n: 1, nModified: isDeepStrictEqual(record, changed) ? 0 : 1 }
}

function found(collection: Collection, filter: Document): Document[] {
  return [...collection.values()].filter(record => matches(record, filter))
}

function matches(record: Document, filter: Document): boolean {
  return Object.entries(filter).every(([key, wanted]) => {
    if (key === '$or') return (wanted as Document[]).some(either => matches(record, either))
    if (typeof wanted !== 'object') return record[key] === wanted
    return Object.entries(wanted as Document).every(([operator, operand]) => known(OPERATORS, operator)(record[key], operand))
  })
}

const OPERATORS: Record<string, (value: unknown, operand: unknown) => boolean> = {
  $exists: (value, operand) => (value !== undefined) === operand,
  $gt: (value, operand) => (value as Date) > (operand as Date),
}

/** @throws if there is none with the name */
function known<T>(all: Record<string, T>, name: string): T {
  const one = all[name]
  if (!one) throw new Error(`no such thing here: ${name}`)
  return one
}
