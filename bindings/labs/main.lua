--- Main: `tidelock lab`, from what its options say to the exit status.
local context = require "labs.context"

-- subcommand = { module, function }
local SUBCOMMANDS = {
  list = { "labs.student.list", "run" },
  start = { "labs.student.start", "run" },
  check = { "labs.student.check", "run" },
  watch = { "labs.student.watch", "run" },
  hint = { "labs.student.hint", "run" },
  step = { "labs.student.step", "run" },
  reset = { "labs.student.reset", "run" },
  solution = { "labs.student.solution", "run" },
}

-- Those that need no student's folder: they are given the options alone.
local FOR_AUTHORS = { grade = "labs.grade.grade", new = "labs.author.new", dev = "labs.author.dev" }

local function alone(here, found)
  if found.html then return require "labs.student.html".run(here, found.html) end
  if not here:has_begun() then return require "labs.student.begin".run(here) end
  return require "labs.student.watch".run(here, found)
end

return function(found)
  local author = FOR_AUTHORS[found.subcommand]
  if author then return require(author).run(found) end
  local here = context.open(found.pack)
  local row = SUBCOMMANDS[found.subcommand]
  local status = row and require(row[1])[row[2]](here, found) or not row and alone(here, found)
  if here.progress.wrong then io.stderr:write("tidelock: ", here.progress.wrong, "\n") end
  return status
end
