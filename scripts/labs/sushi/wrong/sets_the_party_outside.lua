-- says: "sat down beside somebody whose party had not left"
local ipc = require "tidelock"
local bar = ipc.condition{ name = "bar" }
local eating, party = ipc.value(0, "eating"), ipc.value(0, "party")
return { guest = function(eat)
  local second
  bar:with(function()
    while party:get() == 1 do bar:wait() end
    second = eating:add(1) == 2
  end)
  if second then party:set(1) end
  eat()
  bar:with(function()
    if eating:add(-1) == 0 then party:set(0) bar:notify_all() end
  end)
end }
