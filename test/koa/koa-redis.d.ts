declare module 'koa-redis' {
  interface RedisStore {
    readonly client: { ttl(key: string): Promise<number>; exists(key: string): Promise<number> }
    quit(): Promise<unknown>
    get(id: string): Promise<unknown>
    set(id: string, record: object, ttl?: number): Promise<unknown>
    destroy(id: string): Promise<unknown>
  }
  function redisStore(options: { url: string }): RedisStore
  export = redisStore
}
