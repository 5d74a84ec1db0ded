import Module = require('node:module')
import type { Server } from 'node:http'
import type { App, Failed } from './app'
import type { Page, Req, Visit } from './page'
import type { PublishedServer, Serve } from './server'

type ClassDecorator = (of: object) => void
type MethodDecorator = (of: object, name: string, descriptor?: PropertyDescriptor) => void
type ParameterDecorator = (of: object, name: string, index: number) => void

/** The part that a controller and its module need. */
interface Common {
  Catch(): ClassDecorator
  Controller(): ClassDecorator
  Get(path: string): MethodDecorator
  Module(of: { controllers: object[] }): ClassDecorator
  Redirect(path: string): MethodDecorator
  Req(): ParameterDecorator
  Session(): ParameterDecorator
}

interface Core {
  NestFactory: { create(module: object, options: { logger: false }): Promise<Application> }
}

interface Application {
  use(path: string, middleware: App['sessions']): void
  useGlobalFilters(filter: object): void
  init(): Promise<void>
  getHttpServer(): Server
}

interface Host {
  getArgs(): Parameters<Failed> extends [unknown, ...infer Args] ? Args : never
}

/** Sessions as in its documentation: `app.use(session(...))`, and `@Session()` in a controller. */
const serve: Serve = async ({ load }, { base, sessions, pages, failed }) => {
  const common = load<Common>('@nestjs/common')
  const { NestFactory } = load<Core>('@nestjs/core')
  class Root {}
  common.Module({ controllers: [controller(common, pages)] })(Root)
  class Filter {
    catch = (err: Error, host: Host): void => failed(err, ...host.getArgs())
  }
  common.Catch()(Filter)
  const app = await NestFactory.create(Root, { logger: false })
  app.use(base, sessions)
  app.useGlobalFilters(new Filter())
  await app.init()
  return app.getHttpServer()
}

/** Applies the decorators without their syntax. */
function controller({ Controller, Get, Redirect, Req, Session }: Common, pages: App['pages']): object {
  class Pages {}
  const methods = Pages.prototype as Record<string, Page['act']>
  for (const [path, { act, leadsTo }] of Object.entries(pages)) {
    methods[path] = (session: Visit, req: Req) => act(session, req)
    Session()(methods, path, 0)
    Req()(methods, path, 1)
    const descriptor = Object.getOwnPropertyDescriptor(methods, path)
    Get(path)(methods, path, descriptor)
    if (leadsTo) Redirect(leadsTo)(methods, path, descriptor)
  }
  Controller()(Pages)
  return Pages
}

/** Only one version can have the names by which its packages require each other; the others get a suffix. */
const VERSIONS: [version: string, suffix: string][] = [
  ['10.4.22', '-10'],
  ['11.2.10', '-11'],
  ['12.5.1', ''],
]
const PACKAGES = ['core', 'common', 'platform-express']

export const nest: readonly PublishedServer[] = VERSIONS.map(([version, suffix]) => {
  const packages = Object.fromEntries(PACKAGES.map(name => [`@nestjs/${name}${suffix}`, `npm:@nestjs/${name}@${version}`]))
  return {
    title: `nest ${version}`,
    packages: { ...packages, 'reflect-metadata': '0.2.2', rxjs: '7.8.2' },
    serve: (room, app) => {
      if (suffix) resolveWith(suffix)
      return serve(room, app)
    },
  }
})

/** Redirects the resolution of this process to one version. */
function resolveWith(suffix: string): void {
  const resolver = Module as unknown as { _resolveFilename(name: string, ...rest: unknown[]): string }
  const { _resolveFilename: resolve } = resolver
  resolver._resolveFilename = (name, ...rest) =>
    resolve(name.replace(new RegExp(`^@nestjs/(${PACKAGES.join('|')})(?=/|$)`), `$&${suffix}`), ...rest)
}
