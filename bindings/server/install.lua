--- The command `tidelock engine install ADDRESS`: puts the library of functions on a server, for users who may use it
--- and not put it there.
local client = require "server.client"

return function(found)
  local connection = client.connect(found.words[1])
  local name = client.install(connection)
  connection:close()
  print(("library %s is installed"):format(name))
  return 0
end
