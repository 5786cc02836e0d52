--- The command `tidelock engine acl SPACE [USER]`: the rules for a user who has this space of a server, and nothing
--- else of it.
local refuse = require("help.options").refuse
local settings = require "server.settings"

return function(found)
  local space, user = found.words[1], found.words[2] or found.words[1]
  if not space:find "^[%w._-]+$" or #space > 64 then
    refuse("engine acl: %q is no name of a space: it has 1 to 64 letters, digits, '.', '-' and '_'", space)
  end
  if not user:find "^[%w._-]+$" then refuse("engine acl: %q is no name of a user", user) end
  local password = settings.password()
  print("# for redis-cli, as a user who may do so; the library must be there: tidelock engine install ADDRESS")
  print(("ACL SETUSER %s reset on >%s ~tl:{%s}:* %s"):format(user, password, space, require "server.rights"))
  print(("# its address: redis://%s:%s@HOST:PORT/%s"):format(user, password, space))
  return 0
end
