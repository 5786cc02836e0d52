-- Lost signal: the reader looks without the lock; the notify may come between its look and its wait, and is lost.
-- Goetz and others, Java Concurrency in Practice, 2006, 14.2.3.
local ipc = require "tidelock"

local letters, bell = ipc.value(0, "letters"), ipc.condition{ name = "bell" }

local function reader()
  if letters:get() == 0 then bell:with(bell.wait, bell) end
  letters:add(-1)
end

local function postman()
  letters:add(1)
  bell:with(bell.notify, bell)
end

local one = ipc.spawn{ target = reader, name = "reader" }
local other = ipc.spawn{ target = postman, name = "postman" }
one:join()
other:join()
