--- Solution: the reference and its alternatives, once the lab is passed.
local difference = require "labs.difference"
local pack = require "labs.pack"
local starter = require "labs.starter"
local text_file = require "labs.text_file"

local solution = {}

local COLOURS = { ["-"] = "red", ["+"] = "green", [" "] = "dim" }

local function indented(text) return (text:gsub("\n+$", ""):gsub("[^\n]+", "  %0")) end

local function shown(path)
  return starter.shown((assert(text_file.read(path))))
end

-- The student's file and the reference, side by side in one text.
local function compared(here, lab)
  local own = text_file.read(here:path(lab))
  local lines = own and difference.lines(own, shown(pack.solutions(lab)[1]))
  if not lines then return nil end
  local result, same = {}, true
  for i, line in ipairs(lines) do
    same = same and line[1] == " "
    result[i] = here.paint:as(COLOURS[line[1]], ("%s %s"):format(line[1], line[2]))
  end
  if same then return "your file is the same" end
  return "your lines have a -, those of the solution a +:\n\n" .. table.concat(result, "\n")
end

--- The texts of all solutions.
function solution.text(here, lab, compare)
  local parts, paths = {}, pack.solutions(lab)
  local difference_text = compare and compared(here, lab)
  if difference_text then parts[1] = ("%s, a solution compared with %s; %s"):format(lab.name, here:path(lab),
    difference_text) end
  for i = difference_text and 2 or 1, #paths do
    local head = i == 1 and "%s, a solution:" or "%s, another way:"
    parts[#parts + 1] = here.paint:as("bold", head:format(lab.name)) .. "\n\n" .. indented(shown(paths[i]))
  end
  return table.concat(parts, "\n\n")
end

--- Whether it may be shown.
function solution.is_open(here, lab) return here.progress:of(lab.name).state == "done" end

local function refuse_break(lab)
  error({ wrong = ("%s is played, and has no file: tidelock lab step %s"):format(lab.name, lab.name), status = 2 }, 0)
end

--- The command.
function solution.run(here, found)
  local lab = here:lab(found.words[1])
  if lab.kind == "break" then refuse_break(lab) end
  if not solution.is_open(here, lab) and not found.force then
    error({ wrong = ("the solution of %s opens when your file has passed. A hint: tidelock lab hint %s; or --force")
      :format(lab.name, lab.name), status = 1 }, 0)
  end
  here:say(solution.text(here, lab, found.diff))
  return 0
end

return solution
