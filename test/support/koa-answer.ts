import { PassThrough } from 'node:stream'
import type { Ctx } from '../koa/site'

/** The part of a response that the handlers of these suites use, implemented with a Koa context; a body that is written in chunks is a stream. */
export class KoaAnswer {
  #body: PassThrough | undefined

  /** @param done called when the middleware has completed: Koa sends the response */
  constructor(
    private readonly ctx: Ctx,
    private readonly done: () => void,
  ) {}

  get headersSent(): boolean {
    return this.ctx.res.headersSent
  }

  set statusCode(code: number) {
    this.ctx.status = code
  }

  writeHead(status: number, headers: Record<string, string> = {}): this {
    this.ctx.status = status
    for (const [name, value] of Object.entries(headers)) this.ctx.set(name, value)
    return this
  }

  setHeader(name: string, value: string | number | string[]): void {
    this.ctx.set(name, Array.isArray(value) ? value : String(value))
  }

  /** Koa sends them with the body. */
  flushHeaders(): void {}

  writeProcessing(): void {
    this.ctx.res.writeProcessing()
  }

  write(text: string): void {
    if (!this.#body) {
      this.ctx.body = this.#body = new PassThrough()
      this.done()
    }
    this.#body.write(text)
  }

  end(text = ''): void {
    if (this.#body) return void this.#body.end(text)
    this.ctx.body = text
    this.done()
  }

  destroy(): void {
    this.ctx.res.destroy()
    this.done()
  }

  /** @returns whether the response has begun, so that an error interrupts it */
  breaksOff(err: unknown): boolean {
    this.#body?.destroy(err as Error)
    return this.#body !== undefined
  }
}
