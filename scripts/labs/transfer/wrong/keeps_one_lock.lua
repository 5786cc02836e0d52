-- says: "bob waits for ever at the counter"
local ipc = require "tidelock"
return { transfer = function(f, t, n)
  local a, b = f, t if a.number < b.number then a, b = b, a end a.lock:acquire() b.lock:acquire()
  f:take(n) t:give(n) a.lock:release() end }
