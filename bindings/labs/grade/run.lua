--- Grade run: checks each file of each submission in a process of its own (labs/runner), some at a time.
local check = require "judge.check"
local decode = require "formats.json_decode"
local encode = require "formats.json_encode"
local files = require "labs.files"
local pack = require "labs.pack"
local record = require "labs.record"
local runner = require "labs.runner"
local stepper = require "judge.stepper"
local text_file = require "labs.text_file"

local grade_run = {}

--- What a check may use; more ends it, and it alone.
grade_run.limits = { wall = 120, cpu = 120, memory = 1 << 30, processes = 256, cap = 60 }

local BEAT = 0.01

-- Plays the schedule by which the learner has broken a lab.
local function play_here(lab, text)
  local ended = stepper.verdict(lab, nil, text)
  local won = ended ~= nil and ended.won
  local verdict = { state = won and "passed" or "rejected", exhausted = false, schedules = 1, seconds = 0,
    sentence = ended and ended.sentence or "the schedule does not fit the lab", moves = text, properties = {} }
  verdict.text = ("%s: %s. %s.\n"):format(lab.name, won and "broken" or "not broken", verdict.sentence)
  for name, most in pairs(lab.points) do
    table.insert(verdict.properties, { name = name, most = most, points = won and most or 0, passed = won,
      message = not won and verdict.sentence or nil })
  end
  table.sort(verdict.properties, function(a, b) return a.name < b.name end)
  return record.of(lab, verdict)
end

-- In the process of its own. The file is written anew where nothing else lies: its folder is not seen.
local function check_here(lab, text, options)
  local name = ("%s.lua"):format(lab.name)
  local folder = os.tmpname()
  os.remove(folder)
  assert(files.make(folder))
  local path = folder .. "/" .. name
  assert(text_file.write(path, text))
  local well, verdict = pcall(check, lab, path, { width = 80, color = false, jobs = 1, judge = true,
    seed = options.seed, cap = options.cap or grade_run.limits.cap })
  os.remove(path)
  os.remove(folder)
  if not well then error(type(verdict) == "table" and verdict.wrong or verdict, 0) end
  local found = record.of(lab, verdict)
  for _, key in ipairs{ "text", "sentence" } do
    found[key] = found[key] and found[key]:gsub(folder:gsub("%p", "%%%0") .. "/", "")
  end
  return found
end

-- A record for what could not be checked.
local function failed(lab, state, sentence)
  local properties, most = {}, 0
  for name, points in pairs(lab.points) do
    properties[#properties + 1] = { name = name, most = points, points = 0, judged = false,
      message = sentence }
    most = most + points
  end
  table.sort(properties, function(a, b) return a.name < b.name end)
  return { lab = lab.name, file = pack.file_name(lab), title = lab.title, number = lab.number, state = state,
    sentence = sentence, text = ("%s: %s"):format(lab.name, sentence), exhausted = false, schedules = 0, seconds = 0,
    points = 0, most = most, properties = properties }
end

local function start(task, number, options)
  local path = task.submission.files[task.lab.name]
  if not path then
    local name = pack.file_name(task.lab)
    task.record = failed(task.lab, "missing", task.submission.leads_out[task.lab.name]
      and name .. " is a link that leads out of the folder" or name .. " is missing")
    return nil
  end
  local text, why = text_file.read(path)
  if not text then
    task.record = failed(task.lab, "unread", (why:gsub("^.*/", "")))
    return nil
  end
  local limits = grade_run.limits
  local job, wrong = runner.start(function()
    return encode(task.lab.kind == "break" and play_here(task.lab, text) or check_here(task.lab, text, options))
  end, { jail = options.jail, folders = { options.pack }, wall = options.wall or limits.wall, cpu = limits.cpu,
    memory = limits.memory, processes = limits.processes, number = number })
  if not job then error({ wrong = wrong, status = 1 }, 0) end
  return job
end

local ENDINGS = {
  time = function(limits) return ("it took more than %d seconds, and was ended"):format(limits.wall) end,
  signal = function(_, number) return ("its check was ended by signal %d: too much CPU or memory"):format(number) end,
}

-- What came of a job; the record of the task.
local function take(task, output, how, number, options)
  if how ~= "exit" then
    task.record = failed(task.lab, "stopped", ENDINGS[how]({ wall = options.wall or grade_run.limits.wall }, number))
    return
  end
  local answer = number == 0 and decode(output)
  if not answer then
    task.record = failed(task.lab, "stopped", "it could not be checked: " .. output:gsub("\n.*", ""))
    task.record.fault = true
    return
  end
  task.record = answer
end

-- Polls the jobs that run; frees the places of those that have ended.
local function collect(running, options)
  for number, each in pairs(running) do
    local output, how, status = each.job:poll()
    if how then
      take(each.task, output, how, status, options)
      each.job:kill()
      running[number] = nil
    end
  end
end

local function free_place(running, count)
  for number = 0, count - 1 do
    if not running[number] then return number end
  end
end

-- ---- the jail ----

-- What a job in that jail returns that reads the pack; nil: the system does not allow it.
local function read_in(jail, pack_path)
  local job = runner.start(function()
    return text_file.read(pack_path .. "/pack.lua") and "read" or "not read"
  end, { jail = jail, folders = { pack_path }, processes = grade_run.limits.processes })
  while job do
    local output, how, status = job:poll()
    if how then
      job:kill()
      return how == "exit" and status == 0 and output or nil
    end
    files.sleep(BEAT)
  end
end

--- The closest jail (labs/jail.h) that the system allows: it is tried, as much that is allowed alone is not allowed
--- together, in containers. Raises { wrong = text }.
function grade_run.jail(pack_path)
  for _, jail in ipairs{ "whole", "user" } do
    local output = read_in(jail, pack_path)
    if output == "not read" then
      error({ wrong = ("another user grades, who cannot read the pack: chmod -R a+rX %s, and let him into the folders "
        .. "above it"):format(pack_path), status = 1 }, 0)
    end
    if output then return jail end
  end
  return "none"
end

--- Checks tasks { submission, lab }, `count` at a time: each gets a record. options: pack (its whole path), jail, seed,
--- cap, wall.
function grade_run.all(tasks, count, options)
  local running, at = {}, 0
  while at < #tasks or next(running) do
    local place = at < #tasks and free_place(running, count)
    if place then
      at = at + 1
      local job = start(tasks[at], place, options)
      if job then running[place] = { job = job, task = tasks[at] } end
    else
      collect(running, options)
      if next(running) then files.sleep(BEAT) end
    end
  end
end

return grade_run
