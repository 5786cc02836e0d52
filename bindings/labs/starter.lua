--- Starter: the student's first file, made from the solution, so that the two cannot differ but in the hole.
--
-- In solution.lua a line `--[[ hole: what to write ]]` opens a hole and a line `--[[ end ]]` closes it. In the starter
-- all of it is one comment, `-- what to write`. A line `--[[ start: CODE ]]` within it is CODE there: a first naive
-- version; so are the lines between `--[[ start:` and `]]`, each on a line of its own.
local starter = {}

local HOLE = "^(%s*)%-%-%[%[%s*hole:%s*(.-)%s*%]%]%s*$"
local END = "^%s*%-%-%[%[%s*end%s*%]%]%s*$"
local START = "^(%s*)%-%-%[%[%s*start:%s?(.-)%s*%]%]%s*$"
local START_OPENS = "^%s*%-%-%[%[%s*start:%s*$"
local START_CLOSES = "^%s*%]%]%s*$"

local function lines_of(text)
  local list = {}
  for line in (text:gsub("\r\n", "\n"):gsub("([^\n])$", "%1\n")):gmatch "(.-)\n" do list[#list + 1] = line end
  return list
end

-- What a line is to the state { hole = line where one is open, start = true within lines of a start }: "hole", "end",
-- "start" (a line of the starter), "mark" (of no file), "inside" (of the solution alone) or "both"; and its text.
local function classify(state, line, number)
  local indent, words = line:match(HOLE)
  if indent then
    if state.hole then return nil, ("line %d: a hole within the hole of line %d"):format(number, state.hole) end
    state.hole, state.found = number, true
    return "hole", ("%s-- %s"):format(indent, words)
  end
  if not state.hole then return "both", line end
  if state.start then
    state.start = not line:find(START_CLOSES)
    return state.start and "start" or "mark", line
  end
  if line:find(END) then
    state.hole = nil
    return "mark"
  end
  indent, words = line:match(START)
  if indent then return "start", indent .. words end
  state.start = line:find(START_OPENS) ~= nil
  return state.start and "mark" or "inside", line
end

-- The text of the lines of those kinds; nil and what is wrong with the marks.
local function take(text, kinds)
  local state, taken = {}, {}
  for number, line in ipairs(lines_of(text)) do
    local kind, kept = classify(state, line, number)
    if not kind then return nil, kept end
    if kinds[kind] then taken[#taken + 1] = kept end
  end
  if not state.found then return nil, "it has no hole: a line --[[ hole: what to write ]], and --[[ end ]] below" end
  if state.hole then return nil, ("the hole of line %d is not closed: --[[ end ]]"):format(state.hole) end
  return table.concat(taken, "\n") .. "\n"
end

--- The starter of a solution's text; nil and what is wrong with its marks.
function starter.make(text) return take(text, { both = true, hole = true, start = true }) end

--- The solution without its marks, for people; as it is where it has none.
function starter.shown(text) return take(text, { both = true, inside = true }) or text end

return starter
