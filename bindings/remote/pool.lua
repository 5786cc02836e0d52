--- Pool: functions of modules, run by workers on other machines (tidelock worker).  See by_name.lua for which
--- functions go there, jobs.lua for how results come back, map.lua for many at a time.
local check = require "remote.check"
local future = require "remote.future"
local jobs = require "remote.jobs"
local map = require "remote.map"
local object = require "remote.object"

local pool = object.class "pool"

pool.options = { "retry", "queue", "name" }

local MOST = 1 << 30

-- What makes workers near, and has no meaning here.
local OF_WORKERS = { "workers", "initializer", "max_tasks" }

--- pool.gather: the constructor's arguments, of which none is about workers.
function pool.gather(...)
  local options = type((...)) == "table" and ... or {}
  for _, name in ipairs(OF_WORKERS) do
    if options[name] ~= nil then
      check.misuse(nil, "pool", "%s: a far pool makes no workers; they are started where they are to run, by "
        .. "tidelock worker --pool NAME --allow MODULE,... ADDRESS", name)
    end
  end
  return ...
end

function pool.check(retry, queue)
  local options = {}
  for name, value in pairs{ retry = retry, queue = queue } do
    options[#options + 1] = name
    options[#options + 1] = check.integer(nil, "pool", name, value, 0, MOST)
  end
  return options
end

-- ---- one task ----

local function packed(job) return table.unpack(job.results[1], 1, job.results[1].n) end

-- The arguments of a call; `fn` is looked at first.
local function submit(record, call, deadline, fn, arguments, after)
  local job = { record = record, after = after }
  job.parts = { job }
  local cell = jobs.cell(record, call, fn, { arguments }, deadline)
  local given, why = jobs.submit(record, call, deadline, job, cell)
  if not given then return nil, why end
  return job
end

pool.method("submit", math.huge, function(record, fn, ...)
  return future.new(record, submit(record, "submit", nil, fn, table.pack(...)), packed)
end)

pool.method("try_submit", math.huge, function(record, fn, ...)
  local job, why = submit(record, "try_submit", 0, fn, table.pack(...))
  if not job then return nil, why end
  return future.new(record, job, packed)
end)

pool.method("apply", math.huge, function(record, fn, ...)
  local job = submit(record, "apply", nil, fn, table.pack(...))
  jobs.await(record, "apply", job)
  if not job.ok then jobs.raise(record, "apply", job.error) end
  return packed(job)
end)

-- What is called when a job is done; nil: nothing.
local function after(record, call, value, callback, on_error)
  for what, fn in pairs{ callback = callback, on_error = on_error } do
    if type(fn) ~= "function" then
      object.misuse(record, call, "%s must be a function, not %s", what, check.a_type(fn))
    end
  end
  if not callback and not on_error then return nil end
  return function(job)
    if job.ok and callback then callback(value(job)) end
    if not job.ok and on_error then on_error(job.error) end
  end
end

local function check_list(record, call, list)
  if type(list) == "table" then return list end
  object.misuse(record, call, "a list is expected, not %s", check.a_type(list))
end

pool.method("apply_async", 4, function(record, fn, args, callback, on_error)
  args = args == nil and {} or check_list(record, "apply_async", args)
  local count = map.count(args, record, "apply_async", "the arguments'")
  local arguments = table.move(args, 1, count, 1, { n = count })
  return future.new(record, submit(record, "apply_async", nil, fn, arguments,
    after(record, "apply_async", packed, callback, on_error)), packed)
end)

-- ---- many ----

pool.method("map", 3, function(record, fn, list, chunk)
  return map.all(record, "map", fn, check_list(record, "map", list), chunk, map.one)
end)

pool.method("starmap", 3, function(record, fn, lists, chunk)
  return map.all(record, "starmap", fn, check_list(record, "starmap", lists), chunk, map.many)
end)

pool.method("map_async", 5, function(record, fn, list, chunk, callback, on_error)
  local function value(job) return job.list end
  local whole = map.begin(record, "map_async", fn, check_list(record, "map_async", list), chunk, map.one,
    after(record, "map_async", value, callback, on_error))
  return future.new(record, whole, value)
end)

pool.method("imap", 3, function(record, fn, source, chunk)
  return map.iterate(record, "imap", fn, source, chunk, map.in_order)
end)

pool.method("imap_unordered", 3, function(record, fn, source, chunk)
  return map.iterate(record, "imap_unordered", fn, source, chunk, map.as_they_end)
end)

-- ---- its end ----

pool.method("close", 0, function(record)
  record.closed = true
  return object.outcome((object.ask(record, "close", "pool_close")))
end)

pool.method("terminate", 0, function(record)
  record.closed = true
  return object.outcome((object.ask(record, "terminate", "pool_terminate")))
end)

pool.method("join", 1, function(record, timeout)
  if not record.closed then object.misuse(record, "join", "call close or terminate first") end
  local deadline = object.deadline(record, "join", timeout)
  local status = object.wait(record, "join", deadline, "pool_join")
  while status == "ok" and not jobs.is_idle(record) do
    if not jobs.collect(record, "join", deadline) then return nil, "timeout" end
  end
  return object.outcome(status)
end)

-- How many workers there are now, anywhere.
pool.property("workers", object.number("pool_state", 3))

return pool
