-- The faults of spec/explore/textbook: their names, and how the message of each failure reads (a pattern, in JSON).
-- And runs of explore and replay, for the spec and the sweep.
local shell = dofile "spec/support/shell.lua"

local textbook = {
  FOLDER = "spec/explore/textbook",
  MOST = 1000, -- schedules until a fault must be found
  LIMIT = 600, -- seconds, of one run of the command: only against one that hangs
}

textbook.faults = {
  { name = "aba", fails = "block 2 belongs to two" },
  { name = "check_then_act", fails = "one seat sold 2 times" },
  { name = "event_pulse", fails = 'event#1 ."start' },
  { name = "file_update", fails = "the program ends with exit status 1" },
  { name = "if_for_while", fails = "has bought a loaf that is not there" },
  { name = "late_answer", fails = "1 is not the answer to 2" },
  { name = "lost_signal", fails = 'condition#1 ."bell' },
  { name = "lost_update", fails = "the till holds 1[12]0, not 130" },
  { name = "nested_monitor", fails = 'condition#1 ."shelf' },
  { name = "notify_one", fails = 'condition#1 ."hatch' },
  { name = "one_is_late", fails = "the pan is on, and the stove is cold" },
  { name = "private_steps", fails = "the total is %d+, not 110" },
  { name = "reusable_barrier", fails = "round %d has begun without all" },
  { name = "sentinels", fails = 'queue#1 ."jobs' },
  { name = "three_in_a_chain", fails = "the valve is opened under an open hatch" },
  { name = "three_locks", fails = "deadlock: diner%-%d holds" },
  { name = "transfer_audit", fails = "the auditor counts %d+, not 100" },
  { name = "two_queues", fails = 'queue#%d ."bench' },
  { name = "upgrade", fails = 'semaphore#1 ."room' },
  { name = "work_stealing", fails = "job %d is done twice" },
}

local function number_of(out, name)
  local text = out:match(('"%s":(%%d+)[,}]'):format(name))
  return text and math.tointeger(tonumber(text))
end

--- Runs the program with these words, of which one is --json: what it has told.
function textbook.told_by(words)
  local out, err, status = shell.run(shell.tidelock .. " " .. words, textbook.LIMIT)
  return {
    out = out, err = err, status = status,
    message = out:match '"message":"(.-[^\\])"' or "",
    schedule = number_of(out, "schedule"), -- that failed
    schedules = number_of(out, "schedules"), -- none of which failed
    command = out:match '^{"command":"tidelock (.-)"', -- that shows the failure again
  }
end

--- Explores a script of the folder. options: runs, seed.
function textbook.explore(name, options)
  return textbook.told_by(("explore --json --runs %d --time %d --seed %d %s/%s.lua"):format(options.runs,
    textbook.LIMIT, options.seed or 1, textbook.FOLDER, name))
end

return textbook
