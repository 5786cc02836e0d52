--- Semaphore: a number of seats; any task may release.
local check = require "remote.check"
local object = require "remote.object"
local holding = require "remote.holding"

local semaphore = object.class "semaphore"
local MOST = 4294967295

semaphore.options = { "value", "bounded", "name" }

function semaphore.check(value, bounded)
  value = value == nil and 1 or check.integer(nil, "semaphore", "value", value, 0, MOST)
  bounded = check.boolean("semaphore", "bounded", bounded)
  return { "value", value, "bounded", bounded and 1 or 0 }
end

semaphore.method("acquire", 1, holding.acquire("acquire", "semaphore_acquire"))
semaphore.method("release", 1, function(record, n)
  n = n == nil and 1 or check.integer(object.title(record), "release", "n", n, 1, MOST)
  return object.outcome((object.ask(record, "release", "semaphore_release", n)))
end)
semaphore.method("with", math.huge, holding.with("with", "semaphore_acquire", "semaphore_release"))

semaphore.property("value", object.number("semaphore_value", 1))

return semaphore
