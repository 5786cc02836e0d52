-- The boys tell a foreman, who waits for two of them and adds up.
local ipc = require "tidelock"

local told = ipc.queue{ name = "told" }

local function foreman()
  while true do
    local first, second = told:get(), told:get()
    first.call(6 - first.thing - second.thing)
  end
end
ipc.process{ name = "foreman", daemon = true, target = foreman }:start()

local function boy(mine, thing, call)
  while true do
    thing:acquire()
    told:put{ thing = mine, call = call }
  end
end

local function smoker(_, bell, _, smoke)
  while true do
    bell:acquire()
    smoke()
  end
end

return { boy = boy, smoker = smoker }
