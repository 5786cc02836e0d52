-- says: "wait for ever"
local ipc = require "tidelock"
local sill = ipc.lock{ name = "sill" }
local room, bread = ipc.condition{ lock = sill, name = "room" }, ipc.condition{ lock = sill, name = "bread" }
local function put(w, l) sill:acquire()
  while w:is_full() do room:wait() end w:put(l) bread:notify() sill:release() end
local function take(w) sill:acquire()
  while not w:is_full() do bread:wait() end
  local l = w:take() room:notify() sill:release() return l end
return { put = put, take = function(w) sill:acquire()
  while not w:is_full() do bread:wait() end
  local l = w:take() room:notify() return l end }
