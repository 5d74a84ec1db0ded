// Subclasses Store and MemoryStore in the ways of published stores, serves two requests with each, and prints the responses
const util = require('node:util')
const session = require('PACKAGE')
const twoVisits = require('./two-visits.cjs')

/** Each makes a subclass of the named export. */
const WAYS = {
  'class extends': Base => class extends Base {},
  'class extends, with private fields': Base =>
    class extends Base {
      #listening = false
      on(...args) {
        this.#listening = true
        return super.on(...args)
      }
    },
  'class extends, with arrow functions for methods': Base =>
    class extends Base {
      records = {}
      get = (...args) => METHODS.get.apply(this, args)
      set = (...args) => METHODS.set.apply(this, args)
      destroy = (...args) => METHODS.destroy.apply(this, args)
    },
  'Base.call(this) and util.inherits': Base => linked(Base, Derived => util.inherits(Derived, Base)),
  'Base.call(this) and __proto__': Base => linked(Base, Derived => (Derived.prototype.__proto__ = Base.prototype)),
  'Base.call(this) and Object.create': Base => linked(Base, Derived => (Derived.prototype = Object.create(Base.prototype))),
  'Base.call(this) and a prototype made by new': Base => linked(Base, Derived => (Derived.prototype = new Base())),
  'util.inherits, and Base never called': Base => {
    function Derived() {}
    util.inherits(Derived, Base)
    return Derived
  },
  'ES5 _super.call(this)': extendsInEs5,
  "class extends, on TypeScript's __importStar": (_, name) => class extends importStar(session)[name] {},
  "class extends, on esbuild's __toESM": (_, name) => class extends toEsm(session)[name] {},
  'class extends, asking for session.session first': (_, name) => class extends (session.session ? session.session : session)[name] {},
}

const METHODS = {
  get(id, callback) {
    const text = this.records?.[id]
    callback(null, text && JSON.parse(text))
  },
  set(id, data, callback) {
    this.records ??= {}
    this.records[id] = JSON.stringify(data)
    callback(null)
  },
  destroy(id, callback) {
    delete this.records?.[id]
    callback(null)
  },
}

main().then(report => console.log(JSON.stringify(report)))

async function main() {
  const report = {}
  for (const name of ['Store', 'MemoryStore']) {
    for (const [way, extend] of Object.entries(WAYS)) report[`${name}: ${way}`] = await outcome(name, extend)
  }
  return report
}

async function outcome(name, extend) {
  try {
    const Derived = extend(session[name], name)
    if (name === 'Store') Object.assign(Derived.prototype, METHODS)
    const store = new Derived({ client: {} })
    const told = await twoVisits(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store }))
    return [...told, store instanceof session[name]]
  } catch (err) {
    return err.message
  }
}

/** A function that calls its base, with its prototype linked to the base's. */
function linked(Base, link) {
  function Derived(options) {
    Base.call(this, options)
  }
  link(Derived)
  return Derived
}

/** `class extends` as TypeScript and Babel compile it for ES5: prisma-session-store. */
function extendsInEs5(Base) {
  function Derived(options) {
    return Base.call(this, options) || this
  }
  Object.setPrototypeOf(Derived, Base)
  Derived.prototype = Object.create(Base.prototype, { constructor: { value: Derived, writable: true, configurable: true } })
  return Derived
}

/** `import * as session` as TypeScript compiles it: connect-mongo 4 and 5. */
function importStar(module) {
  const copy = {}
  for (const key in module) {
    if (key !== 'default' && Object.prototype.hasOwnProperty.call(module, key)) copy[key] = module[key]
  }
  copy.default = module
  return copy
}

/** `import * as session` as esbuild compiles it: connect-mongo 6. */
function toEsm(module) {
  const copy = Object.create(Object.getPrototypeOf(module))
  for (const key of Object.getOwnPropertyNames(module)) {
    if (!(key in copy)) Object.defineProperty(copy, key, { get: () => module[key], enumerable: true })
  }
  return copy
}
