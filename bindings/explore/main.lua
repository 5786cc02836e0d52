--- Runs one schedule of the script, and prints how it ended and what it has written.
return function(_, script, ...)
  local host = require "explore.host"
  if not script then
    io.stderr:write "usage: tidelock explore script [arguments]\n"
    return 2
  end
  local opened, runs = pcall(host.open, { script = script, arguments = { ... }, jobs = 1, program = arg[-1] })
  if not opened then
    io.stderr:write("tidelock: ", runs, "\n")
    return 2
  end
  runs:start(1, {})
  local worker, why = runs:wait()
  if not worker then print(why) return 2 end
  local run = runs:account(worker)
  io.write(runs:output(worker))
  for _, event in ipairs(runs:events(worker)) do
    print(event.step, event.task, event.how, event.op or "", event.line or "")
  end
  print(run.ending, run.message, run.status, run.real)
  return run.ending == "passed" and 0 or 1
end
