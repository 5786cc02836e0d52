--- Replay file: a schedule as a text file, for people and for `tidelock replay`.
--
-- A line is a comment (#: the explanation, for whoever opens the file), or a word and its value:
--   tidelock schedule 1    which kind of file it is, first of all
--   script PATH            and arguments, a line each: argument TEXT, with \n for a new line and \\ for a backslash
--   hash HEX               of the script's content (explore/schedule/script_hash)
--   seed N
--   moves MOVES            all of them (explore/schedule/moves)
--   failure TEXT           how it failed (explore/schedule/failure)
--   step N TASK OPERATION OBJECT LINE    with tabs between: what each step is expected to be
local moves = require "explore.schedule.moves"
local script_hash = require "explore.schedule.script_hash"

local replay_file = {}

local KIND = "tidelock schedule 1"
local MOVES_IN_LINE = 100 -- columns, about

local function escape(text)
  return (text:gsub("[\\\n\r]", { ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r" }))
end

local function unescape(text)
  return (text:gsub("\\(.)", { ["\\"] = "\\", n = "\n", r = "\r" }))
end

-- ---- steps ----

--- What a step is expected to be: { number, task, operation, object, line }, of those events that are steps.
function replay_file.steps_of(events, objects)
  local steps = {}
  for _, event in ipairs(events) do
    if moves.STEPS[event.how] then
      local object = event.object and objects and objects[event.object]
      steps[#steps + 1] = {
        number = math.tointeger(event.step), task = event.task,
        operation = event.name or event.how, object = object and object.title or "-",
        line = math.tointeger(event.line or 0),
      }
    end
  end
  return steps
end

local function step_text(step)
  return ("step %d\t%s\t%s\t%s\t%d"):format(step.number, step.task, step.operation, escape(step.object), step.line)
end

local function step_of(text)
  local number, task, operation, object, line = text:match "^(%d+)\t([^\t]+)\t([^\t]+)\t(.*)\t(%d+)$"
  if not number then return nil end
  return { number = math.tointeger(tonumber(number)), task = task, operation = operation, object = unescape(object),
    line = math.tointeger(tonumber(line)) }
end

--- The first step that is not as expected: what was expected, and what came (either may be nil); nothing: all are.
function replay_file.first_difference(expected, found)
  for i = 1, math.max(#expected, #found) do
    local a, b = expected[i], found[i]
    if not a or not b or a.task ~= b.task or a.operation ~= b.operation or a.line ~= b.line or a.object ~= b.object then
      return a, b
    end
  end
end

-- ---- the file ----

-- Moves in lines that are not too long.
local function add_moves(lines, list)
  local line = ""
  for word in moves.text(list, " "):gmatch "%S+" do
    if #line + #word > MOVES_IN_LINE then
      lines[#lines + 1] = "moves" .. line
      line = ""
    end
    line = line .. " " .. word
  end
  lines[#lines + 1] = "moves" .. line
end

local function add_comment(lines, text)
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do lines[#lines + 1] = line == "" and "#" or "# " .. line end
  if lines[#lines] == "#" then lines[#lines] = nil end
end

--- The text of a file. schedule: script, arguments, hash, seed, moves (a list), failure, steps, comment.
function replay_file.text(schedule)
  local lines = { KIND }
  if schedule.comment then add_comment(lines, schedule.comment) end
  lines[#lines + 1] = "script " .. escape(schedule.script)
  for _, argument in ipairs(schedule.arguments) do lines[#lines + 1] = "argument " .. escape(argument) end
  lines[#lines + 1] = "hash " .. schedule.hash
  lines[#lines + 1] = ("seed %d"):format(schedule.seed)
  add_moves(lines, schedule.moves)
  lines[#lines + 1] = "failure " .. escape(schedule.failure or "")
  for _, step in ipairs(schedule.steps) do lines[#lines + 1] = step_text(step) end
  return table.concat(lines, "\n") .. "\n"
end

local READERS = {
  script = function(schedule, value) schedule.script = unescape(value) return true end,
  argument = function(schedule, value) table.insert(schedule.arguments, unescape(value)) return true end,
  hash = function(schedule, value) schedule.hash = value return value:find "^%x+$" end,
  seed = function(schedule, value) schedule.seed = math.tointeger(tonumber(value)) return schedule.seed end,
  failure = function(schedule, value) schedule.failure = unescape(value) return true end,
  moves = function(schedule, value)
    local list = moves.parse(value)
    if list then table.move(list, 1, #list, #schedule.moves + 1, schedule.moves) end
    return list
  end,
  step = function(schedule, value)
    local step = step_of(value)
    if step then table.insert(schedule.steps, step) end
    return step
  end,
}

local function read_line(schedule, line)
  if line == "" or line:find "^#" then return true end
  local word, value = line:match "^(%l+) ?(.*)$"
  return word and READERS[word] and READERS[word](schedule, value)
end

--- What a text says; nil and what is wrong with it.
function replay_file.parse(text)
  local schedule, number = { arguments = {}, moves = {}, steps = {} }, 0
  for line in (text:gsub("\r\n", "\n") .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    if number == 1 and line ~= KIND then
      return nil, ("this is no schedule: its first line is not '%s'"):format(KIND)
    end
    if number > 1 and not read_line(schedule, line) then
      return nil, ("line %d is not understood: %s"):format(number, line:sub(1, 60))
    end
  end
  for _, field in ipairs{ "script", "seed", "hash" } do
    if not schedule[field] then return nil, ("it has no line '%s'"):format(field) end
  end
  return schedule
end

--- Writes the file; true, or nil and why it cannot.
function replay_file.write(path, schedule)
  local file, why = io.open(path, "wb")
  if not file then return nil, why end
  local well, trouble = file:write(replay_file.text(schedule))
  local closed, more = file:close()
  if well and closed then return true end
  return nil, trouble or more
end

--- Reads it: the schedule; or nil and what is wrong.
function replay_file.read(path)
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  local text = file:read "a"
  file:close()
  if not text then return nil, path .. ": cannot be read" end
  local schedule, wrong = replay_file.parse(text)
  if not schedule then return nil, path .. ": " .. wrong end
  return schedule
end

--- The hash of the script as it is now: nil where it cannot be read.
replay_file.hash = script_hash.of_file

return replay_file
