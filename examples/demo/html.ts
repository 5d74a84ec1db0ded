import { readFileSync } from 'node:fs'

/** A value in a template: strings and numbers are escaped, markup is not. */
export type Value = string | number | Html | readonly Html[]

/** Markup from a template literal. Each `${value}` is escaped, unless it is markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(markup)))
}

/** Reads a file with placeholders `{{name}}`, and fills them as `html` does. */
export function template(file: string): (values: Readonly<Record<string, Value>>) => string {
  const text = readFileSync(file, 'utf8')
  return values =>
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = values[name]
      if (value === undefined) throw new Error(`nothing for {{${name}}} in ${file}`)
      return markup(value)
    })
}

/** Its constructor is not exported, so that only `html` can create markup. */
export type { Html }
class Html {
  constructor(readonly text: string) {}
}

function markup(value: Value): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(markup).join('')
  return String(value).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
