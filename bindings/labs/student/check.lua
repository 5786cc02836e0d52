--- Check: `tidelock lab check`, of one lab or of all.
local attempt = require "labs.student.attempt"
local encode = require "formats.json_encode"
local files = require "labs.files"
local record = require "labs.record"
local words = require "labs.words"

local checks = {}

-- Which status counts, where several labs were checked.
local WORST = { 130, 2, 1, 4 }

local function worst_of(seen)
  for _, status in ipairs(WORST) do
    if seen[status] then return status end
  end
  return 0
end

local function show(here, lab, verdict, found)
  if found.json then return here:say(encode(record.of(lab, verdict))) end
  here:say((verdict.text:gsub("\n+$", "")))
end

local function say_next(here, lab, verdict)
  if verdict.state == "passed" or verdict.state == "unfinished" then
    local next_lab = here:next(lab)
    here:say(next_lab and ("next lab: tidelock lab start %s"):format(next_lab.name) or "All labs are done.")
    here:say("other ways to do it: tidelock lab solution %s", lab.name)
  elseif verdict.state == "rejected" then
    here:say("a hint: tidelock lab hint %s      step through it: tidelock lab step %s", lab.name, lab.name)
  end
end

local function refuse_break(lab)
  error({ wrong = ("%s is not written but played: tidelock lab step %s"):format(lab.name, lab.name), status = 2 }, 0)
end

local function check_one(here, lab, found)
  if lab.kind == "break" then refuse_break(lab) end
  local verdict = attempt.run(here, lab, found)
  show(here, lab, verdict, found)
  if not found.json and verdict.state ~= "interrupted" then say_next(here, lab, verdict) end
  return attempt.status(verdict)
end

-- A line for a lab that is not checked; nil: it is.
local function left_out(here, lab, found)
  if lab.kind == "break" then
    return here.progress:of(lab.name).state == "done" and "done" or "to be played: tidelock lab step " .. lab.name
  end
  if not files.stat(here:path(lab)) then return "no file yet: tidelock lab start " .. lab.name end
  if not found.deep and here.progress:is_unchanged(lab.name, here:path(lab)) then
    return "done, and unchanged (--deep checks it again)"
  end
end

local function check_all(here, found)
  local seen, count = {}, 0
  for _, lab in ipairs(here.pack.labs) do
    local why = left_out(here, lab, found)
    if why then
      if not found.json then here:say("%s: %s", lab.name, why) end
    else
      local verdict = attempt.run(here, lab, found)
      show(here, lab, verdict, found)
      seen[attempt.status(verdict)], count = true, count + 1
      if verdict.state == "interrupted" then break end
    end
  end
  if not found.json then
    here:say("%s checked; %d of %d done", words.count(count, "lab"), here:count_done(), #here.pack.labs)
  end
  return worst_of(seen)
end

--- The command.
function checks.run(here, found)
  if found.all then return check_all(here, found) end
  local lab = found.words[1] and here:lab(found.words[1]) or here:next()
  if lab then return check_one(here, lab, found) end
  here:say "All labs are done. tidelock lab check --all --deep checks them all again."
  return 0
end

return checks
