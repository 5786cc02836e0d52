-- says: "starter was served 2 times"
local ipc = require "tidelock"
local ready = { ann = ipc.semaphore{ value = 0 }, bob = ipc.semaphore{ value = 0 } }
return { cook = function(me, other, s, m) s() ready[me]:release() ready[other]:acquire() s() m() end }
