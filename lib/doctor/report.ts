import type { Finding } from './finding'
import type { Observations } from './observations'

const MARKS = { pass: 'ok  ', fail: 'FAIL', warn: 'note', skip: '-   ' } as const

/** The report in plain words. */
export function textOf({ url, name }: Observations, found: readonly Finding[]): string {
  const lines = found.flatMap(({ status, check, message, fix }) => [
    `${MARKS[status]}  ${check.padEnd(15)}  ${message}`,
    ...(fix === undefined ? [] : [`${' '.repeat(23)}→ ${fix}`]),
  ])
  const failed = found.filter(({ status }) => status === 'fail').length
  const verdict =
    failed === 0 ? 'No check failed.' : `${failed} of ${found.length} checks failed. See docs/troubleshooting.md in the package resession`
  return [`resession doctor: ${url.href}${name ? `, cookie "${name}"` : ''}`, '', ...lines, '', verdict, ''].join('\n')
}

/** The report for programs. It has no values of cookies. */
export function jsonOf({ url, name }: Observations, found: readonly Finding[]): string {
  return `${JSON.stringify({ url: url.href, cookie: name ?? null, ok: isHealthy(found), checks: found }, null, 2)}\n`
}

/** Whether no check failed. Warnings are allowed. */
export function isHealthy(found: readonly Finding[]): boolean {
  return found.every(({ status }) => status !== 'fail')
}
