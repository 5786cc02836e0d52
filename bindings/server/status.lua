--- The command `tidelock engine status`.
local addresses = require "server.addresses"
local place = require "server.place"

return function(found)
  local here = place.new(found.dir)
  if not here:pid() then
    print(("no engine runs in %s; tidelock engine start begins one"):format(here.dir))
    return 1
  end
  print(addresses.text(here))
  return addresses.answers(here) and 0 or 1
end
