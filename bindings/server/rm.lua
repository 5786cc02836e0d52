--- The command `tidelock rm ADDRESS [NAME]`: removes the objects of a space on a server, or one of them.
local client = require "server.client"
local ipc = require "tidelock"
local refuse = require("help.options").refuse

return function(found)
  if not client.space_of(found.address) then refuse "rm: the address names no space: add one, redis://HOST/SPACE" end
  local good, space = pcall(ipc.open, { name = found.address, insecure = true })
  if not good then error({ wrong = "rm: " .. tostring(space):gsub("^.-open: ", ""), status = 1 }, 0) end
  if space:remove(found.name) then return 0 end
  error({ wrong = ("rm: %s: there is no such object in the space"):format(found.name), status = 1 }, 0)
end
