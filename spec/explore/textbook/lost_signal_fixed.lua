-- Lost signal, corrected: look and wait are under the lock, and so are change and notify: the postman comes before the
-- look, which sees the letter, or after the wait has begun, which he then ends.
local ipc = require "tidelock"

local letters, bell = ipc.value(0, "letters"), ipc.condition{ name = "bell" }

local function reader()
  bell:acquire()
  while letters:get() == 0 do bell:wait() end
  letters:add(-1)
  bell:release()
end

local function postman()
  bell:acquire()
  letters:add(1)
  bell:notify()
  bell:release()
end

local one = ipc.spawn{ target = reader, name = "reader" }
local other = ipc.spawn{ target = postman, name = "postman" }
one:join()
other:join()
