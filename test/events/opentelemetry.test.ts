import { EventEmitter, once } from 'node:events'
import { createRequire } from 'node:module'
import * as diagnosticsChannel from 'node:diagnostics_channel'
import { expect } from 'chai'
import { createServer } from 'node:http'
import request = require('supertest')
import { blockWith } from '../support/docs/pages'
import { count, data, endWith, routes } from '../support/handlers'
import { suiteNeeds } from '../support/suite-needs'
import { QUIET } from '../support/site'
import { session, type Store } from '../support/subject'
import { ComparingStore } from './stores'

const loadModule = createRequire(__filename)

interface Span {
  readonly name: string
  readonly attributes: object
  readonly status: { readonly code: number }
  readonly parentSpanContext?: { readonly spanId: string }
}

/** The part of the packages that is used here: they have no types in a checkout without them. */
interface Telemetry {
  readonly api: {
    readonly trace: {
      setGlobalTracerProvider(provider: object): void
      disable(): void
      getTracer(name: string): { startActiveSpan(name: string, act: (span: ActiveSpan) => void): void }
    }
    readonly metrics: { setGlobalMeterProvider(provider: object): void; disable(): void }
    readonly context: { setGlobalContextManager(manager: object): void; disable(): void }
  }
  readonly spans: () => Span[]
  /** The sums of the counters, and the counts of the histograms, by name and attributes. */
  readonly sums: () => Promise<Record<string, number>>
}

interface ActiveSpan {
  spanContext(): { readonly spanId: string }
  end(): void
}

type Made = Record<string, new (...args: unknown[]) => Record<string, (...args: unknown[]) => unknown>>

interface Point {
  readonly attributes: object
  readonly value: number | { readonly count: number }
}

interface Collected {
  readonly resourceMetrics: { readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[] }
}

interface Metric {
  readonly descriptor: { readonly name: string }
  readonly dataPoints: readonly Point[]
}

/** An SDK that keeps what is recorded in memory. */
function telemetry(): Telemetry {
  const api = loadModule('@opentelemetry/api') as Telemetry['api']
  const tracing = loadModule('@opentelemetry/sdk-trace-base') as Made
  const { MetricReader, MeterProvider } = loadModule('@opentelemetry/sdk-metrics') as Made
  const { AsyncLocalStorageContextManager } = loadModule('@opentelemetry/context-async-hooks') as Made
  const exporter = new (tracing.InMemorySpanExporter as Made[string])()
  const processor = new (tracing.SimpleSpanProcessor as Made[string])(exporter)
  api.trace.setGlobalTracerProvider(new (tracing.BasicTracerProvider as Made[string])({ spanProcessors: [processor] }))
  class Reader extends (MetricReader as Made[string]) {
    async onShutdown(): Promise<void> {}
    async onForceFlush(): Promise<void> {}
  }
  const reader = new Reader()
  api.metrics.setGlobalMeterProvider(new (MeterProvider as Made[string])({ readers: [reader] }))
  const manager = new (AsyncLocalStorageContextManager as Made[string])()
  api.context.setGlobalContextManager(manager.enable?.() as object)
  return {
    api,
    spans: () => exporter.getFinishedSpans?.() as Span[],
    sums: async () => sumsOf((await reader.collect?.()) as Collected),
  }
}

function sumsOf({ resourceMetrics }: Collected): Record<string, number> {
  const points = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }): [string, number] => [
        [descriptor.name, ...Object.values(attributes).map(String)].join(' '),
        typeof value === 'number' ? value : value.count,
      ]),
    ),
  )
  return Object.fromEntries(points)
}

describe('docs/events.md: OpenTelemetry', () => {
  suiteNeeds('the package @opentelemetry/sdk-metrics', () => loadModule.resolve('@opentelemetry/sdk-metrics'))
  const subscribed: (() => void)[] = []
  let used: Telemetry | undefined

  /** The channels, whose subscriptions end with the suite. */
  const channels = {
    subscribe(name: string, hear: diagnosticsChannel.ChannelListener): void {
      diagnosticsChannel.subscribe(name, hear)
      subscribed.push(() => void diagnosticsChannel.unsubscribe(name, hear))
    },
    tracingChannel: (name: string) => ({
      subscribe(hear: never): void {
        diagnosticsChannel.tracingChannel(name).subscribe(hear)
        subscribed.push(() => void diagnosticsChannel.tracingChannel(name).unsubscribe(hear))
      },
    }),
  }

  before(() => {
    used = telemetry()
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code of the documentation is what is tested
    const load = new Function('require', blockWith('docs/events.md', '// telemetry.js')) as (require: unknown) => void
    const known: Record<string, unknown> = { resession: session, 'node:diagnostics_channel': channels }
    load((name: string) => known[name] ?? loadModule(name))
  })

  after(() => {
    for (const end of subscribed) end()
    for (const part of used ? [used.api.trace, used.api.metrics, used.api.context] : []) part.disable()
  })

  it('makes a span of each store call, a child of the one of the request, and counts sessions', async () => {
    const { api, spans: finished, sums: collect } = used as Telemetry
    const store = new ComparingStore()
    const sessions = session({ ...QUIET, store: store as unknown as Store, name: 'sid' })
    const parents: string[] = []
    const steps = new EventEmitter()
    const handle = routes({
      '/put': count,
      '/slow': (req, res) => {
        data(req).views = 100
        // As a promise, so that it ends in the context of its request
        void once(steps, 'put ended').then(() => res.end('slow'))
        steps.emit('slow began')
      },
      '/logout': (req, res) => req.session.destroy(endWith(res)),
    })
    const server = createServer((req, res) => {
      api.trace.getTracer('http').startActiveSpan('request', span => {
        parents.push(span.spanContext().spanId)
        res.on('finish', () => span.end())
        sessions(req, res, () => handle(req as never, res))
      })
    })
    const agent = request.agent(server)
    const cookie = (await agent.get('/put')).get('Set-Cookie')?.[0]?.split(';')[0] as string
    const began = once(steps, 'slow began')
    const slow = agent.get('/slow').then()
    await began
    await agent.get('/put')
    steps.emit('put ended')
    await slow
    await agent.get('/logout')
    await request(server).get('/').set('Cookie', cookie)
    store.failing.add('get')
    await request(server).get('/').set('Cookie', cookie)

    const spans = finished().filter(({ name }) => name.startsWith('session '))
    expect(spans.map(({ name }) => name)).to.include.members(['session get', 'session compareAndSet', 'session destroy'])
    expect(spans.every(({ parentSpanContext }) => parents.includes(parentSpanContext?.spanId as string))).to.equal(true)
    expect(spans.filter(({ status }) => status.code === 2).map(({ name }) => name)).to.deep.equal(['session get'])
    expect(spans[0]?.attributes).to.deep.equal({ 'session.store': 'ComparingStore', 'session.written': true })
    const sums = await collect()
    expect(sums).to.include({
      'session.created sid': 1,
      'session.ended sid logout': 1,
      'session.unknown sid': 1,
      'session.conflicts': 1,
      'session.store.duration get true': 1,
    })
    expect(Object.entries(sums).reduce((sum, [name, count]) => (name.startsWith('session.store') ? sum + count : sum), 0)).to.equal(
      spans.length,
    )
  })
})
