-- A condition: each guest that is woken looks again, under the lock, whether the bar is open to him.
local ipc = require "tidelock"

local bar = ipc.condition{ name = "bar" }
local eating, party = ipc.value(0, "eating"), ipc.value(0, "party")

local function guest(eat)
  bar:with(function()
    while party:get() == 1 do bar:wait() end
    if eating:add(1) == 2 then party:set(1) end
  end)
  eat()
  bar:with(function()
    if eating:add(-1) == 0 then
      party:set(0)
      bar:notify_all()
    end
  end)
end

return { guest = guest }
