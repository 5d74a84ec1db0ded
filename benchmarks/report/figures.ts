import type { Spread } from '../spread'

export function range({ low, high }: Spread, format: (value: number) => string): string {
  return `${format(low)} to ${format(high)}`
}

/** The number of significant digits of a measurement, for times from a tenth of a microsecond on. */
export function digits(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1)
}

export function whole(value: number): string {
  return String(Math.round(value))
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
