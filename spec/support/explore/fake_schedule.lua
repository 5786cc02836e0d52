--- The schedule of a fake host (fake_host.lua): its tasks take steps by the moves of a plan, or by chance.
local moves = require "explore.schedule.moves"
local random = require "explore.search.random"

local schedule = {}
schedule.__index = schedule

--- A schedule by the plan, before its first step.
function schedule.new(plan)
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

return schedule
