--- Map: many calls of one function in a far pool: jobs of several items each, so that the way there and back is shared.
local client = require "remote.client"
local check = require "remote.check"
local jobs = require "remote.jobs"
local object = require "remote.object"

local map = {}

-- Jobs a worker: enough that the last ones end at about the same time.
local JOBS_A_WORKER = 4
local CHUNK_MOST = 1 << 20
local FLIGHT_LEAST = 256 -- jobs that are on the server at a time, where there are more

local ARGUMENTS_MOST = 200000 -- what a Lua stack holds, and some room

--- map.count: how many arguments a list has: its n, as of table.pack, or its length.
function map.count(list, record, call, what)
  if list.n == nil then return #list end
  return check.integer(object.title(record), call, what .. " n", list.n, 0, ARGUMENTS_MOST)
end

--- map.one: the arguments of an item of map.
function map.one(item) return { item, n = 1 } end

--- map.many: of starmap, whose items are lists of arguments.
function map.many(list, record, call, place)
  if type(list) ~= "table" then
    object.misuse(record, call, "item %d of the list must be a list of arguments, not %s", place, check.a_type(list))
  end
  local count = map.count(list, record, call, ("item %d's"):format(place))
  return table.move(list, 1, count, 1, { n = count })
end

local function check_chunk(record, call, chunk)
  if type(chunk) == "table" then
    check.keys(object.title(record), call, chunk, { "chunk", "progress" })
    chunk = chunk.chunk
  end
  if chunk == nil then return nil end
  return check.integer(object.title(record), call, "the chunk", chunk, 1, CHUNK_MOST)
end

local function workers(record, call)
  local _, _, _, count = object.ask(record, call, "pool_state")
  return math.max(1, math.tointeger(tonumber(count)))
end

-- A function of a number of a job: its cell; and how many jobs there are.
local function cells_of(record, call, fn, list, chunk, arguments)
  return function(number)
    local calls, first = {}, (number - 1) * chunk + 1
    for place = first, math.min(first + chunk - 1, #list) do
      calls[#calls + 1] = arguments(list[place], record, call, place)
    end
    return jobs.cell(record, call, fn, calls)
  end, math.ceil(#list / chunk)
end

-- The first result of each call of all jobs, in order.
local function results_of(list)
  local results, place = {}, 0
  for _, job in ipairs(list) do
    for _, packed in ipairs(job.results) do
      place = place + 1
      results[place] = packed[1]
    end
  end
  return results
end

-- A job of all these jobs, of which `left` have not ended: done when none is left, or at the first error.
local function gather(record, call, count, after)
  local list = {}
  local whole = { record = record, box = jobs.box(record), parts = list, left = count, given = 0 }
  function whole.part_ended(job)
    if whole.done then return end
    whole.left = whole.left - 1
    if job.ok and whole.left > 0 then return end
    whole.ok, whole.error, whole.list = job.ok, job.error, job.ok and results_of(list) or nil
    jobs.finish(record, whole)
  end
  function whole.after(_, deadline)
    if not whole.ok then jobs.cancel(record, call, list, deadline) end
    if after then after(whole, deadline) end
  end
  for i = 1, count do list[i] = { record = record, whole = whole } end
  return whole
end

-- Nothing is given yet: the whole, and the function of cells.
local function plan(record, call, fn, list, chunk, arguments, after)
  local wanted = JOBS_A_WORKER * workers(record, call)
  chunk = check_chunk(record, call, chunk) or math.max(1, math.ceil(#list / wanted))
  local cell, count = cells_of(record, call, fn, list, chunk, arguments)
  local whole = gather(record, call, count, after)
  if count == 0 then
    jobs.cell(record, call, fn, {})
    whole.done, whole.ok, whole.list = true, true, {}
  end
  return whole, cell, math.max(FLIGHT_LEAST, wanted)
end

-- Gives jobs until so many are on the server; not one at a time.
local function give_some(record, call, whole, cell, most)
  local in_flight = whole.given - (#whole.parts - whole.left)
  if in_flight > most // 2 then return end
  local parts, cells = {}, {}
  for number = whole.given + 1, math.min(whole.given + most - in_flight, #whole.parts) do
    parts[#parts + 1], cells[#cells + 1] = whole.parts[number], cell(number)
  end
  whole.given = whole.given + #parts
  jobs.submit_all(record, call, parts, cells)
end

--- map.begin: gives all of it: a job whose `list` has the results when it is done.
function map.begin(record, call, ...)
  local whole, cell = plan(record, call, ...)
  give_some(record, call, whole, cell, 2 * #whole.parts)
  return whole
end

--- map.all: the same, and waits for it: the results; raises the first error.  It gives more as results come, since
--- whoever waits can.
function map.all(record, call, ...)
  local whole, cell, most = plan(record, call, ...)
  while not whole.done do
    local good, why = pcall(give_some, record, call, whole, cell, most)
    if not good then
      jobs.cancel(record, call, whole.parts)
      error(why, 0)
    end
    if not whole.done then jobs.collect(record, call) end
  end
  if not whole.ok then jobs.raise(record, call, whole.error) end
  return whole.list
end

-- ---- one after the other ----

-- A function that returns the next item of a list or an iterator; nil at the end.
local function reader(record, call, source)
  if type(source) == "function" then
    return function()
      local good, item = client.script(client.handler(), source)
      if not good then error(item, 0) end
      return item
    end
  end
  if type(source) ~= "table" then
    object.misuse(record, call, "a list or an iterator is expected, not %s", check.a_type(source))
  end
  local place = 0
  return function()
    place = place + 1
    return source[place]
  end
end

-- Gives jobs until so many are under way or the source is used up.
local function give_ahead(run)
  while not run.over and run.given - run.taken < run.window do
    local calls = {}
    while #calls < run.chunk do
      local item = run.read()
      if item == nil then run.over = true break end
      calls[#calls + 1] = map.one(item)
    end
    if #calls > 0 then
      run.given = run.given + 1
      local job = { record = run.record, place = run.given, count = #calls }
      run.jobs[run.given] = job
      jobs.submit(run.record, run.call, nil, job, jobs.cell(run.record, run.call, run.fn, calls))
    end
  end
end

--- map.in_order: the next job whose turn it is.
function map.in_order(run)
  local job = run.jobs[run.taken + 1]
  jobs.await(run.record, run.call, job)
  return job
end

--- map.as_they_end: any job that is done.
function map.as_they_end(run)
  while true do
    for _, job in pairs(run.jobs) do
      if job.done then return job end
    end
    jobs.collect(run.record, run.call)
  end
end

local function take(run, next_job)
  local job = next_job(run)
  run.taken = run.taken + 1
  run.jobs[job.place] = nil
  if not job.ok then jobs.raise(run.record, run.call, job.error) end
  return job
end

--- map.iterate: an iterator of place and result, with jobs given as results are taken.
function map.iterate(record, call, fn, source, chunk, next_job)
  local run = { record = record, call = call, fn = fn, read = reader(record, call, source), jobs = {}, given = 0,
    taken = 0, chunk = check_chunk(record, call, chunk) or 1, window = JOBS_A_WORKER * workers(record, call) }
  jobs.cell(record, call, fn, {}) -- refused here, not at the first item
  local job, at = nil, 0
  return function()
    if job and at >= #job.results then job = nil end
    if not job then
      give_ahead(run)
      if run.given == run.taken then return nil end
      job, at = take(run, next_job), 0
    end
    at = at + 1
    return (job.place - 1) * run.chunk + at, job.results[at][1]
  end
end

return map
