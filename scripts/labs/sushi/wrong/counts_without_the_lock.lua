-- says: "3 guests on 2 seats"
local ipc = require "tidelock"
local bar = ipc.condition{ name = "bar" }
local eating, party = ipc.value(0, "eating"), ipc.value(0, "party")
return { guest = function(eat)
  bar:with(function()
    while party:get() == 1 do bar:wait() end
    if eating:add(1) == 2 then party:set(1) end
  end)
  eat()
  if eating:add(-1) == 0 then -- two may sit down here, and their party is called off
    bar:with(function()
      party:set(0)
      bar:notify_all()
    end)
  end
end }
