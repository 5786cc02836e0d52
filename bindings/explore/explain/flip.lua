--- The swap of two steps that makes a failing schedule pass: said only where a run with it has passed.
local parts = require "explore.story.parts"
local story_of = require "explore.story.story"

local flip = {}

local MOST_RUNS = 40

-- The move that an event of the schedule came of.
local function move_of(event)
  if event.how == "clock" then return "t" end
  if event.how == "wakes" then return "w" .. (event.woken or event.task) end
  if event.how == "answer" then return "=" .. event.answer end
  if event.how == "dies" and event.killed then return "k" .. event.task end
  return event.task
end

-- Moves as text, with PATH*N for N steps in a row.
local function joined(moves)
  local words, i = {}, 1
  while i <= #moves do
    local n = 1
    while moves[i + n] == moves[i] and moves[i]:find "^%d" do n = n + 1 end
    words[#words + 1] = n > 1 and ("%s*%d"):format(moves[i], n) or moves[i]
    i = i + n
  end
  return table.concat(words, " ")
end

-- Whether all went by the moves until the two steps had changed places.
local function held_good(result, pair)
  local first = result.first_deviation or 0
  return result.ending == "passed" and (first == 0 or first > pair.later.step)
end

-- Up to `later` without what `earlier`'s task does from `earlier` on, then that, then all as it was.
local function swapped(events, earlier, later)
  local moves, held = {}, {}
  local state = "before"
  for _, event in ipairs(events) do
    if event.step == earlier.step and event.task == earlier.task and event.how == earlier.how then state = "between" end
    local own = event.task == earlier.task and event.how ~= "clock"
    table.insert(state == "between" and own and held or moves, move_of(event))
    if state == "between" and event.step == later.step and event.task == later.task and event.how == later.how then
      state = "after"
      table.move(held, 1, #held, #moves + 1, moves)
    end
  end
  return joined(moves)
end

flip.moves = swapped

-- Pairs of steps of two tasks that depend on each other, with none between that depends on both.
local function neighbours(story)
  local list, last = {}, {}
  for _, step in ipairs(story.steps) do
    if step.shared and not story_of.is_house(step) and step.how ~= "dies" then
      for _, other in ipairs(last[step.subject] or {}) do
        if other.task ~= step.task and story_of.conflict(other, step) then list[#list + 1] = { other, step } end
      end
      local seen = last[step.subject] or {}
      for i = #seen, 1, -1 do
        if seen[i].task == step.task then table.remove(seen, i) end
      end
      seen[#seen + 1] = step
      last[step.subject] = seen
    end
  end
  return list
end

-- Those of the patterns first, then those between whose steps a task is stopped, from the last.
local function candidates(story, list)
  local found, seen = {}, {}
  local function put(pair, pattern)
    local a, b = pair[1], pair[2]
    if not a or not b or a.task == b.task or a.index >= b.index then return end
    local id = a.index .. "/" .. b.index
    if seen[id] then return end
    seen[id] = true
    found[#found + 1] = { earlier = a, later = b, pattern = pattern }
  end
  for _, pattern in ipairs(list) do
    for _, pair in ipairs(pattern.pairs or {}) do put(pair, pattern) end
  end
  local near = neighbours(story)
  for i = #near, 1, -1 do
    if parts.stops_between(story, near[i][1], near[i][2]) > 0 then put(near[i]) end
  end
  for i = #near, 1, -1 do put(near[i]) end
  return found
end

--- Tries the pairs with `run`, a function from a plan to what came of it; the first that passes, { earlier=, later=,
--- moves= }, and the pattern whose pair it is; nil: none does.
function flip.find(story, list, run)
  -- after a kill nothing that follows is as it was
  if not run or story.kills > 0 then return nil end
  for i, pair in ipairs(candidates(story, list)) do
    if i > MOST_RUNS then return nil end
    local moves = swapped(story.found.events, pair.earlier, pair.later)
    local plan = { moves = moves, strategy = "none" }
    local result = run(plan)
    if result and held_good(result, pair) then
      pair.moves = moves
      return pair, pair.pattern
    end
  end
end

--- In a sentence.
function flip.text(swap, names)
  local a, b = swap.later, swap.earlier
  return ("had line %s of %s (step %d) come before line %s of %s (step %d), it would pass"):format(a.line or "?",
    names:task(a.task), a.step, b.line or "?", names:task(b.task), b.step)
end

return flip
