-- Scripts that run recorded, and what of their trace is looked for.
local assert = require "luassert"
local shell = dofile "spec/support/shell.lua"
local reader = dofile "spec/support/timeline/trace_reader.lua"

local recording = { file = os.tmpname() }

-- Runs the code recorded: the trace, stderr, the exit status.
function recording.run(code, option, environment)
  os.remove(recording.file)
  local _, err, status = shell.script(code, environment, 60, "--trace=" .. recording.file .. " " .. (option or ""))
  return reader.read(recording.file), err, status
end

-- The spans of such operations.
function recording.find(trace, task, operation, object)
  return reader.find(trace, { task = task, operation = operation, object = object })
end

-- That there is exactly one, which is returned.
function recording.one(trace, task, operation, object)
  local found = recording.find(trace, task, operation, object)
  assert.equal(1, #found, ("%s: %s of %s"):format(task, operation, object))
  return found[1]
end

-- What holds of every trace of a run that went well.
function recording.check(trace)
  assert.truthy(trace.whole)
  assert.equal(0, trace.lost)
  for _, span in ipairs(trace.spans) do
    assert.truthy(span.ended and span.ended >= span.began, span.operation)
    assert.truthy(span.ended <= trace.length)
    assert.truthy(not span.slept or span.slept >= span.began and span.waited <= span.ended - span.slept)
    assert.truthy(not span.called or span.called >= span.began and span.called <= span.ended)
  end
  for _, task in ipairs(trace.tasks) do assert.equal("ended", task.how, task.name) end
end

return recording
