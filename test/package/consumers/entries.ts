import 'PACKAGE/atomic'
import 'PACKAGE/koa'
import 'PACKAGE/koa/presets'
import 'PACKAGE/sqlite'
import 'PACKAGE/store-contract'
import 'PACKAGE/testing'

// All entries: the declaration files of each are checked
