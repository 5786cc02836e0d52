--- Solution: the reference and its alternatives, once the lab is passed.
local difference = require "labs.student.difference"
local pack = require "labs.pack"
local starter = require "labs.starter"
local text_file = require "labs.text_file"

local solution = {}

local COLOURS = { ["-"] = "red", ["+"] = "green", [" "] = "dim" }

local function indented(text) return (text:gsub("\n+$", ""):gsub("[^\n]+", "  %0")) end

local function shown(path)
  return starter.shown((assert(text_file.read(path))))
end

-- The lines that tell two texts apart, and whether there are any.
local function marked(own, path)
  local lines, count = difference.lines(own, shown(path)), 0
  for _, line in ipairs(lines or {}) do count = count + (line[1] == " " and 0 or 1) end
  return lines, count
end

-- The solution that is nearest to the student's file: its path, the lines, and how many differ.
local function nearest(own, paths)
  local best, best_lines, least
  for _, path in ipairs(paths) do
    local lines, count = marked(own, path)
    if lines and (not least or count < least) then best, best_lines, least = path, lines, count end
  end
  return best, best_lines, least
end

-- The student's file and the nearest solution in one text, and that solution's path; nil: nothing to compare.
local function compared(here, lab, paths)
  local own = text_file.read(here:path(lab))
  local path, lines, count = nearest(own or "", own and paths or {})
  if not path then return nil end
  local head = ("%s, a solution compared with %s; "):format(lab.name, here:path(lab))
  if count == 0 then return head .. "your file is the same", path end
  local result = {}
  for i, line in ipairs(lines) do
    result[i] = here.paint:as(COLOURS[line[1]], ("%s %s"):format(line[1], line[2]))
  end
  return head .. "your lines have a -, those of the solution a +:\n\n" .. table.concat(result, "\n"), path
end

local AROUND = 1 -- lines that are the same, above and below

-- Of a solution, what is not as in the one that was shown; all of it where little is the same.
local function rest_of(path, known)
  local lines, changed = difference.lines(shown(known), shown(path)) or {}, {}
  local kept, first, last = {}, nil, 0
  for _, line in ipairs(lines) do
    if line[1] ~= "-" then kept[#kept + 1] = line[2] end
    if line[1] ~= " " then
      first = first or math.max(1, #kept - (line[1] == "+" and 1 or 0))
      last = #kept
      changed[#changed + 1] = line
    end
  end
  first, last = math.max(1, (first or 1) - AROUND + 1), math.min(#kept, last + AROUND)
  if #changed == 0 or last - first > #kept * 2 // 3 then return shown(path) end
  return ("...\n%s\n..."):format(table.concat(kept, "\n", first, last))
end

--- The texts of all solutions: one of them whole, of the others what is not as in that one.
function solution.text(here, lab, compare)
  local parts, paths, known = {}, pack.solutions(lab), nil
  if compare then parts[1], known = compared(here, lab, paths) end
  local function add(head, text)
    parts[#parts + 1] = here.paint:as("bold", head:format(lab.name)) .. "\n\n" .. indented(text)
  end
  if not known then
    known = paths[1]
    add("%s, a solution:", shown(known))
  end
  for _, path in ipairs(paths) do
    if path ~= known then add("%s, another way:", rest_of(path, known)) end
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
