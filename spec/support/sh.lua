-- A command that runs a script of the shell, with these options.
local ipc = require "tidelock"

return function(script, options)
  options = options or {}
  table.move({ "sh", "-c", script }, 1, 3, 1, options)
  return ipc.command(options)
end
