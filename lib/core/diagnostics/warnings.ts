/** A process warning. Its code, for `process.on('warning')` and `node --disable-warning`, is a heading of docs/troubleshooting.md. */
interface Warning {
  readonly code: string
  readonly message: string
}

const told = new Set<string>()

/** Reports each mistake once in the process. */
export function report(warnings: readonly Warning[]): void {
  for (const warning of warnings) if (!isSilent(warning.message)) warnOnce(warning.message, warning)
}

/** Whether a warning with this key is not printed: it was printed before, or the process runs tests. */
export function isSilent(key: string): boolean {
  return told.has(key) || process.env.NODE_ENV === 'test'
}

/** Emits a process warning, and remembers it. */
export function warnOnce(key: string, { code, message }: Warning): void {
  told.add(key)
  const text = /[.?]$/.test(message) ? message : `${message}.`
  process.emitWarning(`${text} See docs/troubleshooting.md#${code.toLowerCase()} in the package resession`, {
    type: 'ResessionWarning',
    code,
  })
}
