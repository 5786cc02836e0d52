-- For the specs that are about spaces: where the file of one is, and other programs that have it open.
local shell = dofile "spec/support/shell.lua"

local spaces = {}

function spaces.path_of(name)
  return ("/dev/shm/tidelock-%s-%s"):format(shell.run("id -u"):match "%d+", name)
end

-- Another program of the same user, with the space of that name open as `s`; `before` stands before its command line.
function spaces.program(name, code, before)
  return shell.script(('local ipc = require "tidelock"\nlocal s = ipc.open(%q)\n'):format(name) .. code, before)
end

return spaces
