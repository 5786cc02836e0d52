-- says: "it was said while courier-3 was out"
local ipc = require "tidelock"
return { day = function(names, deliver, done)
  local a = ipc.spawn(deliver, names[1])
  local b = ipc.spawn(deliver, names[2])
  a:join() b:join()
  names[3] = nil
  done()
end }
