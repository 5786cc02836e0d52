--- Jobs: keeps the host's workers busy with the plans of a search.
local jobs = {}
jobs.__index = jobs

local LOOK = 0.1 -- seconds after which the time and the progress are looked at though no schedule has ended
local LONGEST = 5 -- seconds for which those are waited for that still run at the end
local BRIEF = 0.2 -- the same after Ctrl-C: the host ends them

--- host: an open one; count: its workers; clock(): seconds.
function jobs.new(host, count, clock)
  local idle = {}
  for worker = 1, count do idle[worker] = worker end
  return setmetatable({ host = host, idle = idle, clock = clock, plans = {}, busy = 0 }, jobs)
end

local function start(self, plan)
  local worker = table.remove(self.idle)
  self.plans[worker] = plan
  self.busy = self.busy + 1
  self.host:start(worker, plan)
end

-- Gives away plans while there are some and somebody is idle; false: the search is done.
local function fill(self, search)
  while #self.idle > 0 do
    local plan = search:next()
    if plan == "done" then return false end
    if not plan then return true end
    start(self, plan)
  end
  return true
end

local function take(self, worker)
  local plan = self.plans[worker]
  self.plans[worker] = nil
  self.busy = self.busy - 1
  self.idle[#self.idle + 1] = worker
  return plan, self.host:account(worker)
end

-- What a schedule had, for whoever asks before its worker has the next.
local function events_of(host, worker)
  return function() return host:events(worker), host:tasks(worker), host:objects(worker) end
end

local function collect(self, search)
  local worker, why = self.host:wait(LOOK)
  if worker then
    local plan, run = take(self, worker)
    if run.ending ~= "interrupted" then
      search:took(plan, run, events_of(self.host, worker))
      if search.failure and search.failure.plan == plan then
        search.failure.events, search.failure.tasks, search.failure.objects = events_of(self.host, worker)()
      end
    end
  end
  return why ~= "interrupted"
end

--- Waits until all workers are idle, or some do not come back in so many seconds (5); what they have done is not
-- looked at.
function jobs:drain(seconds)
  local moment = self.clock() + (seconds or LONGEST)
  while self.busy > 0 and self.clock() < moment do
    local worker = self.host:wait(LOOK)
    if worker then take(self, worker) end
  end
end

--- Runs a search until it is done, or the moment `deadline` is there (nil: never). `progress(search)` is called now
-- and then. Returns "done", "time" or "interrupted".
function jobs:run(search, deadline, progress)
  local why = "done"
  while true do
    local more = fill(self, search)
    if self.busy == 0 and not more then break end
    if self.busy > 0 and not collect(self, search) then why = "interrupted" break end
    progress(search)
    local grace = search.taken > 0 and 0 or LONGEST -- one that has ended says more than none
    if deadline and self.clock() >= deadline + grace then why = "time" break end
  end
  local no_longer = why == "interrupted" or why == "time" and search.taken == 0 -- those had the grace
  self:drain(no_longer and BRIEF or LONGEST)
  return search.failure and "done" or why
end

--- Runs one plan, with all workers idle: its run, and a function that returns events, tasks and objects until the next
-- is run; and its worker. nil: interrupted.
function jobs:one(plan)
  start(self, plan)
  while true do
    local worker, why = self.host:wait(LOOK)
    if worker then
      local _, run = take(self, worker)
      return run, events_of(self.host, worker), worker
    end
    if why == "interrupted" then
      self:drain(BRIEF)
      return nil
    end
  end
end

return jobs
