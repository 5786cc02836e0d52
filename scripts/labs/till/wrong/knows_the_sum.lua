-- says: "it should be"
local ipc = require "tidelock"
local key = ipc.lock "key"
return { clerk = function(till, coin) till:set(till:get() < 100 and 22 or 122) end }
