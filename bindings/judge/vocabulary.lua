--- Vocabulary: `lab`, by which a lab's world is written. docs/labs.md tells what each function does.
local memory = require "judge.memory"
local tasks = require "judge.tasks"
local things = require "judge.things"

local vocabulary = {}

local MOST_LABEL = 119
local PATIENCE = 200 -- steps for one that is to wait

vocabulary.task_cell, vocabulary.made_cell = tasks.started_cell, tasks.made_cell

local function check_words(call, property, text)
  if type(property) ~= "string" or type(text) ~= "string" then
    error(("%s: the name of a property and a text are expected"):format(call), 3)
  end
end

-- ---- claims ----

-- The text with its values. One of another kind than is expected, a nan for %d, is told as it is.
local function formatted(text, ...)
  local well, sentence = pcall(string.format, text, ...)
  if not well then well, sentence = pcall(string.format, (text:gsub("%%[%d.]*[dgfx]", "%%s")), ...) end
  return well and sentence or text
end

local function reject(self, property, text, ...)
  self.board.finish(("\1lab\1reject\1%s\1%s"):format(property, formatted(text, ...)))
end

local function holds(condition)
  if type(condition) == "function" then return condition() end
  return condition
end

-- Functions are asked when all tasks have ended.
local function sometimes(self, property, condition, text)
  local label = ("lab:%s:%s"):format(property, text)
  if #label > MOST_LABEL then error("lab.sometimes: the text is too long: " .. text, 3) end
  if type(condition) == "function" and not self.over then
    self.pending[#self.pending + 1] = { label = label, condition = condition }
    return
  end
  self.board.label(label, holds(condition))
end

-- ---- tasks ----

local function is_callable(value)
  return type(value) == "function" or type(value) == "table" and getmetatable(value) ~= nil
end

local function start_task(self, name, fn, ...)
  if type(name) ~= "string" then error("lab.task(name, fn, ...): a name is expected", 4) end
  self.made.ready()
  if not is_callable(fn) then
    self.board.finish(("\1lab\1unread\1what %s is to run is %s, no function"):format(name,
      fn == nil and "nil" or "a " .. type(fn)))
  end
  local arguments = table.pack(...)
  self.started = true
  local process = self.ipc.process{ name = name, target = function()
    self.tasks:enter(name)
    local results = table.pack(fn(table.unpack(arguments, 1, arguments.n)))
    self.things:ends(self.tasks:me())
    return table.unpack(results, 1, results.n)
  end }
  return process:start()
end

local function start_kept(self, ...)
  local process = start_task(self, ...)
  self.processes[#self.processes + 1] = process
  return process
end

-- Whether it cannot go on, or looks again and again; and it is no more then.
local function waits(self, ...)
  local process, steps = start_task(self, ...), 0
  repeat
    self.ipc.yield()
    steps = steps + 1
  until self.board.alone() or steps == PATIENCE
  local is_waiting = process:is_alive() or process.exitcode < 0 -- who was killed may have waited
  process:kill()
  -- as long as it may still want what the caller has a join is a circle
  while not pcall(process.join, process) do self.ipc.yield() end
  return is_waiting
end

local function join_all(self)
  for _, process in ipairs(self.processes) do process:join() end
  if self.tasks:started() == 0 then return end
  for _, process in ipairs(self.ipc.children()) do
    if not process.daemon then process:join() end
  end
end

-- Where the explorer kills nobody, nobody may: a task that kills itself has not solved anything.
local function check_ends(self)
  for _, process in ipairs(not self.tasks.kills and self.processes or {}) do
    if (process.exitcode or 0) < 0 then reject(self, "ends", "%s was killed", process.name) end
  end
end

-- What comes when world has returned.
local function finish(self)
  self.made.ready()
  join_all(self)
  self.over = true
  for _, rule in ipairs(self.empties) do
    local left = rule.queue:size()
    if left > 0 then reject(self, rule.property, rule.text, left) end
  end
  for _, fn in ipairs(self.afters) do fn() end
  check_ends(self)
  for _, each in ipairs(self.pending) do self.board.label(each.label, holds(each.condition)) end
  self.board.label("lab:over", true)
end

-- ---- the functions of `lab` ----

local function add_things(self, api)
  function api.stage(...) return self.things:make("stage", ...) end
  function api.mark(...) return self.things:make("mark", ...) end
  function api.value(n, name) return self.ipc.value(n, name or "value") end
  function api.file(fields, name) return self.ipc.table(fields, name or "file") end
  function api.count(name) return self.memory:count(name) end
  function api.notes(name) return self.memory:notes(name) end
end

local function add_rules(self, api)
  local all = self.things

  local function limit(call, which, where, most, property, text)
    if type(property) ~= "string" or type(text) ~= "string" then
      error(("%s: the name of a property and a text are expected"):format(call), 3)
    end
    all:rule(all:check(call, where, "stage"), which, { most = most, property = property, text = text })
  end

  function api.before(first, second, property, text)
    check_words("lab.before", property, text)
    local a, b = all:check("lab.before", first), all:check("lab.before", second)
    all:rule(b, "before", { first = a, property = property, text = text })
    all:join(a, b)
  end

  function api.ordered(first, second)
    all:join(all:check("lab.ordered", first), all:check("lab.ordered", second))
  end

  function api.together(where, most, property, text) limit("lab.together", "together", where, most, property, text) end
  function api.alone(where, property, text) limit("lab.alone", "together", where, 1, property, text) end
  function api.bypass(where, most, property, text) limit("lab.bypass", "bypass", where, most, property, text) end
end

local function add_claims(self, api)
  function api.always(property, condition, text, ...)
    check_words("lab.always", property, text)
    if not holds(condition) then reject(self, property, text, ...) end
  end

  function api.sometimes(property, condition, text)
    check_words("lab.sometimes", property, text)
    return sometimes(self, property, condition, text)
  end

  function api.goal(condition, text, missed, ...)
    if type(text) ~= "string" or type(missed) ~= "string" then
      error("lab.goal(condition, text, text if it is missed, ...): texts are expected", 2)
    end
    if holds(condition) then self.board.finish("\1lab\1goal\1" .. text:format(...)) end
    self.board.stuck((missed:format(...))) -- no failure: what is said of a schedule that passes
  end

  function api.empty(queue, property, text)
    check_words("lab.empty", property, text)
    table.insert(self.empties, { queue = queue, property = property, text = text })
  end

  function api.after(fn) table.insert(self.afters, fn) end
  function api.stuck(text) self.memory:set_stuck(text) end
end

local function add_tasks(self, api)
  function api.task(...) return start_kept(self, ...) end
  function api.waits(...) return waits(self, ...) end
  function api.choose(n) return self.ipc.choose(n) end
  function api.others_wait() return self.board.alone() end
  function api.me() return self.tasks:name(self.tasks:me()) end

  function api.say(text, ...)
    self.board.say(select("#", ...) > 0 and text:format(...) or tostring(text))
  end

  function api.last() return self.board.last() end

  function api.polls()
    local path = self.board.polls()
    return path and self.tasks:name_of(path)
  end

  function api.killed()
    local dead = self.tasks:dead()
    return #dead, self.tasks:names(dead)
  end
end

-- What the learner sends to another process, or to a pool, may hold the lab and its things: these are sent by name, as
-- what both have. So they are fields of a module, and `lab` is one. A process that is older has no such field.
local function make_known(self, api)
  local kept = setmetatable({}, { __index = function(_, title)
    return self.memory:again(title)
      or error("the process is older than what is sent to it: start it later", 0)
  end })
  package.loaded["a lab"], package.loaded["things of a lab"] = api, kept
  function self.keep(thing, title)
    kept[title] = thing
    return thing
  end
end

--- For a schedule: { api = the table `lab`, finish = to be called when world has returned, ready = a function that is
-- called before a task starts, and at the end; none at first }.
function vocabulary.new(board, ipc, description)
  local self = {
    board = board, ipc = ipc, next_cell = tasks.first_cell, afters = {}, pending = {}, empties = {}, processes = {},
    started = false, over = false,
  }
  self.tasks = tasks.new(board, ipc, (description.kills or 0) > 0)
  self.reject = function(...) return reject(self, ...) end
  self.things, self.memory = things.new(self), memory.new(self)
  local api = {}
  make_known(self, api)
  add_things(self, api)
  add_rules(self, api)
  add_claims(self, api)
  add_tasks(self, api)
  self.made = { api = api, finish = function() finish(self) end, ready = function() end }
  return self.made
end

return vocabulary
