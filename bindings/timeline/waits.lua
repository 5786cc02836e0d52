--- Waits: what a span tells of its sleep.
local waits = {}

--- When the span's wait was over: the end of its task, or of the trace, where it never was; nil: it did not wait.
function waits.over(trace, i)
  local spans = trace.spans
  local slept = spans.slept[i]
  if slept < 0 then return nil end
  if spans.ended[i] >= 0 then return slept + spans.waited[i] end
  return math.max(trace.tasks[spans.task[i]].ended or trace.length, slept)
end

--- By operation whether it waits for nobody but the time.
function waits.sleeps(trace)
  local known = {}
  for i, word in ipairs(trace.operations) do known[i] = word == "sleep" end
  return known
end

return waits
