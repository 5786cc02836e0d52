-- says: "was sent out twice"
local ipc = require "tidelock"
return { day = function(names, deliver, done)
  local ps = {}
  for _, n in ipairs(names) do ps[#ps+1] = ipc.spawn(deliver, n) ps[#ps+1] = ipc.spawn(deliver, n) end
  for _, p in ipairs(ps) do p:join() end
  done()
end }
