/** The names of checks, for programs that read the JSON. */
export type CheckName =
  | 'responds'
  | 'cookie-set'
  | 'cookie-kept'
  | 'cookie-returned'
  | 'same-session'
  | 'own-session'
  | 'login-new-id'
  | 'not-cached'
  | 'http-only'
  | 'secure'
  | 'same-site'
  | 'lifetime'
  | 'proxy'

/** The result of a check. A warning does not change the exit code. */
export interface Finding {
  readonly check: CheckName
  readonly status: 'pass' | 'fail' | 'warn' | 'skip'
  readonly message: string
  /** What to do. */
  readonly fix?: string
}

type Make = (message: string, fix?: string) => Finding

/** Makes the findings of a check. */
export function findings(check: CheckName): Record<Finding['status'], Make> {
  const make =
    (status: Finding['status']): Make =>
    (message, fix) => ({ check, status, message, ...(fix === undefined ? {} : { fix }) })
  return { pass: make('pass'), fail: make('fail'), warn: make('warn'), skip: make('skip') }
}
