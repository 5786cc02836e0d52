--- Grade: `tidelock lab grade`: submissions are checked by the pack's own checker, and told in the format of a course's
--- platform. Nothing is written to stderr where all could be graded.
local context = require "labs.context"
local files = require "labs.files"
local grade_run = require "labs.grade.run"
local submissions = require "labs.grade.submissions"
local text_file = require "labs.text_file"

local grade = {}

-- { one file a submission, the end of its name, limits of its own }
local FORMATS = {
  json = {}, junit = {}, tap = {}, csv = {},
  gradescope = { each = true, ending = ".json" },
  exercism = { each = true, ending = ".json", cap = 10, wall = 18 },
  classroom = { each = true, ending = ".txt" },
}

local function refuse(text, ...) error({ wrong = text:format(...), status = 2 }, 0) end

local function chosen(pack, names)
  if not names then return nil end
  local list = {}
  for i, name in ipairs(names) do
    local lab, why = pack:lab(name)
    if not lab then refuse("%s", why) end
    list[i] = lab
  end
  return list
end

local function sum_up(submission)
  submission.points, submission.most, submission.seconds = 0, 0, 0
  for _, record in ipairs(submission.records) do
    submission.points, submission.most = submission.points + record.points, submission.most + record.most
    submission.seconds = submission.seconds + (record.seconds or 0)
  end
end

-- All that is known: what the formats are made from.
local function report_of(pack, list, labs, found, tasks, jail)
  local report = { pack = pack.title, seed = found.seed or 1, submissions = list, limits = grade_run.limits,
    jail = jail, faults = {} }
  local at = 0
  for _, submission in ipairs(list) do
    submission.records = {}
    for i = 1, #labs do
      at = at + 1
      local task = tasks[at]
      submission.records[i] = task.record
      if task.record.fault then
        report.faults[#report.faults + 1] = ("%s: %s"):format(submission.name, task.record.text)
      end
    end
    sum_up(submission)
  end
  return report
end

-- ---- where it goes ----

local function write(path, text)
  local well, why = text_file.write(path, text)
  if not well then error({ wrong = "the grades cannot be written: " .. why, status = 1 }, 0) end
end

local function write_each(report, render, format, folder)
  local well, why = files.make(folder)
  if not well then error({ wrong = "the grades cannot be written: " .. why, status = 1 }, 0) end
  for _, submission in ipairs(report.submissions) do
    write(("%s/%s%s"):format(folder, submission.name, format.ending), render(report, submission))
  end
end

local function put(report, render, format, path, several)
  if format.each and several then return write_each(report, render, format, path) end
  local text = render(report, report.submissions[1])
  if path then return write(path, text) end
  io.stdout:write(text)
end

-- A format with a file for each student needs a folder for them: said before all is checked.
local function check_place(found, format, several)
  local stat = found.file and files.stat(found.file)
  if format.each and several then
    if not found.file then
      refuse("%s has one file for each of several students: give a folder for them, -o FOLDER", found.format)
    end
    if stat and stat.kind ~= "folder" then refuse("-o %s: it is no folder", found.file) end
  elseif stat and stat.kind == "folder" then
    refuse("-o %s: it is a folder; give a file in it", found.file)
  end
end

-- No grades over what is graded.
local function check_overwrites(found, list)
  local is_same = require "terminal.system".is_same_file
  for _, submission in ipairs(list) do
    for _, path in pairs(found.file and submission.files or {}) do
      if is_same(found.file, path) then
        refuse("-o %s: it is an answer of %s, which would be lost; give another file", found.file, submission.name)
      end
    end
  end
end

local function tasks_of(list, labs)
  local tasks = {}
  for _, submission in ipairs(list) do
    for _, lab in ipairs(labs) do tasks[#tasks + 1] = { submission = submission, lab = lab } end
  end
  return tasks
end

--- The command.
function grade.run(found)
  found.format = found.format or "json"
  local format = FORMATS[found.format]
  local pack = context.pack(found.pack)
  local whole = files.real(pack.directory) -- as the process that checks sees it
  for _, lab in ipairs(pack.labs) do lab.directory = ("%s/%s"):format(whole, lab.name) end
  local labs = chosen(pack, found.labs)
  local list, several = submissions.of(found.words[1], labs or pack.labs)
  labs = labs or submissions.labs_of(list, pack.labs)
  if #labs == 0 then
    refuse("nothing to grade: no file of a lab, such as %s.lua, in any folder", pack.labs[#pack.labs].name)
  end
  if found.format == "exercism" and #labs > 1 then
    refuse "exercism knows one exercise a submission: give --lab NAME"
  end
  check_place(found, format, several)
  check_overwrites(found, list)
  local tasks, jail = tasks_of(list, labs), grade_run.jail(whole)
  grade_run.all(tasks, found.jobs or require "explore.host".cpus(),
    { pack = whole, jail = jail, seed = found.seed, cap = format.cap, wall = format.wall })
  local report = report_of(pack, list, labs, found, tasks, jail)
  put(report, require("labs.grade." .. found.format), format, found.file, several)
  for _, fault in ipairs(report.faults) do io.stderr:write(fault, "\n") end
  return #report.faults == 0 and 0 or 1
end

return grade
