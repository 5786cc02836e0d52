-- The two ends of a connection of this process: of ipc.connect, and of its listener's accept.
local ipc = require "tidelock"
local PATIENCE = 20

return function(options, address)
  local l = ipc.listen(address or "tcp:127.0.0.1:0", options)
  local c = assert(ipc.connect(l.address, options))
  local s = assert(l:accept(PATIENCE))
  l:close()
  return c, s
end
