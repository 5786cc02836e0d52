-- The faults of spec/explore/textbook: their names, and how the failure of each reads in what explore prints (a
-- pattern).  And a run of explore, for the spec and the sweep.
local shell = dofile "spec/support/shell.lua"

local textbook = {
  FOLDER = "spec/explore/textbook",
  MOST = 1000, -- schedules until a fault must be found
  LIMIT = 600, -- seconds, of one run of the command: only against one that hangs
}

textbook.faults = {
  { name = "aba", fails = "block 2 belongs to two" },
  { name = "check_then_act", fails = "one seat sold 2 times" },
  { name = "event_pulse", fails = 'event "start"' },
  { name = "file_update", fails = "exit status 1" },
  { name = "if_for_while", fails = "has bought a loaf that is not there" },
  { name = "late_answer", fails = "1 is not the answer to 2" },
  { name = "lost_signal", fails = 'condition "bell"' },
  { name = "lost_update", fails = "the till holds 1[12]0, not 130" },
  { name = "nested_monitor", fails = 'condition "shelf"' },
  { name = "notify_one", fails = 'condition "hatch"' },
  { name = "one_is_late", fails = "the pan is on, and the stove is cold" },
  { name = "private_steps", fails = "the total is %d+, not 110" },
  { name = "reusable_barrier", fails = "round %d has begun without all" },
  { name = "sentinels", fails = "deadlock" },
  { name = "three_in_a_chain", fails = "the valve is opened under an open hatch" },
  { name = "three_locks", fails = "circle" },
  { name = "transfer_audit", fails = "the auditor counts %d+, not 100" },
  { name = "two_queues", fails = 'queue "bench"' },
  { name = "upgrade", fails = 'semaphore "room"' },
  { name = "work_stealing", fails = "job %d is done twice" },
}

local function number(text)
  return text and math.tointeger(tonumber((text:gsub(",", ""))))
end

--- Explores a script of the folder: its output, its exit status, the number of the schedule that failed, or how many
--- schedules there were. `options`: runs, seed, more (words of the command line).
function textbook.explore(name, options)
  local command = ("%s explore --runs %d --time %d --seed %d %s %s/%s.lua"):format(shell.tidelock, options.runs,
    textbook.LIMIT, options.seed or 1, options.more or "", textbook.FOLDER, name)
  local out, err, status = shell.run(command, textbook.LIMIT)
  return {
    out = out, err = err, status = status,
    schedule = number(out:match "schedule ([%d,]+) %("),
    schedules = number(out:match "no failing schedule: ([%d,]+) schedules"),
  }
end

return textbook
