-- The command of keys_spec, in the place of explore: shows each key's name in brackets, until "q" or "eof".  Its
-- argument: "alternate", for a screen of its own, or "slow", which tells of no key either.
local keys = require "terminal.keys"
local _, how = ...

local started, why = keys.start(how == "alternate")
if not started then error(why, 0) end
keys.write "ready\r\n"
repeat
  local key, text = keys.read(how == "slow" and 0.05 or nil)
  if key == "resize" then text = table.concat({ keys.size() }, " ") end
  keys.write(("[%s%s]"):format(tostring(key), text and " " .. text or ""))
  if key == "d" then keys.draw "one\ntwo" end
  if key == "x" then error "on purpose" end
  if key == "p" then keys.write(("pid %d."):format(io.open "/proc/self/stat":read "n")) end
until key == "q" or key == "eof"
keys.stop()
io.write "stopped\n"
return 0
