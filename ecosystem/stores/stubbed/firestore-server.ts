/** The part of @grpc/grpc-js that is used here. */
export interface Grpc {
  readonly Server: new () => {
    addService(service: object, methods: Record<string, (call: Call, done: (err: null, answer: object) => void) => void>): void
    bindAsync(address: string, credentials: object, done: (err: Error | null, port: number) => void): void
  }
  readonly ServerCredentials: { createInsecure(): object }
}

interface Call {
  readonly request: Request
  write(answer: object): void
  end(): void
}

interface Document {
  readonly name: string
  readonly fields: object
}

/** The requests of `BatchGetDocuments` and `Commit`. */
interface Request {
  readonly documents: readonly string[]
  readonly writes: readonly { readonly update?: Document; readonly delete?: string }[]
}

/**
 * Implements the two calls of google.firestore.v1 that a client makes for get, set and delete.
 *
 * @returns its host and port
 */
export function firestoreServer(grpc: Grpc, service: object): Promise<string> {
  const documents = new Map<string, Document>()
  const server = new grpc.Server()
  server.addService(service, {
    batchGetDocuments: call => {
      for (const name of call.request.documents) call.write({ ...look(documents, name), readTime: now() })
      call.end()
    },
    commit: ({ request: { writes } }, done) => {
      for (const write of writes) apply(documents, write)
      done(null, { writeResults: writes.map(() => ({ updateTime: now() })), commitTime: now() })
    },
  })
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (err, port) =>
      err ? reject(err) : resolve(`127.0.0.1:${port}`),
    )
  })
}

function look(documents: Map<string, Document>, name: string): object {
  const document = documents.get(name)
  return document ? { found: { ...document, createTime: now(), updateTime: now() } } : { missing: name }
}

function apply(documents: Map<string, Document>, write: Request['writes'][number]): void {
  if (write.update) documents.set(write.update.name, write.update)
  else if (write.delete) documents.delete(write.delete)
  else throw new Error(`no such write here: ${Object.keys(write).join()}`)
}

/** The time in the format of the protocol. */
function now(): object {
  return { seconds: Math.floor(Date.now() / 1000), nanos: 0 }
}
