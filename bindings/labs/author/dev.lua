--- Dev: `tidelock lab dev check`: each lab of a pack rejects its starter and its wrong answers, each of these with the
--- sentence that its own first lines ask for, and passes its solutions.
local check = require "judge.check"
local context = require "labs.context"
local files = require "labs.files"
local pack = require "labs.pack"
local side_by_side = require "labs.author.side_by_side"
local text_file = require "labs.text_file"
local words = require "labs.words"

local dev = {}

local HINTS = 3
local CAP = 120 -- seconds; more than a student's, so that a busy machine has the same answer
local STARTER = "the starter"
local SLOW_WRONG, SLOW_RIGHT = 2, 10 -- seconds, alone; more is said, and no fault: machines differ

local function say(text, ...)
  io.stdout:write(text:format(...), "\n")
  io.stdout:flush()
end

-- ---- what is expected of a file ----

-- The texts that a wrong answer is to be rejected with, from its lines `-- says: "..."`.
local function sentences(text)
  local list = {}
  for line in text:gmatch "[^\n]+" do
    local said = line:match '^%-%-%s*says:%s*"(.*)"%s*$'
    if not said then break end
    list[#list + 1] = said
  end
  return list
end

-- The screen, without colours and broken lines: a sentence may run over two.
local function flat(text) return (text:gsub("\27%[[%d;]*m", ""):gsub("%s+", " ")) end

local function wrong_problem(path, verdict)
  if verdict.state == "passed" or verdict.state == "unfinished" then return "it passes" end
  local list = sentences(text_file.read(path) or "")
  if #list == 0 then return 'its first line must be -- says: "a part of the sentence"' end
  for _, said in ipairs(list) do
    local text = flat(verdict.text .. " " .. (verdict.sentence or ""))
    if not text:find(flat(said), 1, true) then
      return ('it is not told "%s", but: %s'):format(said, verdict.sentence or flat(verdict.text))
    end
  end
end

local function right_problem(_, verdict)
  if verdict.state == "passed" then return nil end
  if verdict.state == "unfinished" then return "it is not exhausted within the limit: make the world smaller" end
  return "it is rejected: " .. (verdict.sentence or flat(verdict.text))
end

local function starter_problem(_, verdict)
  if verdict.state == "rejected" then return nil end
  if verdict.state == "unread" then return "the starter does not load: " .. (verdict.sentence or "") end
  return "the starter passes: there is nothing to do"
end

-- ---- one lab ----

local function note(self, lab, path, problem)
  self.problems[#self.problems + 1] = ("%s: %s: %s"):format(lab.name, path, problem)
end

local function check_file(lab, path) return check(lab, path, { width = 80, color = false, cap = CAP }) end

-- Checks a file; adds what is wrong to the problems, and its cost to the sums.
local function try(self, lab, path, shown, problem_of, slow)
  local well, verdict = pcall(check_file, lab, path)
  if not well then
    note(self, lab, shown, type(verdict) == "table" and verdict.wrong or tostring(verdict))
    return nil
  end
  if verdict.state == "interrupted" then error({ wrong = "interrupted", status = 130 }, 0) end
  local problem = problem_of(path, verdict)
  if problem then note(self, lab, shown, problem) end
  if (verdict.seconds or 0) > slow then
    self.slow[#self.slow + 1] = { path = path, shown = shown, most = slow }
  end
  self.seconds = self.seconds + (verdict.seconds or 0)
  return verdict
end

-- fn(path of a file with the lab's starter).
local function with_starter(lab, fn)
  local path = os.tmpname()
  assert(text_file.write(path, pack.starter(lab)))
  local results = table.pack(pcall(fn, path))
  os.remove(path)
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

local function check_starter(self, lab)
  local well, text = pcall(pack.starter, lab)
  if not well then return note(self, lab, "solution.lua", text.wrong or tostring(text)) end
  with_starter(lab, function(path) try(self, lab, path, STARTER, starter_problem, SLOW_WRONG) end)
end

local function check_words(self, lab)
  if #lab.hints ~= HINTS then note(self, lab, "lab.lua", ("%d hints: there are to be %d"):format(#lab.hints, HINTS)) end
  if lab.learn:find "\n" then note(self, lab, "lab.lua", "'learn' is more than one line") end
end

local function short(path) return path:match "[^/]*/[^/]*$":gsub("^[^/]*/(solution)", "%1") end

local function check_answers(self, lab)
  local schedules, slowest = 0, 0
  local solutions, wrong = pack.solutions(lab), pack.wrong(lab)
  for _, path in ipairs(solutions) do
    local verdict = try(self, lab, path, short(path), right_problem, SLOW_RIGHT)
    schedules = math.max(schedules, verdict and verdict.schedules or 0)
    slowest = math.max(slowest, verdict and verdict.seconds or 0)
  end
  local slowest_wrong = 0
  for _, path in ipairs(wrong) do
    local verdict = try(self, lab, path, short(path), wrong_problem, SLOW_WRONG)
    slowest_wrong = math.max(slowest_wrong, verdict and verdict.seconds or 0)
  end
  if #wrong == 0 then note(self, lab, "wrong/", "there is no wrong answer") end
  return ("%d solution%s up to %.1f s and %s, %d wrong up to %.1f s"):format(#solutions, #solutions == 1 and "" or "s",
    slowest, words.count(schedules, "schedule"), #wrong, slowest_wrong)
end

local function check_break(self, lab)
  local well, why = require "labs.student.step".prove(lab, CAP)
  if not well then note(self, lab, "lab.lua", why) end
  return "to be played"
end

-- All of a lab: { told = a line, problems = texts, slow = files that have taken long, seconds = of all }.
local function check_lab(lab)
  local self = { problems = {}, slow = {}, seconds = 0 }
  check_words(self, lab)
  local told
  if lab.kind == "break" then
    told = check_break(self, lab)
  else
    check_starter(self, lab)
    told = check_answers(self, lab)
  end
  self.told = told
  return self
end

-- Where several are checked at a time each takes longer: those that did are checked once more, alone.
local function say_slow(lab, each)
  local function check_alone(path) return check_file(lab, path).seconds end
  local seconds = each.shown == STARTER and with_starter(lab, check_alone) or check_alone(each.path)
  if seconds > each.most then say("slow: %s: %s took %.1f s", lab.name, each.shown, seconds) end
end

local function check_labs(self, labs)
  side_by_side(labs, check_lab, function(lab, found)
    say("%-2d %-18s %-4s %s", lab.number, lab.name, #found.problems == 0 and "ok" or "BAD", found.told)
    for _, problem in ipairs(found.problems) do
      say("     %s", problem)
      self.problems[#self.problems + 1] = problem
    end
    for _, each in ipairs(found.slow) do self.slow[#self.slow + 1] = { lab, each } end
    self.seconds = self.seconds + found.seconds
  end)
  for _, each in ipairs(self.slow) do say_slow(each[1], each[2]) end
end

-- ---- the pack ----

-- Directories with a lab that the order does not name.
local function check_order(self, opened)
  local known = {}
  for _, name in ipairs(opened.order) do known[name] = true end
  for _, name in ipairs(files.list(opened.directory) or {}) do
    if not known[name] and files.stat(("%s/%s/lab.lua"):format(opened.directory, name)) then
      self.problems[#self.problems + 1] = ("%s: pack.lua: it is not in 'order'"):format(name)
      say("   %-18s BAD  it is not in 'order' of pack.lua", name)
    end
  end
end

local function chosen(opened, names)
  if not names then return opened.labs end
  local list = {}
  for i, name in ipairs(names) do
    local lab, why = opened:lab(name)
    if not lab then error({ wrong = why }, 0) end
    list[i] = lab
  end
  return list
end

--- The command.
function dev.run(found)
  if found.words[1] ~= "check" then
    error({ wrong = ("there is no 'lab dev %s', but lab dev check [PACK]"):format(found.words[1]) }, 0)
  end
  local broken = {}
  local opened = context.pack(found.words[2] or found.pack, broken)
  local self = { problems = {}, slow = {}, seconds = 0 }
  local labs = chosen(opened, found.labs)
  check_labs(self, labs)
  for _, each in ipairs(not found.labs and broken or {}) do
    self.problems[#self.problems + 1] = each.wrong
    say("   %-18s BAD  %s", each.name, each.wrong)
  end
  if not found.labs then check_order(self, opened) end
  say("%s: %s, %s, %.0f s of checking", opened.title, words.count(#labs, "lab"),
    #self.problems == 0 and "no problem" or words.count(#self.problems, "problem"), self.seconds)
  return #self.problems == 0 and 0 or 1
end

return dev
