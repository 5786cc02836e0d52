--- Patterns of data: what one task has read is no longer so when it acts.
local parts = require "explore.story.parts"

local patterns = {}

local function value(step)
  return step.result and " " .. step.result or ""
end

local function argument(step)
  local text = (step.call or ""):match "^%S+ (.+)$" or ""
  text = text:match "= (.+)$" or text:match "^%(writes (.*)%)$" or text
  return text ~= "" and " " .. text or ""
end

local function at(step)
  return ("(step %d)"):format(step.step)
end

-- Each pair of a step of a task and a later one of the same task, of one part, that `first` and `second` hold for.
local function each_pair(story, first, second, visit)
  for _, part in ipairs(parts.of(story)) do
    for i, a in ipairs(part.steps) do
      if first(a) then
        for j = i + 1, #part.steps do
          local b = part.steps[j]
          if b.task == a.task and second(b) then visit(part, i, j, a, b) end
        end
      end
    end
  end
end

-- The first step, or the last one, between the i-th and the j-th in which another task than theirs changes the part.
local function change_between(part, i, j, first)
  for k = first and i + 1 or j - 1, first and j - 1 or i + 1, first and 1 or -1 do
    local step = part.steps[k]
    if step.task ~= part.steps[i].task and step.op ~= "open" and parts.changes(step) then return step, k end
  end
end

-- The last read by the task of the k-th step before it; the step itself where it reads and writes at once.
local function read_before(part, k)
  local write = part.steps[k]
  if parts.updates(write) then return write end
  for i = k - 1, 1, -1 do
    local step = part.steps[i]
    if step.task == write.task and parts.reads(step) then return step end
    if step.task == write.task and step.op ~= "open" and parts.changes(step) then return nil end
  end
end

local function reads_between(part, i, j)
  for k = i + 1, j - 1 do
    local step = part.steps[k]
    if step.task == part.steps[i].task and step.op ~= "open" and (parts.reads(step) or parts.changes(step)) then
      return true
    end
  end
end

-- ann reads 3 (step 7), and bob too (step 9)
local function readings(names, read, other)
  if parts.updates(other) then return ("%s reads%s %s"):format(names:task(read.task), value(read), at(read)) end
  local first, second = read, other
  if other.index < read.index then first, second = other, read end
  local same = first.result == second.result
  return ("%s reads%s %s, and %s%s %s"):format(names:task(first.task), value(first), at(first), names:task(second.task),
    same and " too" or " reads" .. value(second), at(second))
end

local HELPS = {
  value = "add or update, which read and write in one step; or one lock around both",
  table = "add or update of the table, which read and write in one step; or one lock around both",
  array = "add, which reads and writes in one step; or one lock around both",
}

-- Proof: task A reads, B reads, B writes, A writes, all the same part of one object, with nothing of A's between its
-- read and its write; what B has written is gone, unseen by A.
function patterns.lost_update(story, names, add)
  each_pair(story, parts.reads, parts.writes_blindly, function(part, i, j, read, write)
    if reads_between(part, i, j) or parts.is_test(story, read) and read.line ~= write.line then return end
    local other, k = change_between(part, i, j, true)
    local other_read = other and read_before(part, k)
    if not other_read then return end
    local a, b = names:task(read.task), names:task(other.task)
    add{
      name = "lost update", title = "lost update of " .. names:part(read), first = read, last = write,
      marks = { read, other_read, other, write }, pairs = { { read, other }, { other_read, write } },
      text = ("%s; %s writes%s %s; %s still goes by what it has read and writes%s over it %s: what %s has written is "
        .. "lost."):format(readings(names, read, other_read), b, argument(other), at(other), a, argument(write),
        at(write), b),
      remedy = HELPS[read.kind] or "hold one lock from the reading to the writing",
    }
  end)
end

-- Proof: A tests the object, B changes it, A acts on it; after B's change A has not looked but on the line of the act.
function patterns.check_then_act(story, names, add)
  each_pair(story, parts.reads, parts.changes, function(part, i, j, test, act)
    local is_test = parts.is_test(story, test)
    if is_test == false or test.line == act.line then return end
    local other, k = change_between(part, i, j)
    if not other then return end
    for n = i + 1, j - 1 do
      local step = part.steps[n]
      if step.task == test.task and (n > k or parts.changes(step)) and step.line ~= act.line then return end
    end
    local a, b = names:task(test.task), names:task(other.task)
    add{
      name = "check-then-act", title = "check-then-act on " .. names:part(test), first = test, last = act,
      marks = { test, other, act }, pairs = { { test, other }, { other, act } },
      text = ("%s tests it in line %s (%s%s, step %d); then %s changes it in line %s (%s, step %d); %s acts in line %s "
        .. "as if the test still held (%s, step %d)."):format(a, test.line, test.call or test.op,
        test.result and " -> " .. test.result or "", test.step, b, other.line, other.call or other.op, other.step, a,
        act.line, act.call or act.op, act.step),
      remedy = "make the test and the act one step, or hold one lock around both",
    }
  end)
end

-- Proof: A reads, is stopped at once, B changes what it has read, A goes on and changes something; and a run in which
-- B's change came before A's reading passes.
function patterns.of_swap(story, names, swap)
  local read, change = swap.earlier, swap.later
  if not parts.reads(read) or not read.stopped or not parts.changes(change) then return nil end
  local act = read.following
  while act and not (act.index > change.index and act.shared and parts.changes(act)) do act = act.following end
  if not act then return nil end
  local name = parts.is_test(story, read) and "check-then-act" or "stale read"
  local a, b = names:task(read.task), names:task(change.task)
  return {
    name = name, title = ("%s %s %s"):format(name, name == "stale read" and "of" or "on", names:part(read)),
    marks = { read, change, act }, pairs = {},
    text = ("%s reads%s in line %s %s and is stopped; then %s changes it in line %s (%s, step %d); %s goes on by what "
      .. "it has read (%s, step %d)."):format(a, value(read), read.line or "?", at(read), b, change.line or "?",
      change.call or change.op, change.step, a, act.call or act.op, act.step),
    remedy = "hold one lock from the reading to what follows from it",
  }
end

-- Proof: A reads a value, others change it twice or more, A's compare_set takes it for what it was.
function patterns.aba(story, names, add)
  each_pair(story, parts.reads, function(step)
    return step.op == "compare_set" and (step.result or ""):find "^true" ~= nil
  end, function(part, i, j, read, swap)
    local others, first = 0, nil
    for k = i + 1, j - 1 do
      local step = part.steps[k]
      if step.task ~= read.task and parts.changes(step) then others, first = others + 1, first or step end
      if step.task == read.task then return end
    end
    if others < 2 then return end
    add{
      name = "ABA", title = "ABA of " .. names:part(read), first = read, last = swap, marks = { read, first, swap },
      pairs = { { read, first } },
      text = ("%s reads%s %s; then it is changed %d times and is%s again; %s takes it for unchanged %s."):format(
        names:task(read.task), value(read), at(read), others, value(read), names:task(read.task), at(swap)),
      remedy = "count the changes in the value too, or hold a lock from the read to the compare_set",
    }
  end)
end

-- The parts that a task reads, or changes, between two steps.
local function between(story, from, to, task, which)
  local found = {}
  for i = from.index + 1, to.index - 1 do
    local step = story.steps[i]
    if step.task == task and step.shared and which(step) then found[#found + 1] = step end
  end
  return found
end

local function same_part(a, b)
  return a.subject == b.subject and (a.part or a.key) == (b.part or b.key)
end

-- Proof: B changes one part, is stopped, and changes another one only after A has read both.
local function half_done(story, names, add, write, later)
  for _, task in ipairs(story.tasks) do
    local one, two
    for _, read in ipairs(task.path ~= write.task and between(story, write, later, task.path, parts.reads) or {}) do
      if same_part(read, write) then one = read elseif same_part(read, later) then two = read end
    end
    if one and two then
      local a, b = names:task(task.path), names:task(write.task)
      add{
        name = "half a change seen", title = ("half a change seen in %s and %s"):format(names:part(write),
          names:part(later)), first = write, last = later, marks = { write, one, two, later },
        pairs = { { write, one }, { two, later } },
        text = ("%s has changed %s %s and not yet %s %s; between the two %s reads both (steps %d and %d)."):format(b,
          names:part(write), at(write), names:part(later), at(later), a, one.step, two.step),
        remedy = "hold one lock around the change of both, and around the reading of both",
      }
    end
  end
end

-- Proof: A reads one part, B changes it and then another one, A reads that.
local function torn(story, names, add, read, later)
  for _, task in ipairs(story.tasks) do
    local one, two
    for _, write in ipairs(task.path ~= read.task and between(story, read, later, task.path, parts.changes) or {}) do
      if same_part(write, read) then one = one or write elseif same_part(write, later) then two = write end
    end
    if one and two then
      local a, b = names:task(read.task), names:task(task.path)
      add{
        name = "torn read", title = ("torn read of %s and %s"):format(names:part(read), names:part(later)),
        first = read, last = later, marks = { read, one, two, later }, pairs = { { read, one }, { two, later } },
        text = ("%s reads %s %s before %s changes it (step %d), and %s %s after %s has changed that (step %d): the "
          .. "two never stood so together."):format(a, names:part(read), at(read), b, one.step, names:part(later),
          at(later), b, two.step),
        remedy = "hold one lock around the change of both, and around the reading of both",
      }
    end
  end
end

-- Two parts, each changed by one task and read by another, out of step.
function patterns.two_parts(story, names, add)
  for _, step in ipairs(story.steps) do
    local reads, writes = parts.reads(step), parts.changes(step)
    local last = story.steps[#story.steps]
    if step.shared and step.kind and step.kind ~= "process" and (reads or writes) then
      for _, later in ipairs(between(story, step, { index = last.index + 1 }, step.task,
        reads and parts.reads or parts.changes)) do
        if not same_part(step, later) and (later.kind == step.kind) then
          (reads and torn or half_done)(story, names, add, step, later)
          break
        end
      end
    end
  end
end

return patterns
