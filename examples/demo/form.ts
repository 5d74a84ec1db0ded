import type { IncomingMessage } from 'node:http'

/** In bytes. */
const MOST = 4096

/** The fields of a form in a request; empty if the body is too long. */
export async function readForm(req: IncomingMessage): Promise<Form> {
  let length = 0
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) if ((length += chunk.length) <= MOST) chunks.push(chunk)
  return new Form(length > MOST ? '' : Buffer.concat(chunks).toString())
}

class Form {
  readonly #fields: URLSearchParams

  constructor(text: string) {
    this.#fields = new URLSearchParams(text)
  }

  /** One field, limited to a length that can be shown. */
  get(name: string): string {
    return (this.#fields.get(name) ?? '').trim().slice(0, 80)
  }
}
export type { Form }
