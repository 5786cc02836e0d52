--- Rwlock: many readers or one writer, whose `token` only grows.
local object = require "remote.object"
local holding = require "remote.holding"

local rwlock = object.class "rwlock"

rwlock.method("read", 1, holding.acquire("read", "rwlock_read"))
rwlock.method("write", 1, holding.acquire("write", "rwlock_write"))
rwlock.method("release", 0, holding.release("release", "rwlock_release"))
rwlock.method("with_read", math.huge, holding.with("with_read", "rwlock_read", "rwlock_release"))
rwlock.method("with_write", math.huge, holding.with("with_write", "rwlock_write", "rwlock_release"))

rwlock.property("token", holding.token)

return rwlock
