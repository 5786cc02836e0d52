-- says: "and did not look at the minute"
local ipc = require "tidelock"
local version = ipc.value(0, "version")
local function write(board, hour, minute)
  version:add(1)
  board.hour:set(hour)
  board.minute:set(minute)
  version:add(1)
end
local function read(board)
  local t = { [6] = 5, [7] = 19, [8] = 11 }
  local hour = board.hour:get()
  return hour, t[hour]
end
return { write = write, read = read }
