--- Main: `tidelock lab`, from what its options say to the exit status.
local context = require "labs.context"

-- subcommand = { module, function }
local SUBCOMMANDS = {
  list = { "labs.list", "run" },
  start = { "labs.start", "run" },
  check = { "labs.checks", "run" },
  watch = { "labs.watch", "run" },
  hint = { "labs.hint", "run" },
  step = { "labs.step", "run" },
  reset = { "labs.reset", "run" },
  solution = { "labs.solution", "run" },
}

-- Those that need no student's folder: they are given the options alone.
local FOR_AUTHORS = { grade = "labs.grade", new = "labs.new", dev = "labs.dev" }

local function alone(here, found)
  if found.html then return require "labs.html".run(here, found.html) end
  if not here:has_begun() then return require "labs.begin".run(here) end
  return require "labs.watch".run(here, found)
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
