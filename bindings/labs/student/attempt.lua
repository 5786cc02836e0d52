--- Attempt: a lab's file is checked, and what came of it is kept.
local check = require "judge.check"
local files = require "labs.files"
local hint = require "labs.student.hint"
local script_hash = require "explore.schedule.script_hash"
local text_file = require "labs.text_file"

local attempt = {}

-- What check exits with, of the worst that came.
local STATUS = { passed = 0, rejected = 1, unread = 2, unfinished = 4, interrupted = 130 }

local DEEP_RUNS, DEEP_SECONDS = 1 << 40, 24 * 3600

--- The exit status of a verdict.
function attempt.status(verdict) return STATUS[verdict.state] or 1 end

--- Checks the file of a lab; returns the verdict. options: seed, deep, as of the command line.
function attempt.run(here, lab, options)
  local path = here:path(lab)
  if not files.stat(path) then
    error({ wrong = ("%s is not there: tidelock lab start %s puts it there"):format(path, lab.name), status = 2 }, 0)
  end
  local text = text_file.read(path)
  local verdict = check(lab, path, { seed = options.seed, width = here.width, color = here.color, stop = options.stop,
    runs = options.deep and DEEP_RUNS or nil, cap = options.deep and DEEP_SECONDS or nil })
  verdict.hash = text and script_hash.of_text(text)
  if verdict.state ~= "interrupted" then attempt.keep(here, lab, verdict) end
  return verdict
end

--- Keeps what came of a try.
function attempt.keep(here, lab, verdict)
  local passed = verdict.state == "passed" or verdict.state == "unfinished"
  here.progress:change(lab.name, function(row)
    row.tries = row.tries + 1
    if passed then
      row.state, row.hash = "done", verdict.hash
    elseif row.state ~= "done" then
      row.state = "tried"
    end
    hint.told(lab, row, not passed and verdict.property)
  end)
end

return attempt
