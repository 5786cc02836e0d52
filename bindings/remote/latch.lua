--- Latch: opens for good when it has been counted down to 0.
local check = require "remote.check"
local object = require "remote.object"

local latch = object.class "latch"
local MOST = 4294967295

latch.options = { "count", "name" }

function latch.check(count)
  return { "count", check.integer(nil, "latch", "count", count, 0, MOST) }
end

latch.method("count_down", 1, function(record, n)
  n = n == nil and 1 or check.integer(object.title(record), "count_down", "n", n, 1, MOST)
  return object.outcome((object.ask(record, "count_down", "latch_count_down", n)))
end)
latch.method("wait", 1, object.waiting("wait", "latch_wait"))

latch.property("count", object.number("latch_count", 1))

--- latch.watch: for ipc.wait.
function latch.watch(record) return "latch", record.id end

return latch
