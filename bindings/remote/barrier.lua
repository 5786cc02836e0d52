--- Barrier: a place where tasks wait for each other, round after round.
local check = require "remote.check"
local object = require "remote.object"

local barrier = object.class "barrier"

barrier.options = { "parties", "name" }

function barrier.check(parties)
  return { "parties", check.integer(nil, "barrier", "parties", parties, 1, 1000000) }
end

barrier.method("wait", 1, function(record, timeout)
  local status, place = object.wait(record, "wait", object.deadline(record, "wait", timeout), "barrier_wait")
  if status == "ok" then return math.tointeger(tonumber(place)) end
  return nil, status
end)
barrier.method("reset", 0, object.asking("reset", "barrier_reset"))
barrier.method("abort", 0, object.asking("abort", "barrier_abort"))

barrier.property("parties", object.number("barrier_state", 1))
barrier.property("waiting", object.number("barrier_state", 2))
barrier.property("broken", function(record)
  local _, _, _, broken = object.ask(record, nil, "barrier_state")
  return broken == "1"
end)

return barrier
