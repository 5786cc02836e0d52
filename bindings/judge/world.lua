--- World: the program that is explored when a lab is checked: the lab's world, and the student's file in it.
--
-- Runs in the explorer's worker, not in the command: `board` (judge/board.h) is there, and nothing of the checker. The
-- chunk is loaded once, with the paths of lab.lua and of the student's file, and what is to be otherwise ("idle": the
-- student's functions do nothing); the function that it returns is a schedule.
local board = require "judge.board"
local vocabulary = require "judge.vocabulary"
local sandbox = require "judge.sandbox"
local source_text = require "judge.source_text"

local lab_path, student_path, mode = ...

local LIMITS = { memory = 128 * 1024 * 1024, instructions = 20 * 1000000, lab = lab_path }

local function read(path)
  local text, why = board.read(path)
  if not text then error(why, 0) end
  return source_text(text)
end

local function compile(text, path, env)
  local chunk, why = load(text, "@" .. path, "t", env)
  if not chunk then error(why, 0) end
  return chunk
end

local lab_text = read(lab_path)
local student_text = student_path ~= "" and read(student_path) or ""

-- ---- the student's file ----

local function unread(text, ...)
  board.finish("\1lab\1unread\1" .. text:format(...))
end

local function a(value)
  local kind = type(value)
  return kind == "nil" and "nothing" or kind:find "^[aeiou]" and "an " .. kind or "a " .. kind
end

local EXPECTED = "the file returns %s, where %s is expected: is the last line still there?"

-- The name of the parameter by which the function got what it returns, if that is a function itself: who writes
-- `return go_home` meant to call it.
local function returned_parameter(fn, result, ...)
  for i = 1, type(result) == "function" and select("#", ...) or 0 do
    if rawequal((select(i, ...)), result) then return debug.getlocal(fn, i) end
  end
end

-- A function of the file, of which such a return is noted.
local function watched(fn)
  if type(fn) ~= "function" then return fn end
  return function(...)
    local results = table.pack(fn(...))
    local name = returned_parameter(fn, results[1], ...)
    if name then board.say(("returns %s, and does not call it"):format(name)) end
    return table.unpack(results, 1, results.n)
  end
end

-- A function that the file returns in its table; one that is missing is told.
local function field_of(found, name)
  if type(found) ~= "table" then unread(EXPECTED, a(found), "a table of functions") end
  local value = rawget(found, name)
  if value == nil then unread("the table that the file returns has no `%s`", tostring(name)) end
  return watched(value)
end

local function nothing() end

-- Instead of what the student wrote: does nothing at all.
local function idle()
  return setmetatable({}, { __index = function() return nothing end, __call = nothing })
end

local function load_student(env)
  local well, found = pcall(compile(student_text, student_path, env))
  if not well then
    local told, text = pcall(tostring, found)
    text = told and type(text) == "string" and text:gsub("^.-[^/]*:(%d+: )", "line %1") or "?"
    text = text:gsub("^table: 0x%x+", "a table")
    unread("the file ends with an error as it is loaded: %s", text)
  end
  return found
end

-- What the world gets, and a function that loads the file: when it is first asked for, or at the first task. So a
-- process that the file makes at its top, as a pool does, is younger than the world's things, and can be sent them.
local function student_of(env)
  local found, is_ready
  local main = board.path()
  local function ready()
    if is_ready then return end
    if board.path() ~= main then error "the lab asks for the file in a process, and not before: each has its own" end
    is_ready, found = true, load_student(env)
    if type(found) ~= "table" and type(found) ~= "function" then
      unread(EXPECTED, a(found), "a table of functions")
    end
  end
  return setmetatable({}, {
    __index = function(_, name)
      ready()
      return field_of(found, name)
    end,
    __call = function(_, ...)
      ready()
      if type(found) ~= "function" then unread(EXPECTED, a(found), "a function") end
      return found(...)
    end,
  }), ready
end

-- ---- a schedule ----

return function()
  board.begin(LIMITS)
  local ipc = require "tidelock"
  local description = compile(lab_text, lab_path, _ENV)()
  local lab = vocabulary.new(board, ipc, description)
  local student = description.code
  if mode == "idle" then
    student = idle()
  elseif student_path ~= "" then
    student, lab.ready = student_of((sandbox.new{
      board = board, ipc = ipc, path = student_path, task_cell = vocabulary.task_cell,
      made_cell = vocabulary.made_cell,
      allow = description.allow, forbid = description.forbid,
    }))
  end
  description.world(lab.api, student)
  lab.finish()
end
