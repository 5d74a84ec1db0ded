/** Codes of process warnings, for `process.on('warning')` and `node --disable-warning`. */
export type WarningCode =
  | 'RESESSION_BOOLEAN_OPTION'
  | 'RESESSION_COOKIE_NOT_SECURE'
  | 'RESESSION_COOKIE_REJECTED'
  | 'RESESSION_COOKIE_TOO_LARGE'
  | 'RESESSION_COOKIE_WITHHELD'
  | 'RESESSION_DROPPED_COOKIE'
  | 'RESESSION_HEADERS_SENT'
  | 'RESESSION_KEY_LOST'
  | 'RESESSION_KEY_TAKEN'
  | 'RESESSION_LISTENER_FAILED'
  | 'RESESSION_MEMORY_STORE'
  | 'RESESSION_MISSING_SECRET'
  | 'RESESSION_NUMBER_IN_EXPIRES'
  | 'RESESSION_PATH_MISMATCH'
  | 'RESESSION_READ_ONLY'
  | 'RESESSION_REGISTRY_CORRUPT'
  | 'RESESSION_SECOND_MIDDLEWARE'
  | 'RESESSION_SEVERAL_COOKIES'
  | 'RESESSION_SHORT_LIFETIME'
  | 'RESESSION_SHORT_SECRET'
  | 'RESESSION_SQLITE_FILE'
  | 'RESESSION_UNKNOWN_OPTION'

/** A mistake in the options. Its code is a heading of docs/troubleshooting.md. */
export interface OptionWarning {
  readonly code: WarningCode
  readonly message: string
}

const told = new Set<string>()

/** Reports each mistake once in the process. */
export function report(warnings: readonly OptionWarning[]): void {
  for (const warning of warnings) if (!isSilent(warning.message)) warnOnce(warning.message, warning)
}

/** Whether a warning with this key is not printed: it was printed before, or the process runs tests. */
export function isSilent(key: string): boolean {
  return told.has(key) || process.env.NODE_ENV === 'test'
}

/** Emits a process warning, and remembers it. */
export function warnOnce(key: string, { code, message }: OptionWarning): void {
  told.add(key)
  const text = message.endsWith('.') ? message : `${message}.`
  process.emitWarning(`${text} See docs/troubleshooting.md#${code.toLowerCase()} in the package resession`, {
    type: 'ResessionWarning',
    code,
  })
}
