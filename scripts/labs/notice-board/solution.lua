local ipc = require "tidelock"

local version = ipc.value(0, "version") -- odd while the board is being turned

local function write(board, hour, minute)
  version:add(1)
  board.hour:set(hour)
  board.minute:set(minute)
  version:add(1)
end

local function read(board)
  local hour, minute
  --[[ hole: look until nothing has changed while you looked ]]
  --[[ start: hour, minute = board.hour:get(), board.minute:get() ]]
  repeat
    local before = version:get()
    hour, minute = board.hour:get(), board.minute:get()
  until before % 2 == 0 and version:get() == before
  --[[ end ]]
  return hour, minute
end

return { write = write, read = read }
