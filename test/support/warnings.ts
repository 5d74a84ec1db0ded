export interface Warning {
  readonly code: string
  readonly message: string
}

/** The warnings of the package in each test of the suite that it is called in. None is printed. @param environment the value of NODE_ENV */
export function useWarnings(environment: string | undefined = 'development'): Warning[] {
  const heard: Warning[] = []
  const { emitWarning } = process
  const { NODE_ENV } = process.env
  beforeEach(() => {
    heard.splice(0)
    setEnvironment(environment)
    process.emitWarning = ((message: string, options: { type?: string; code: string }) => {
      if (options.type === 'ResessionWarning') heard.push({ code: options.code, message })
    }) as typeof emitWarning
  })
  afterEach(() => {
    process.emitWarning = emitWarning
    setEnvironment(NODE_ENV)
  })
  return heard
}

function setEnvironment(value: string | undefined): void {
  if (value === undefined) delete process.env.NODE_ENV
  else process.env.NODE_ENV = value
}
