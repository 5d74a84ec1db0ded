/** The deprecation messages of express-session's namespace that a call causes; captured with `process.on('deprecation')`, so that none is printed. */
export function deprecations(act: () => unknown): string[] {
  const heard: string[] = []
  const listen = (warning: Error & { namespace?: string }): void => {
    if (warning.namespace === 'express-session') heard.push(warning.message)
  }
  process.on('deprecation' as never, listen as never)
  try {
    act()
  } finally {
    process.removeListener('deprecation', listen)
  }
  return heard
}
