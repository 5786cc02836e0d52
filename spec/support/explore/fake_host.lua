-- Schedules of a model: a function of a world stands for the script, coroutines for its tasks.
--
--   local run, events, tasks, objects = fake.run(function(world) ... end, { moves = "0*3 1", strategy = "none" })
--
-- It keeps what the real host (explore.host) promises of plans and events, as far as the search needs it: the moves,
-- and the strategies none and random (the others are random here).
local moves = require "explore.schedule.moves"
local random = require "explore.search.random"

local fake = {}

-- The nearest line of the model.
local function where()
  for level = 2, 20 do
    local info = debug.getinfo(level, "Sl")
    if not info then break end
    if info.currentline > 0 and not info.short_src:find("fake_host", 1, true) then
      return info.short_src:match "[^/]*$", info.currentline
    end
  end
end

-- ---- a schedule ----

local schedule = {}
schedule.__index = schedule

local function new_schedule(plan)
  return setmetatable({
    plan = plan, moves = assert(moves.parse(plan.moves or "")), at = 1, random = random.new(plan.seed or 0),
    tasks = {}, objects = {}, events = {}, now = 0, step = 0, deviations = 0, choices = 0, labels = {}, killed = 0,
    kinds = {}, last = nil,
  }, schedule)
end

function schedule:object(kind, name)
  local number = (self.kinds[kind] or 0) + 1
  self.kinds[kind] = number
  local object = {
    kind = kind, name = name or "", number = number, maker = self.running and self.running.path or "0",
    title = name and ("%s %q"):format(kind, name) or kind .. "#" .. number, waiters = {},
  }
  self.objects[#self.objects + 1] = object
  object.index = #self.objects
  return object
end

function schedule:task(name, body, parent)
  local path = "0"
  if parent then
    parent.children = parent.children + 1
    path = (parent.path == "0" and "" or parent.path .. ".") .. parent.children
  end
  local task = { path = path, name = name, parent = parent and parent.path or nil, children = 0, order = #self.tasks,
    coroutine = coroutine.create(body), intent = { how = "starts" }, ended = false }
  self.tasks[#self.tasks + 1] = task
  self.tasks[path] = task
  return task
end

function schedule:can_run(task)
  if task.ended then return false end
  return not task.sleeps or task.called or task.deadline ~= nil and task.deadline <= self.now
end

function schedule:runnable()
  local list = {}
  for _, task in ipairs(self.tasks) do
    if self:can_run(task) then list[#list + 1] = task end
  end
  return list
end

function schedule:nearest()
  local found
  for _, task in ipairs(self.tasks) do
    if not task.ended and task.sleeps and not task.called and task.deadline and task.deadline > self.now then
      found = math.min(found or math.huge, task.deadline)
    end
  end
  return found
end

local function paths(list)
  if #list < 2 then return nil end
  local found = {}
  for i, task in ipairs(list) do found[i] = task.path end
  return found
end

function schedule:record(event)
  event.time = self.now
  event.step = self.step
  self.events[#self.events + 1] = event
end

-- What the plan says, while it says what can be.
function schedule:follow(is_possible)
  while self.moves[self.at] do
    local move = self.moves[self.at]
    self.at = self.at + 1
    if is_possible(move) then return move end
    self.deviations = self.deviations + 1
    self.first_deviation = self.first_deviation or self.step + 1
  end
end

local function by_path(list, path)
  for _, task in ipairs(list) do
    if task.path == path then return task end
  end
end

-- The task that ran last goes on; else the next in order.
local function default(self, list)
  local last = self.last and self.last.order or -1
  for _, task in ipairs(list) do
    if task.order >= last then return task end
  end
  return list[1]
end

function schedule:choose(list)
  local victim
  local move = self:follow(function(move)
    if move == "t" then return self:nearest() ~= nil end
    victim = move:find "^k" and self.tasks[move:sub(2)]
    if victim then return not victim.ended and victim.path ~= "0" end
    return by_path(list, move) ~= nil
  end)
  if move == "t" then return "clock" end
  if victim then return "kill", victim end
  if move then return "step", by_path(list, move) end
  local plan = self.plan
  if (plan.strategy or "none") == "none" then return "step", default(self, list) end
  if plan.clock and self:nearest() and self.random:below(plan.clock) == 1 then return "clock" end
  if (plan.kills or 0) > self.killed and #self.tasks > 1 and self.random:below(10) == 1 then
    local task = self.tasks[1 + self.random:below(#self.tasks - 1)]
    if not task.ended then return "kill", task end
  end
  return "step", list[self.random:below(#list)]
end

-- One of several, which the plan or the strategy chooses: its number.
function schedule:pick(limit, index_of)
  local found
  self:follow(function(move)
    found = index_of(move)
    if not found then self.at = self.at - 1 end
    return true
  end)
  if found then return found end
  if (self.plan.strategy or "none") == "none" or self.at <= #self.moves then return 1 end
  return self.random:below(limit)
end

function schedule:fail(ending, message, task)
  if self.ending then return end
  self.ending, self.message, self.ender = ending, message, task and task.path
end

function schedule:kill(task)
  self.step = self.step + 1
  self.killed = self.killed + 1
  self:record{ task = task.path, how = "dies", killed = true, could = paths(self:runnable()) }
  self:finish(task)
  self.last = task
end

local function wake_all(object)
  for _, waiter in ipairs(object.waiters) do waiter.called = true end
  object.waiters = {}
end

-- Who ends leaves its locks, and calls those that wait for its end.
function schedule:finish(task)
  task.ended = true
  for _, object in ipairs(self.objects) do
    if object.holder == task then
      object.holder = nil
      wake_all(object)
    end
  end
  if task.process then wake_all(task.process) end
end

function schedule:wake_one(object)
  local waiters = object.waiters
  if #waiters == 0 then return end
  local chosen = 1
  if #waiters > 1 then
    chosen = self:pick(#waiters, function(move)
      for i, task in ipairs(waiters) do
        if "w" .. task.path == move then return i end
      end
    end)
    self:record{ task = self.running.path, how = "wakes", woken = waiters[chosen].path, could = paths(waiters) }
  end
  table.remove(waiters, chosen).called = true
end

local function forget_waiter(task)
  local waiters = task.object and task.object.waiters or {}
  for i = #waiters, 1, -1 do
    if waiters[i] == task then table.remove(waiters, i) end
  end
end

function schedule:run_step(task, list)
  local intent = task.intent
  self.step = self.step + 1
  local how = intent.how or "begins"
  if task.sleeps then
    how = task.called and "goes on" or "late"
    if how == "late" then task.late = true end
    forget_waiter(task)
  end
  task.sleeps, task.called, task.deadline = nil, nil, nil
  local could = paths(list)
  if could then self.choices = self.choices + 1 end
  self:record{
    task = task.path, how = how, op = intent.op, name = intent.name, kind = intent.object and intent.object.kind,
    access = intent.access or "reads", object = intent.object and intent.object.index, key = intent.key,
    file = intent.file, line = intent.line, could = could, chosen = could and true or nil,
  }
  self.running, self.last = task, task
  local well, what = coroutine.resume(task.coroutine)
  if not well then
    local always = type(what) == "table" and what.always
    self:fail(always and "always" or "error", always or tostring(what), task)
  elseif coroutine.status(task.coroutine) == "dead" then
    self:finish(task)
  end
end

function schedule:deadlock()
  local waits = {}
  for _, task in ipairs(self.tasks) do
    local title = task.object and task.object.title or "?"
    if not task.ended then waits[#waits + 1] = ("%s waits for %s"):format(task.name, title) end
  end
  self:fail("deadlock", "deadlock: " .. table.concat(waits, "; "))
end

local function is_over(self)
  for _, task in ipairs(self.tasks) do
    if not task.ended then return false end
  end
  return true
end

function schedule:turn()
  local list = self:runnable()
  if #list == 0 then
    if is_over(self) then self.ending = "passed" return end
    self.now = self:nearest() or self.now
    if #self:runnable() == 0 then self:deadlock() end
    return
  end
  local what, task = self:choose(list)
  if what == "clock" then
    self.now = self:nearest()
    self:record{ task = self.last and self.last.path or "0", how = "clock" }
  elseif what == "kill" then
    self:kill(task)
  else
    self:run_step(task, list)
  end
end

-- ---- what a model calls ----

local function world_of(self)
  local world = {}

  -- Announces it, and does it as a step; `attempt` returns whether it is done, else it sleeps; nil: it was too late.
  local function operate(name, op, access, object, attempt, more)
    local task = self.running
    more = more or {}
    task.intent = { name = name, op = op, access = access, object = object, key = more.key }
    task.intent.file, task.intent.line = where()
    coroutine.yield()
    while true do
      local done, value = attempt()
      if done then return value end
      if task.late then task.late = nil return nil end
      task.sleeps, task.object = true, object
      task.deadline = more.timeout and self.now + more.timeout or nil
      if object then table.insert(object.waiters, task) end
      coroutine.yield()
    end
  end

  function world.start(name, body)
    local object = self:object("process", name)
    operate("PROCESS_START", "start", "makes", object, function()
      local parent = self.running
      local task = self:task(name, function()
        body(world)
        operate("END", "end", "ends", nil, function() return true end)
      end, parent)
      task.process, object.task = object, task
      return true
    end)
    return object
  end

  function world.join(process)
    operate("PROCESS_JOIN", "join", "reads", process, function() return process.task.ended end)
  end

  function world.lock(name)
    local lock = self:object("lock", name)
    function lock.acquire()
      operate("LOCK_ACQUIRE", "acquire", "writes", lock, function()
        if lock.holder then return false end
        lock.holder = self.running
        return true
      end)
    end
    function lock.release()
      operate("LOCK_RELEASE", "release", "writes", lock, function()
        lock.holder = nil
        self:wake_one(lock)
        return true
      end)
    end
    return lock
  end

  function world.value(number, name)
    local value = self:object("value", name)
    function value.get()
      return operate("VALUE_GET", "get", "reads", value, function() return true, number end)
    end
    function value.set(new)
      operate("VALUE_SET", "set", "writes", value, function() number = new return true end)
    end
    return value
  end

  function world.array(n, name)
    local array, slots = self:object("array", name), {}
    for i = 1, n do slots[i] = 0 end
    function array.get(i)
      return operate("ARRAY_GET", "get", "reads", array, function() return true, slots[i] end, { key = i })
    end
    function array.set(i, new)
      operate("ARRAY_SET", "set", "writes", array, function() slots[i] = new return true end, { key = i })
    end
    return array
  end

  function world.queue(name)
    local queue, items = self:object("queue", name), {}
    function queue.put(item)
      operate("QUEUE_PUT", "put", "writes", queue, function()
        table.insert(items, item)
        self:wake_one(queue)
        return true
      end)
    end
    function queue.get(timeout)
      return operate("QUEUE_GET", "get", "writes", queue, function()
        if #items == 0 then return false end
        return true, table.remove(items, 1)
      end, { timeout = timeout })
    end
    return queue
  end

  function world.sleep(seconds)
    local woken = false
    operate("SLEEP", "sleep", "reads", nil, function()
      local done = woken
      woken = true
      return done
    end, { timeout = seconds })
  end

  function world.choose(n)
    operate("CHOOSE", "choose", "reads", nil, function() return true end)
    local answer = self:pick(n, function(move) return math.tointeger(tonumber(move:match "^=(%d+)$")) end)
    self:record{ task = self.running.path, how = "answer", answer = answer, of = n }
    return answer
  end

  function world.always(condition, message)
    local file, line = where()
    if not condition then error({ always = ("%s:%d: %s"):format(file, line, message) }, 0) end
  end

  function world.sometimes(condition, label)
    self.labels[label] = self.labels[label] or condition and true or false
  end

  function world.outcome(text) self.outcome = tostring(text) end
  return world
end

local MOST_STEPS = 100000

local function run_schedule(model, plan)
  local self = new_schedule(plan)
  local world = world_of(self)
  self:task("main", function() model(world) end)
  while not self.ending and self.step < MOST_STEPS do self:turn() end
  for _ = self.at, #self.moves do
    self.deviations = self.deviations + 1
    self.first_deviation = self.first_deviation or self.step + 1
  end
  return self
end

local function account_of(self)
  return {
    ending = self.ending or "hangs", message = self.message, ender = self.ender, steps = self.step,
    choices = self.choices, deviations = self.deviations, first_deviation = self.first_deviation,
    outcome = self.outcome, labels = self.labels, notices = {}, hash = moves.text(moves.of_events(self.events)),
    time = self.now, real = 0, wrote_files = false, went_outside = false, lost_events = false,
  }
end

--- Runs a model under one plan; what the account, events, tasks and objects of the real host tell.
function fake.run(model, plan)
  local schedule_run = run_schedule(model, plan or {})
  return account_of(schedule_run), schedule_run.events, schedule_run.tasks, schedule_run.objects
end

return fake
