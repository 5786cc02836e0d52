-- What every view reads: that a model keeps what its header promises.
local example = dofile "spec/support/timeline/trace_example.lua"
local model = require "timeline.model"

-- Each column is whole, and spans are in the order of `began`.
local function check(trace)
  local spans = trace.spans
  for _, name in ipairs(model.COLUMNS) do
    assert.equal(spans.count, #spans[name], name)
    for i = 1, spans.count do assert.equal("integer", math.type(spans[name][i]), name) end
  end
  for i = 1, spans.count do
    assert.is_true(i == 1 or spans.began[i - 1] <= spans.began[i])
    assert.is_true(spans.ended[i] == -1 or spans.ended[i] >= spans.began[i])
    assert.is_true(spans.slept[i] == -1 or spans.slept[i] >= spans.began[i])
    assert.is_table(trace.tasks[spans.task[i]])
    assert.is_string(trace.operations[spans.operation[i]])
    assert.is_true(spans.object[i] == 0 or trace.objects[spans.object[i]] ~= nil)
  end
end

describe("a model", function()
  it("is whole: the kitchen, a schedule, and a big one", function()
    check(example.small())
    check(example.logical())
    check(example.big(1000))
    assert.equal(1000, example.big(1000).spans.count)
  end)

  it("has a default for what a span leaves out", function()
    local trace = model.new{ title = "x" }
    model.add(trace, { task = 1, operation = 1, began = 5 })
    local spans = trace.spans
    assert.same({ 1, -1, -1, 0, -1, 0 }, { spans.count, spans.ended[1], spans.slept[1], spans.object[1],
      spans.called[1], spans.result[1] })
  end)
end)
