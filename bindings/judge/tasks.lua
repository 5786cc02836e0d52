--- Tasks: the numbers and names of a lab's tasks, on the board, which all of them see without a step.
local tasks = {}
tasks.__index = tasks

local MOST = 64 -- that have a number, from 0: the main one
-- Cells of the board. COUNTED: tasks with a number; STARTED: tasks that the student's file has started; MADE: objects
-- that it has made; from PATHS on the path of each.
local COUNTED, STARTED, MADE, PATHS = 1, 2, 3, 8

tasks.most = MOST
tasks.started_cell, tasks.made_cell = STARTED, MADE
tasks.first_cell = PATHS + MOST + 1 -- what other modules may use

--- In each schedule, by the main task; kills: whether tasks may be killed.
function tasks.new(board, ipc, kills)
  local self = setmetatable({ board = board, ipc = ipc, kills = kills, number = 0, path = board.path() }, tasks)
  board.set(PATHS, self.path)
  board.write(1, "main")
  return self
end

--- How many have a number, but for the main one.
function tasks:count()
  return self.board.get(COUNTED)
end

--- How many the student's file has started.
function tasks:started()
  return self.board.get(STARTED)
end

--- The task that calls gets the next number.
function tasks:enter(name)
  local board = self.board
  local number = board.add(COUNTED, 1)
  if number >= MOST then error("a lab has at most " .. MOST - 1 .. " tasks", 0) end
  self.path, self.number = board.path(), number
  board.set(PATHS + number, self.path)
  board.write(number + 1, name)
end

--- The number of the task that calls; one that the student has started gets its own here.
function tasks:me()
  if self.path ~= self.board.path() then
    local current = self.ipc.current()
    self:enter(current and current.name or "a task")
  end
  return self.number
end

--- The name of the task of that path; "a task" where it has none.
function tasks:name_of(path)
  for number = 0, self:count() do
    if self:path_of(number) == path then return self:name(number) end
  end
  return "a task"
end

function tasks:path_of(number)
  return self.board.get(PATHS + number)
end

function tasks:name(number)
  return self.board.text(number + 1)
end

--- "ann, bob and carol"; "nobody".
function tasks:names(numbers)
  local list = {}
  for i, number in ipairs(numbers) do list[i] = self:name(number) end
  if #list < 2 then return list[1] or "nobody" end
  return table.concat(list, ", ", 1, #list - 1) .. " and " .. list[#list]
end

--- Whether it was killed.
function tasks:is_dead(number)
  return self.kills and self.board.died(self:path_of(number))
end

--- The numbers of those that were killed.
function tasks:dead()
  local list = {}
  for number = 1, self.kills and self:count() or 0 do
    if self:is_dead(number) then list[#list + 1] = number end
  end
  return list
end

return tasks
