--- Session: the host of one command, its workers, and the terminal.
local jobs = require "explore.search.jobs"
local livelock = require "explore.search.livelock"
local paint = require "terminal.paint"

local session = {}
session.__index = session

local STDOUT, STDERR = 1, 2
local INTERRUPTED = 130
local PROGRESS_EACH = 0.2 -- seconds

-- For the user, without a place in these modules.
local function fail(text)
  error({ wrong = text }, 0)
end

session.fail = fail

--- Opens the script; raises { wrong = text } where it cannot be loaded.
function session.open(options)
  local hosts, system = require "explore.host", require "terminal.system"
  local count = options.jobs or hosts.cpus()
  local well, host = pcall(hosts.open, {
    script = options.script, arguments = options.arguments, jobs = count, seed = options.seed or 1,
    program = arg and arg[-1], input = options.input, patience = options.patience,
    memory = options.memory,
  })
  local why = not well and tostring(host):gsub("\n+$", "")
  if why == "interrupted" then error({ wrong = why, status = INTERRUPTED }, 0) end
  if why then fail(why) end
  return setmetatable({
    system = system, host = host, options = options, clock = system.real_time,
    jobs = jobs.new(host, count, system.real_time), began = system.real_time(),
  }, session)
end

--- Runs one plan: run, a function that returns events, tasks and objects, and the worker; nil: interrupted, and then
-- no other plan is run.
function session:one(plan)
  if self.interrupted then return nil end
  local run, events, worker = self.jobs:one(plan)
  self.interrupted = not run
  return run, events, worker
end

--- Runs a plan and returns all that there is to know of it: { plan, run, events, tasks, objects, told, output }; nil:
-- interrupted.
function session:whole(plan)
  local run, events, worker = self:one(plan)
  if not run then return nil end
  local list, tasks, objects = events()
  return {
    plan = plan, run = run, events = livelock.shown(run, list), tasks = tasks, objects = objects,
    told = plan.tells and self.host:told(worker) or {}, output = self.host:output(worker),
  }
end

--- Seconds since the session began.
function session:seconds()
  return self.clock() - self.began
end

--- Width of the terminal, and whether there are colours.
function session:look()
  return self.system.columns(), paint.wanted(self.system.is_terminal(STDOUT))
end

--- A function to be called with the search now and then, which writes a progress line if stderr is a terminal; and one
-- that clears that line.
function session:progress()
  if not self.system.is_terminal(STDERR) then return function() end, function() end end
  local line_of = require "explore.report.progress".line
  local next_at, shown = 0, false
  local function write(search)
    local now = self.clock()
    if now < next_at then return end
    next_at, shown = now + PROGRESS_EACH, true
    local line = line_of{
      schedules = search.taken, seconds = self:seconds(), choices = search.findings.choices,
      outcomes = search.findings.outcomes, width = self.system.columns(), runs = search.options.runs,
    }
    io.stderr:write("\r\27[K", line)
    io.stderr:flush()
  end
  local function clear()
    if shown then io.stderr:write "\r\27[K" end
    shown = false
  end
  return write, clear
end

function session:close()
  self.host:close()
end

return session
