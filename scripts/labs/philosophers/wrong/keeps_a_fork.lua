-- says: "goes home with fork-"
local ipc = require "tidelock"
return { dine = function(n, f, eat)
  local a, b = f[n], f[n % 4 + 1] if n == 4 then a, b = b, a end a:acquire() b:acquire() eat() a:release() end }
