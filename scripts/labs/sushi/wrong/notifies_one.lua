-- says: "eats alone, and somebody waits, though a seat is free"
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
    if eating:add(-1) == 0 then party:set(0) bar:notify() end
  end)
end
return { guest = guest }
