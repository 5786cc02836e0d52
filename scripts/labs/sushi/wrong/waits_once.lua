-- says: "beside somebody whose party had not left"
local ipc = require "tidelock"

local bar = ipc.condition{ name = "bar" }
local eating, party = ipc.value(0, "eating"), ipc.value(0, "party")

local function guest(eat)
  bar:with(function()
    if party:get() == 1 then bar:wait() end
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
