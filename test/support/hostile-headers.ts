import { sign } from 'cookie-signature'

/** In bytes. Node accepts 16 KiB of headers, other headers included. */
export const SIZE = 15_900

/**
 * 50 Cookie headers of the maximum size that must be cheap for a server.
 *
 * @param name of the session's cookie
 */
export function hostileHeaders(name: string): Record<string, string> {
  const repeated = (unit: string, start = ''): string => start + unit.repeat((SIZE - start.length) / unit.length)
  const pairs = (value: string, separator = '; '): string => repeated(`${name}=${value}${separator}`)
  const values = (unit: string, count: number, start = 's%3A'): string =>
    Array.from(
      { length: count },
      () => `${name}=${start}${unit.repeat((SIZE / count - name.length - start.length - 3) / unit.length)}`,
    ).join('; ')
  const forged = encodeURIComponent(`s:${sign('known', 'a wrong secret')}`)
  return {
    'a percent sign, repeated': pairs('%', ';'),
    'a percent sign and a space, repeated': pairs('%'),
    'a signed percent sign, repeated': pairs('s:%', ';'),
    'an encoded signed percent sign, repeated': pairs('s%3A%', ';'),
    'a percent sign behind a signature, repeated': pairs(`${forged}%`),
    'half an escape, repeated': pairs('%4', ';'),
    'an escape of no digits, repeated': pairs('%zz', ';'),
    'an escape of no UTF-8, repeated': pairs('%FF', ';'),
    'a signed escape of no UTF-8, repeated': pairs('s:%FF', ';'),
    'an escape of half a character, repeated': pairs('%E2%82', ';'),
    'a letter’s escape, repeated': pairs('%41', ';'),
    'the escape of the mark, repeated': pairs('%73%3A', ';'),
    'the escape of the mark in small letters, repeated': pairs('%73%3a', ';'),
    'the mark in capitals, repeated': pairs('S%3A', ';'),
    'the mark twice, repeated': pairs('s:s:', ';'),
    'the mark alone, repeated': pairs('s:', ';'),
    'a short signed value, repeated': pairs('s:a.b', ';'),
    'a forged value, repeated': pairs(forged),
    'a forged value in quotes, repeated': pairs(`"${forged}"`),
    'an unsigned value, repeated': pairs('abcdefgh'),
    'an empty value, repeated': pairs('', ';'),
    'an empty value in quotes, repeated': pairs('""', ';'),
    'one quote, repeated': pairs('"', ';'),
    'the name alone, repeated': repeated(name),
    'the name without a value, repeated': repeated(`${name};`),
    'the name and spaces, repeated': repeated(`${name}        ;`),
    'the name among spaces, repeated': repeated(`;        ${name}        =        s:%        `),
    'the name among tabs, repeated': repeated(`;\t\t${name}\t\t=\t\ts:%\t\t`),
    'the name in values, repeated': repeated(`x=${name}=s:%;`),
    'the name in one value, repeated': repeated(`${name}=`, 'x='),
    'the end of a name, repeated': repeated(`x${name}=s:%;`),
    'the name and equals signs': repeated('=', name),
    'the name and spaces': `${repeated(' ', name).slice(0, -10)}=s:a.b`,
    'spaces and the name': `;${repeated(' ').slice(0, -100)}${name}=s:a.b`,
    'a value of spaces': `${repeated(' ', `${name}=`).slice(0, -10)}s:a.b`,
    'one long value': values('a', 1),
    'one long value of escapes': values('%41', 1),
    'one long value of escaped text': values('%E2%82%AC', 1),
    'one long value that ends in half an escape': `${values('%41', 1)}%`,
    'one long value of dots': values('.', 1),
    'one long unsigned value of escapes': values('%41', 1, ''),
    'two long values of escapes': values('%41', 2),
    'four long values': values('a', 4),
    'four long values of escapes': values('%41', 4),
    'four long values of escaped text': values('%E2%82%AC', 4),
    'eight long values of escapes': values('%41', 8),
    'forty values of escapes': values('%41', 40),
    'nested lists': `${name}=${Buffer.from('['.repeat(SIZE / 3) + ']'.repeat(SIZE / 3))
      .toString('base64')
      .slice(0, SIZE - name.length - 1)}`,
    'one long value and its signature': `${name}=${'a'.repeat(SIZE - 2 * name.length - 40)}; ${name}.sig=${'b'.repeat(27)}`,
    'signatures, repeated': repeated(`${name}.sig=s:%;`, `${name}=a;`),
  }
}
