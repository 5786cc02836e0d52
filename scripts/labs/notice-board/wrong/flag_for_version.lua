-- says: "half of each: no train leaves then"
local ipc = require "tidelock"

local busy = ipc.value(0, "busy")

local function write(board, hour, minute)
  busy:set(1)
  board.hour:set(hour)
  board.minute:set(minute)
  busy:set(0)
end

local function read(board)
  local hour, minute
  repeat
    while busy:get() == 1 do ipc.yield() end
    hour, minute = board.hour:get(), board.minute:get()
  until busy:get() == 0
  return hour, minute
end

return { write = write, read = read }
