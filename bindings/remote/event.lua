--- Event: something that has happened, or not yet.
local object = require "remote.object"

local event = object.class "event"

event.method("set", 0, object.asking("set", "event_set"))
event.method("clear", 0, object.asking("clear", "event_clear"))
event.method("is_set", 0, function(record)
  local _, set = object.ask(record, "is_set", "event_is_set")
  return set == "1"
end)
event.method("wait", 1, object.waiting("wait", "event_wait"))

--- event.watch: for ipc.wait.
function event.watch(record) return "event", record.id end

return event
